"""The store as the rest of the house sees it: one writer, every write repeatable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.events import Event
from checker.store import bell, inbox, looks, memories, schema
from checker.store.bell import Word
from checker.store.claim import Claim
from checker.store.database import Database
from checker.store.leading import Leading
from checker.store.place import Url
from checker.store.places import place_of
from checker.store.questions import Questions
from checker.store.sharing import Sharing

PREPARE_S = 60.0  # for migrations and the examination at the start
SLICE = 5000  # rows deleted in one transaction: some tens of milliseconds

# Read whole at every start. Observations are left out: they may be gigabytes, and nobody is paged by them.
_VITAL = ("births", "incidents", "entries", "effects", "inbox", "held", "leases", "locations")

log = structlog.get_logger(__name__)


class Store(Leading, Questions):
    """A database of one daemon, or one of which each daemon has a Store. Times are seconds since the epoch.

    Every method may raise StoreUnavailable (busy, full, slow: try later) or StoreDamaged. Where the store is shared,
    what writes the State or marks effects raises Fenced unless this daemon leads: see `lead`.
    """

    def __init__(self, database: Database, claim: Claim | None) -> None:
        """Use `open` or `open_shared`."""
        super().__init__(database)
        self.sharing = Sharing(database, time.time, time.monotonic)
        self._claim = claim
        self.is_new = False  # whether `open` has made it

    @classmethod
    async def open(cls, url: Url, *, deadline_s: float = 5.0, busy_s: float = 2.0) -> Store:
        """For the daemon: takes the claim, makes the file or tables that are missing, migrates. `url`: "sqlite:///var/checker.db",
        or "postgresql+asyncpg://user:password@host1,host2/database", which daemons share.

        `deadline_s` bounds every call, `busy_s` the wait for another process that is writing to the file.
        StoreInUse when another daemon holds it, StoreDamaged when it is not a store.
        """
        place = place_of(url, busy_s)
        claim = await asyncio.to_thread(place.claim)
        store = cls(Database(place, deadline_s), claim)
        try:
            store.is_new = await store._database.write(store._prepare, within_s=PREPARE_S)
        except BaseException:
            await store.close()
            raise
        log.info("store opened", store=str(place), new=store.is_new)
        return store

    @classmethod
    async def open_shared(cls, url: Url, *, deadline_s: float = 5.0, busy_s: float = 2.0) -> Store:
        """For the command line beside a running daemon: reads, and may append to the inbox.

        Takes no claim, makes and migrates nothing; StoreMissing when there is none yet.
        """
        place = place_of(url, busy_s)
        await asyncio.to_thread(place.require)
        store = cls(Database(place, deadline_s), claim=None)
        try:
            await store._database.read(_require)
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Gives back the claim and every connection; harmless twice."""
        await self._database.close()
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    async def _prepare(self, connection: AsyncConnection) -> bool:
        await self._database.place.turn(connection)
        fresh = await connection.run_sync(schema.migrate)
        await self._database.place.examine(connection, _VITAL)
        return fresh

    # ── memories ──────────────────────────────────────────────────────────────────────────────

    async def remember(self, location: str, changed: Mapping[str, Mapping[str, Any]]) -> None:
        """Memories of probes that have changed, each whole. A power cut may take the last ones."""
        await self._database.write(lambda c: memories.keep(c, location, changed), durable=False)

    # ── the inbox ─────────────────────────────────────────────────────────────────────────────

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        """Appends, durably, and tells whoever leads. False: this id is known already, nothing was done."""

        async def put(connection: AsyncConnection) -> bool:
            is_new = await inbox.put(connection, inbox_id, event, at)
            if is_new:
                await bell.ring(connection, Word.INBOX)
            return is_new

        return await self._database.write(put)

    async def inbox(self, limit: int = 1000) -> list[tuple[str, Event]]:
        """What no commit has drained yet, oldest first; what an owed commit will drain is left out."""
        waiting = await self._database.read(lambda c: inbox.undrained(c, limit))
        owed = {one.inbox_id for one in self._owed}
        return [(name, event) for name, event in waiting if name not in owed]

    # ── what is old ───────────────────────────────────────────────────────────────────────────

    async def prune(self, before: float) -> int:
        """Forgets looks and drained inbox rows from before then, and daemons long gone; how many of the first two.

        In slices, so that no writer waits long. Incidents, timelines and effects are kept.
        """
        await self.sharing.forget()
        return await self._in_slices(looks.forget, before) + await self._in_slices(
            inbox.forget_drained, before
        )

    async def _in_slices(
        self,
        forget: Callable[[AsyncConnection, float, int], Awaitable[int]],
        before: float,
    ) -> int:
        total, gone = 0, SLICE
        while gone == SLICE:
            gone = await self._database.write(lambda c: forget(c, before, SLICE), durable=False)
            total += gone
        return total


async def _require(connection: AsyncConnection) -> None:
    await connection.run_sync(schema.require)
