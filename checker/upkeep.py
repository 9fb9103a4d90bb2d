"""What the store is owed from time to time: what the probes remember, and that old looks are forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from checker.memory import Memories
from checker.store.faults import StoreError
from checker.store.store import Store

BEAT_S = 1.0  # how often time passes for the core, and memories are kept
PRUNE_S = 600.0  # how often old looks are forgotten


class Upkeep:
    """The chores of one location. `failed` is told which of them the store refused; each is done again."""

    def __init__(
        self,
        store: Store,
        memories: Memories,
        failed: Callable[[str], None],
        *,
        location: str,
        retention_s: Callable[[], float],
    ) -> None:
        self._store = store
        self._memories = memories
        self._failed = failed
        self._location = location
        self._retention_s = retention_s
        self._unkept: dict[str, Mapping[str, Any]] = {}

    async def run(self, beat: Callable[[], None]) -> None:
        """For ever: `beat`, by which time passes for the core, and what the probes remember is kept."""
        while True:
            await asyncio.sleep(BEAT_S)
            beat()
            await self.remember()

    async def prune(self) -> None:
        """For ever: what is older than the retention is forgotten."""
        while True:
            await asyncio.sleep(PRUNE_S)
            try:
                await self._store.prune(time.time() - self._retention_s())
            except StoreError:
                self._failed("prune")

    async def remember(self) -> None:
        """Keep what the probes' memories have become; what the disk refuses is kept with the next."""
        self._unkept.update(self._memories.dirty())
        if not self._unkept:
            return
        try:
            await self._store.remember(self._location, self._unkept)
            self._unkept.clear()
        except StoreError:
            self._failed("remember")
