"""What may be asked of a store, by a daemon or beside one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from checker.core.model import Entry, Incident, Maintenance, Observation
from checker.store import births, history, journal, looks, memories, outbox, snapshot
from checker.store.database import Database
from checker.store.history import Span
from checker.store.rows import Tracked


class Questions:
    """Answered from what is committed, whoever has written it."""

    _database: Database

    async def mark(self) -> str:
        """The store's own mark, part of every key that others know us by; empty: it has none."""
        return await self._database.read(births.mark)

    async def incidents(self, limit: int = 50) -> list[Incident]:
        """Newest first."""
        return await self._database.read(lambda c: journal.newest_incidents(c, limit))

    async def incident(self, incident_id: str) -> Incident | None:
        return await self._database.read(lambda c: journal.one_incident(c, incident_id))

    async def timeline(self, incident_id: str) -> list[Entry]:
        """In the order in which it was written."""
        return await self._database.read(lambda c: journal.timeline(c, incident_id))

    async def effects(self, incident_id: str) -> list[Tracked]:
        """In the order in which they were decided."""
        return await self._database.read(lambda c: outbox.of_incident(c, incident_id))

    async def maintenance(self) -> list[Maintenance]:
        return await self._database.read(snapshot.read_maintenance)

    async def memories(self, location: str) -> dict[str, dict[str, Any]]:
        """What the probes of that location remembered last."""
        return await self._database.read(lambda c: memories.of_location(c, location))

    async def observations(
        self, check: str, since: float, limit: int = 10_000
    ) -> list[Observation]:
        """Looks that started at `since` or later, oldest first."""
        return await self._database.read(lambda c: looks.since(c, check, since, limit))

    def history(self, since: float, until: float) -> AsyncIterator[list[Observation]]:
        """Looks that started in that time, oldest first, in slices; of outcomes, verdict and reason only."""
        return history.slices(self._database.read, since, until)

    async def spans(self, since: float, until: float) -> dict[str, Span]:
        """Every check that was looked at in that time, also those that no config names any more."""
        return await self._database.read(lambda c: history.spans(c, since, until))

    async def size(self) -> int:
        """Bytes on disk."""
        return await self._database.read(self._database.place.bytes_of)
