"""What makes a write count: that this daemon leads, and that the store still holds all that it wrote before.

A server that a standby has taken over from may have forgotten its last second, although it had said that all was
written. Every write that counts is numbered in the lease's row, in the transaction of its own: a number that is not
the next one tells that something was forgotten, or was written although we were told otherwise.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.store import leases
from checker.store.faults import Fenced, StoreUnavailable
from checker.store.leases import Term

AGAIN_MAX = (
    1000  # writes that can be done again: far more than a leader makes in the seconds of a failover
)

Again = Callable[[AsyncConnection], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Passed:
    """A write that may go on. `number` is 0 where nobody shares the store."""

    number: int
    is_next: bool  # False: the store does not hold what we think that it does


class Fence:
    """Passed by every write that counts; closed to whoever does not lead a store that is shared."""

    def __init__(self, is_shared: bool) -> None:
        self._is_shared = is_shared
        self._term: Term | None = None
        self._newest = 0
        self._again: deque[Again] = deque(maxlen=AGAIN_MAX)

    def require(self) -> None:
        """Fenced for whoever does not lead."""
        if self._is_shared and self._term is None:
            raise Fenced("this daemon does not lead")

    def open(self, term: Term) -> None:
        self._term = term
        self._again.clear()

    def shut(self) -> None:
        self._term = None
        self._again.clear()

    async def begin(self, connection: AsyncConnection) -> None:
        """Whoever leads takes up the count."""
        if self._term is not None:
            self._newest = await leases.counted(connection, self._term)

    async def enter(self, connection: AsyncConnection) -> Passed:
        """Fenced, and the transaction comes to nothing, when another daemon leads by now."""
        self.require()
        if self._term is None:
            return Passed(0, True)
        number = await leases.count(connection, self._term)
        return Passed(number, number == self._newest + 1)

    def passed(self, write: Passed, again: Again | None) -> None:
        """The write was committed. `again` does it once more, as often as one likes."""
        if self._term is not None:
            self._newest = write.number
            if again is not None:
                self._again.append(again)

    async def do_again(self, connection: AsyncConnection) -> None:
        """Everything that the store may have forgotten, in order."""
        log.error("the store does not hold what was last written: it is written again")
        for again in self._again:
            try:
                await again(connection)
            except StoreUnavailable as gone:  # what it is about was forgotten long ago
                log.error("not written again", why=str(gone))
