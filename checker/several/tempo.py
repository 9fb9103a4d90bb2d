"""How fast to look: as whoever leads wants it, or faster, if our own looks call for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from checker.store.faults import StoreError

AGAIN_S = 1.0  # the store did not take it

Pace = Mapping[str, float]  # check → seconds between looks


def faster_of(one: Pace, other: Pace) -> dict[str, float]:
    """The shorter of both for each check."""
    return {
        check: min(pace[check] for pace in (one, other) if check in pace)
        for check in one.keys() | other.keys()
    }


class Store(Protocol):
    """Where the leader's pace is written and read."""

    async def want(self, wanted: Pace) -> None: ...
    async def pace(self) -> Pace: ...


class Tempo:
    """`follow` is told what comes of it. `is_leading` says whose pace is in the store."""

    def __init__(
        self,
        store: Store,
        follow: Callable[[Pace], None],
        is_leading: Callable[[], bool],
        failed: Callable[[str], None],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._follow = follow
        self._is_leading = is_leading
        self._failed = failed
        self._pause = pause
        self._all: Pace = {}
        self._own: Pace = {}
        self._told: Pace = {}
        self._unsaid = False
        self._stir = asyncio.Event()

    def wanted(self, pace: Pace) -> None:
        """We lead, and want all to look like this."""
        self._unsaid = True
        self._stir.set()
        self._set(pace, self._own)

    def ours(self, pace: Pace) -> None:
        """What our own looks call for."""
        self._set(self._all, pace)

    def nobody_leads(self) -> None:
        """As far as we can tell: what was wanted last must not last for ever."""
        self._set({}, self._own)

    def said(self) -> None:
        """Whoever leads may want another pace."""
        self._stir.set()

    async def run(self) -> None:
        """For ever: says what we want, or reads what another wants."""
        while True:
            await self._stir.wait()
            self._stir.clear()
            try:
                await self._once()
            except StoreError:
                self._failed("pace")
                await self._pause(AGAIN_S)

    async def _once(self) -> None:
        if not self._is_leading():
            self._set(await self._store.pace(), self._own)
        elif self._unsaid:
            self._unsaid = False
            try:
                await self._store.want(self._all)
            except StoreError:
                self._unsaid = True
                raise

    def _set(self, every: Pace, own: Pace) -> None:
        self._all, self._own = every, own
        told = faster_of(every, own)
        if told != self._told:
            self._told = told
            self._follow(told)
