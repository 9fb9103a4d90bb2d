"""The daemon's own comparison, once after each time that it begins to lead: it says what differs, and mends nothing.

What a person has done is no mistake, and what has failed is delivered by itself; so a person decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from checker.readback import Situation
from checker.reconcile.comparison import Books, compare
from checker.reconcile.difference import Found
from checker.store.faults import StoreError

LOOK_S = 1.0  # how often it is asked whether we lead
SETTLE_S = 60.0  # what the last daemon left undone is delivered first
WITHIN_S = 120.0  # of one comparison, all in all

log = structlog.get_logger(__name__)


class Reconciliation:
    """In nobody's way: it only reads, in a task of its own, and gives up in time."""

    def __init__(
        self,
        books: Books,
        now: Callable[[], Situation],
        is_leading: Callable[[], bool],
        *,
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock`: seconds since the epoch."""
        self._books = books
        self._now = now
        self._is_leading = is_leading
        self._clock = clock
        self._pause = pause

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._until(True)
            await self._pause(SETTLE_S)
            if self._is_leading():
                await self.once()
                await self._until(False)

    async def once(self) -> None:
        """Compares, and says what it comes to. Never raises for what others do."""
        situation = self._now()
        try:
            async with asyncio.timeout(WITHIN_S):
                found = await compare(
                    self._books, situation.responders, situation.policy, self._clock()
                )
        except TimeoutError:
            log.warning("the ledger was not compared in time", within_s=WITHIN_S)
        except StoreError as fault:
            log.warning("the ledger cannot be read", why=str(fault))
        else:
            _say(found)

    async def _until(self, leads: bool) -> None:
        while self._is_leading() is not leads:
            await self._pause(LOOK_S)


def _say(found: Found) -> None:
    for one in found.unseen:
        log.warning("the ledger cannot be compared", responder=one.responder, why=one.why)
    for unasked in found.unasked:
        log.info(
            "somebody was not asked",
            responder=unasked.responder,
            why=unasked.why,
            not_compared=unasked.held,
        )
    for difference in found.differences:
        log.warning(
            "the ledger and the world differ",
            incident=difference.incident,
            responder=difference.responder,
            what=difference.says,
            to_do=difference.to_do,
        )
    if not found.differences and found.is_whole:
        log.info("the ledger agrees with the world", pages=found.pages, rooms=found.rooms)
