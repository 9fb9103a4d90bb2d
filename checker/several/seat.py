"""Who leads: the one whose judgement counts, and who carries out effects.

A store of one daemon's own is led by that one. Of one that is shared, whoever has the lease leads, for as long as it
does: by its own clock, reckoned from before it asked, so that a daemon which wakes from a freeze knows it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from checker.store.faults import Fenced, StoreError
from checker.store.leases import CORE, Term
from checker.store.rows import Restored

TTL_S = 10.0  # how long a lease is good for: whoever dies is followed by another after this
RENEW_S = 2.0
REFRESH_S = 5.0  # how old what those who follow show may be

log = structlog.get_logger(__name__)


class Seat(Protocol):
    """What asks whether to act sees no more of it than this."""

    def holds(self) -> bool:
        """Whether this daemon leads, at this very moment."""

    def lost(self) -> None:
        """The store has said that another leads."""


class Always:
    """The seat of a daemon that shares its store with nobody."""

    def holds(self) -> bool:
        return True

    def lost(self) -> None:
        """It cannot be."""


class Leases(Protocol):
    """The part of `store.sharing` that a seat needs."""

    async def take(self, name: str, owner: str, ttl_s: float) -> Term | None: ...
    async def renew(self, term: Term, ttl_s: float) -> Term: ...
    async def release(self, term: Term) -> None: ...


class Leading(Protocol):
    """The part of the store that a seat needs."""

    @property
    def sharing(self) -> Leases: ...
    async def lead(self, term: Term) -> Restored: ...
    async def restore(self) -> Restored: ...
    def step_down(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Turns:
    """Who is told how it goes. None of them waits."""

    began: Callable[[Restored], None]  # we lead from now on, and this is what there is
    ended: Callable[[], None]  # we lead no longer; told before the store is
    read: Callable[[Restored], None]  # another leads, or nobody: what it knew a moment ago


class Shared:
    """The seat that daemons on one store compete for."""

    def __init__(
        self,
        store: Leading,
        owner: str,
        turns: Turns,
        *,
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._owner = owner
        self._turns = turns
        self._monotonic = monotonic
        self._pause = pause
        self._term: Term | None = None
        self._is_lost = False
        self._wake = asyncio.Event()
        self._refresh_at = 0.0
        self._is_over = False

    def holds(self) -> bool:
        term = self._term
        return term is not None and not self._is_lost and self._monotonic() < term.until

    @property
    def is_seated(self) -> bool:
        """Whether it has not come to light yet that this daemon leads no longer."""
        return self._term is not None

    def lost(self) -> None:
        self._is_lost = True
        self.wake()

    def wake(self) -> None:
        """There may be something to take: somebody has given the lease up."""
        if self._term is None or self._is_lost:
            self._wake.set()

    async def run(self) -> None:
        """For ever: take it or renew it, and notice when it is gone."""
        while True:
            await self.turn()
            await self._rest()

    async def _rest(self) -> None:
        """Until it is time again; at once when somebody has given the lease up."""
        resting = asyncio.ensure_future(self._pause(RENEW_S))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({resting, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            resting.cancel()
            waking.cancel()
            self._wake.clear()

    async def turn(self) -> None:
        """Once."""
        if self._term is not None and not self.holds():
            self._fall("another leads" if self._is_lost else "it could not be renewed in time")
        try:
            if self._term is None:
                await self._rise()
            else:
                await self._renew(self._term)
        except Fenced:
            self._fall("another leads")
        except StoreError:
            pass  # while the term lasts we go on; the store has said in the log what is wrong

    async def _renew(self, term: Term) -> None:
        renewed = await self._store.sharing.renew(term, TTL_S)
        if self.holds():
            self._term = renewed
        else:  # it ran out while we asked, and what was to be done then was not
            self._fall("it could not be renewed in time")

    async def _rise(self) -> None:
        term = None if self._is_over else await self._store.sharing.take(CORE, self._owner, TTL_S)
        if term is None:
            await self._follow()
            return
        restored = await self._store.lead(term)
        self._term, self._is_lost = term, False
        log.warning("leads", epoch=term.epoch)
        self._turns.began(restored)

    async def _follow(self) -> None:
        """What the leader knows is read from time to time, to be shown, and to be known when we are alone."""
        if self._monotonic() >= self._refresh_at:
            restored = await self._store.restore()
            self._refresh_at = self._monotonic() + REFRESH_S
            self._turns.read(restored)

    def _fall(self, why: str) -> None:
        if self._term is None:
            return
        log.warning("leads no longer", why=why)
        self._term, self._is_lost = None, False
        self._turns.ended()
        self._store.step_down()

    async def leave(self) -> None:
        """Gives it up for good: another takes over at once."""
        self._is_over, term = True, self._term
        self._fall("it ends")
        if term is not None:
            await self._store.sharing.release(term)
