"""Brings a location's looks to whoever leads: into the store that they share, a few at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from checker.core.model import Observation
from checker.store.faults import StoreError

TOGETHER_S = 0.1  # looks that come within this go together: twenty places are two hundred puts a second at most
AGAIN_S = 1.0  # the store is away
WAITING_MAX = 5_000  # looks that wait for it; the oldest go first
BATCH_MAX = 500  # at a time, so that a store which comes back is not choked


class Store(Protocol):
    """The part of `store.sharing` that takes looks."""

    async def put_looks(self, replica: str, seen: Sequence[Observation]) -> None: ...


class Courier:
    """`failed` is told that the store refused them, `bounded` that some were given up."""

    def __init__(
        self,
        store: Store,
        replica: str,
        failed: Callable[[str], None],
        bounded: Callable[[str], None],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._replica = replica
        self._failed = failed
        self._bounded = bounded
        self._pause = pause
        self._waiting: deque[Observation] = deque()
        self._come = asyncio.Event()

    def take(self, observation: Observation) -> None:
        """Never waits."""
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popleft()
            self._bounded("looks_waiting")
        self._waiting.append(observation)
        self._come.set()

    async def run(self) -> None:
        """For ever. The first look goes at once, those that follow it together."""
        while True:
            await self._come.wait()
            went = await self.put()
            await self._pause(TOGETHER_S if went else AGAIN_S)

    async def put(self) -> bool:
        """Puts what waits; False if the store did not take it, and then it waits on."""
        self._come.clear()
        batch = list(self._waiting)[:BATCH_MAX]
        try:
            await self._store.put_looks(self._replica, batch)
        except StoreError:
            self._failed("put_looks")
            self._come.set()
            return False
        done = {id(seen) for seen in batch}  # the oldest may have been given up meanwhile
        while self._waiting and id(self._waiting[0]) in done:
            self._waiting.popleft()
        if self._waiting:
            self._come.set()
        return True
