"""What the store is owed from time to time: what the probes remember, and that old looks are forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from checker.memory import Memories
from checker.store.faults import StoreError
from checker.store.store import Store

BEAT_S = 1.0  # how often time passes for the core, and memories are kept
PRUNE_S = 600.0  # how often old looks are forgotten
GUARD_S = 5.0  # how often it is seen to that the database is still there

log = structlog.get_logger(__name__)


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
        lost: Callable[[], str] = lambda: "",
    ) -> None:
        """`lost` tells why the database is not the one that was opened, if so; it may wait for the disk."""
        self._store = store
        self._memories = memories
        self._failed = failed
        self._location = location
        self._retention_s = retention_s
        self._unkept: dict[str, Mapping[str, Any]] = {}
        self._lost = lost
        self.problem = ""  # with the database, for people; empty: none

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

    async def guard(self) -> None:
        """For ever: whoever deletes the database under us is told."""
        while True:
            await asyncio.sleep(GUARD_S)
            await self.look_after()

    async def look_after(self) -> None:
        """See once that the database is there. Counted each time, said when it changes."""
        problem = await asyncio.to_thread(self._lost)
        if problem:
            self._failed("file_gone")
        if problem != self.problem:
            log.critical("store_gone", why=problem) if problem else log.info("store_is_back")
        self.problem = problem

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
