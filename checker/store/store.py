"""The store as the rest of the house sees it: one writer, every write repeatable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.events import Event
from checker.core.model import Entry, Incident, Maintenance, Observation, State, Step
from checker.store import history, inbox, journal, looks, memories, outbox, schema, snapshot
from checker.store.claim import Claim
from checker.store.codec import text_of
from checker.store.database import Database
from checker.store.faults import StoreError
from checker.store.history import Span
from checker.store.place import Url
from checker.store.places import place_of
from checker.store.rows import Fate, Restored, Tracked

OWED_MAX = 1000  # commits kept in memory while the disk refuses them
PREPARE_S = 60.0  # for migrations and the examination at the start
SLICE = 5000  # rows deleted in one transaction: some tens of milliseconds

# Read whole at every start. Observations are left out: they may be gigabytes, and nobody is paged by them.
_VITAL = ("incidents", "entries", "effects", "inbox", "held")

log = structlog.get_logger(__name__)


class _Owed(NamedTuple):
    step: Step
    inbox_id: str | None


class Store:
    """A database of one daemon. Times are seconds since the epoch.

    Every method may raise StoreUnavailable (busy, full, slow: try later) or StoreDamaged.
    """

    def __init__(self, database: Database, claim: Claim | None) -> None:
        """Use `open` or `open_shared`."""
        self._database = database
        self._claim = claim
        self._owed: list[_Owed] = []
        self._held: snapshot.Held = {}  # what the tables hold, to write only what changed
        self._incidents: Mapping[str, Incident] = {}

    @classmethod
    async def open(cls, url: Url, *, deadline_s: float = 5.0, busy_s: float = 2.0) -> Store:
        """For the daemon: makes what is missing, takes the claim, migrates. `url`: "sqlite:///var/checker.db",
        or "postgresql+asyncpg://user:password@host1,host2/database", which daemons share.

        `deadline_s` bounds every call, `busy_s` the wait for another process that is writing to the file.
        StoreInUse when another daemon holds it, StoreDamaged when it is not a store.
        """
        place = place_of(url, busy_s)
        claim = await asyncio.to_thread(place.claim)
        store = cls(Database(place, deadline_s), claim)
        try:
            fresh = await store._database.write(store._prepare, within_s=PREPARE_S)
        except BaseException:
            await store.close()
            raise
        log.info("store opened", store=str(place), new=fresh)
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

    async def restore(self) -> Restored:
        """What the last daemon knew: once, after `open` and before the first write."""
        held, incidents, restored = await self._database.read(_restore)
        self._held = held
        self._incidents = incidents
        return restored

    async def commit(self, step: Step, inbox_id: str | None = None) -> None:
        """Everything that one event led to, in one transaction that survives a power cut.

        After StoreUnavailable the step stays owed and is written first with the next commit
        (or `settle`): do not repeat it, and do carry out its effects, for a page must go out.
        """
        if len(self._owed) >= OWED_MAX:
            log.error("a commit is given up: too many wait for the disk", waiting=OWED_MAX)
            del self._owed[0]
        self._owed.append(_Owed(step, inbox_id))
        try:
            await self.settle()
        except StoreError:
            raise
        except Exception:  # what cannot be written at all must not hold up those that follow
            del self._owed[-1]
            raise

    async def settle(self) -> None:
        """Writes the owed commits, if there are any; worth calling on every tick."""
        if self._owed:
            await self._database.write(self._write_owed, then=self._wrote)

    @property
    def owed(self) -> int:
        """Commits that the disk has refused so far: a metric, 0 when all is well."""
        return len(self._owed)

    async def _write_owed(self, connection: AsyncConnection) -> list[_Owed]:
        owed = list(self._owed)
        held, incidents = self._held, self._incidents
        for step, _ in owed:  # each: an incident may have left the State since
            await journal.write_incidents(connection, incidents, step.state.incidents)
            incidents = step.state.incidents
        if owed:
            await snapshot.write_held(connection, held, snapshot.held_of(owed[-1].step.state))
        await journal.append_entries(connection, [e for o in owed for e in o.step.entries])
        await outbox.add(connection, [e for o in owed for e in o.step.effects])
        await inbox.mark_drained(connection, [o.inbox_id for o in owed if o.inbox_id])
        return owed

    def _wrote(self, owed: list[_Owed]) -> None:
        if not owed:
            return
        state = owed[-1].step.state
        self._held = snapshot.held_of(state)
        self._incidents = state.incidents
        self._owed = [one for one in self._owed if not any(one is done for done in owed)]

    async def record(self, observations: Sequence[Observation], state: State) -> None:
        """A batch of looks and the suspicion they led to. A power cut may take the last ones."""
        suspicion = snapshot.suspicion_of(state)

        async def write(connection: AsyncConnection) -> snapshot.Held:
            rest = {k: v for k, v in self._held.items() if not snapshot.is_suspicion(k)}
            held = {**rest, **suspicion}
            await looks.append(connection, observations)
            await snapshot.write_held(connection, self._held, held)
            return held

        await self._database.write(write, durable=False, then=self._recorded)

    def _recorded(self, held: snapshot.Held) -> None:
        self._held = held

    async def remember(self, location: str, changed: Mapping[str, Mapping[str, Any]]) -> None:
        """Memories of probes that have changed, each whole. A power cut may take the last ones."""
        await self._database.write(lambda c: memories.keep(c, location, changed), durable=False)

    async def memories(self, location: str) -> dict[str, dict[str, Any]]:
        """What the probes of that location remembered last."""
        return await self._database.read(lambda c: memories.of_location(c, location))

    # ── the outbox ────────────────────────────────────────────────────────────────────────────

    async def sending(self, effect_id: str, at: float) -> None:
        """A try begins. Marks raise StoreUnavailable while the effect itself is not stored yet."""
        await self._database.write(lambda c: outbox.begin_try(c, effect_id, at))

    async def confirmed(self, effect_id: str, at: float, receipt: Mapping[str, Any]) -> None:
        await self._end(effect_id, Fate.CONFIRMED, at, receipt=text_of(receipt))

    async def refused(self, effect_id: str, at: float, why: str) -> None:
        await self._end(effect_id, Fate.REFUSED, at, why=why)

    async def postponed(self, effect_id: str, not_before: float, why: str, unsure: bool) -> None:
        await self._database.write(lambda c: outbox.postpone(c, effect_id, not_before, why, unsure))

    async def superseded(self, effect_id: str, at: float, why: str) -> None:
        await self._end(effect_id, Fate.SUPERSEDED, at, why=why)

    async def _end(self, effect_id: str, fate: Fate, at: float, **more: str) -> None:
        await self._database.write(lambda c: outbox.end(c, effect_id, fate, at, **more))

    # ── the inbox ─────────────────────────────────────────────────────────────────────────────

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        """Appends, durably. False: this id is known already, nothing was done."""
        return await self._database.write(lambda c: inbox.put(c, inbox_id, event, at))

    async def inbox(self, limit: int = 1000) -> list[tuple[str, Event]]:
        """What no commit has drained yet, oldest first; what an owed commit will drain is left out."""
        waiting = await self._database.read(lambda c: inbox.undrained(c, limit))
        owed = {one.inbox_id for one in self._owed}
        return [(name, event) for name, event in waiting if name not in owed]

    # ── questions ─────────────────────────────────────────────────────────────────────────────

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

    async def prune(self, before: float) -> int:
        """Forgets looks and drained inbox rows from before then; how many.

        In slices, so that no writer waits long. Incidents, timelines and effects are kept.
        """
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

    async def size(self) -> int:
        """Bytes on disk."""
        return await self._database.read(self._database.place.bytes_of)


async def _require(connection: AsyncConnection) -> None:
    await connection.run_sync(schema.require)


async def _restore(
    connection: AsyncConnection,
) -> tuple[snapshot.Held, Mapping[str, Incident], Restored]:
    held = await snapshot.read_held(connection)
    state = snapshot.state_of(held, await journal.held_incidents(connection))
    restored = Restored(
        state=state,
        outbox=await outbox.unfinished(connection),
        receipts=await outbox.receipts(connection),
    )
    return held, state.incidents, restored
