"""What only one daemon does: it writes the State and what came of it, and marks what was done.

Where a store is one daemon's own, that is the one. Where it is shared, it is the one that leads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.model import Incident, Observation, State, Step
from checker.store import bell, inbox, journal, looks, outbox, pace, presence, snapshot
from checker.store.bell import Word
from checker.store.codec import text_of
from checker.store.database import Database, Work
from checker.store.faults import StoreError
from checker.store.fence import Again, Fence, Passed
from checker.store.leases import Term
from checker.store.rows import Fate, Read, Restored
from checker.store.snapshot import Held

OWED_MAX = 1000  # commits kept in memory while the disk refuses them

T = TypeVar("T")
Incidents = Mapping[str, Incident]

log = structlog.get_logger(__name__)


class _Owed(NamedTuple):
    step: Step
    inbox_id: str | None
    read: Read | None


class Leading:
    """The part of a Store that passes the fence."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fence = Fence(database.place.is_shared)
        self._owed: list[_Owed] = []
        self._held: Held = {}  # what the tables hold, to write only what changed
        self._incidents: Incidents = {}

    @property
    def is_shared(self) -> bool:
        """Whether other daemons may have it open: then only the one that leads may write the State."""
        return self._database.place.is_shared

    async def lead(self, term: Term) -> Restored:
        """From now on this daemon's writes count, for as long as nobody else has that lease.

        Returns what the last leader knew, to the last of its writes that counted. Fenced if the lease is lost already.
        """
        self._fence.open(term)
        try:
            return await self.restore()
        except BaseException:
            self._fence.shut()
            raise

    def step_down(self) -> None:
        """This daemon leads no longer: what it still owed is another's business now."""
        self._fence.shut()
        self._owed.clear()

    async def restore(self) -> Restored:
        """What the last daemon knew: once, after `open` and before the first write; or to have a look."""
        self._held, self._incidents, restored = await self._database.read(self._restore)
        return restored

    async def _restore(self, connection: AsyncConnection) -> tuple[Held, Incidents, Restored]:
        await self._fence.begin(connection)
        held = await snapshot.read_held(connection)
        state = snapshot.state_of(held, await journal.held_incidents(connection))
        known = {one.replica for one in await presence.everyone(connection, time.time)}
        restored = Restored(
            state=state,
            outbox=await outbox.unfinished(connection),
            receipts=await outbox.receipts(connection),
            read={name: n for name, n in snapshot.read_of(held).items() if name in known},
        )
        return held, state.incidents, restored

    async def commit(
        self, step: Step, inbox_id: str | None = None, read: Read | None = None
    ) -> None:
        """Everything that one event led to, in one transaction that survives a power cut.

        `read`: the looks of all daemons that are in its State; None: the same as before.

        After StoreUnavailable the step stays owed and is written first with the next commit
        (or `settle`): do not repeat it, and do carry out its effects, for a page must go out.
        After Fenced do none of that, but `step_down`.
        """
        self._fence.require()
        if len(self._owed) >= OWED_MAX:
            log.error("a commit is given up: too many wait for the disk", waiting=OWED_MAX)
            del self._owed[0]
        self._owed.append(_Owed(step, inbox_id, read))
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
            await self._count(self._write_owed, self._wrote, again=_again)

    @property
    def owed(self) -> int:
        """Commits that the disk has refused so far: a metric, 0 when all is well."""
        return len(self._owed)

    async def _write_owed(self, connection: AsyncConnection) -> tuple[list[_Owed], Held]:
        owed = list(self._owed)
        if not owed:
            return owed, self._held
        incidents = self._incidents
        for one in owed:  # each: an incident may have left the State since
            await journal.write_incidents(connection, incidents, one.step.state.incidents)
            incidents = one.step.state.incidents
        held = snapshot.held_of(owed[-1].step.state) | self._reading(owed[-1].read)
        await snapshot.write_held(connection, self._held, held)
        await journal.append_entries(connection, [e for o in owed for e in o.step.entries])
        await outbox.add(connection, [e for o in owed for e in o.step.effects])
        await inbox.mark_drained(connection, [o.inbox_id for o in owed if o.inbox_id])
        return owed, held

    def _wrote(self, written: tuple[list[_Owed], Held]) -> None:
        owed, self._held = written
        if owed:
            self._incidents = owed[-1].step.state.incidents
            self._owed = [one for one in self._owed if not any(one is done for done in owed)]

    def _reading(self, read: Read | None) -> Held:
        return snapshot.reading_of(snapshot.read_of(self._held) if read is None else read)

    async def record(
        self, observations: Sequence[Observation], state: State, read: Read | None = None
    ) -> None:
        """A batch of looks and the suspicion they led to. A power cut may take the last ones.

        Looks that `put_looks` has written are there already. `read`: as in `commit`.
        """
        suspicion = snapshot.suspicion_of(state)

        async def write(connection: AsyncConnection) -> Held:
            held = {**snapshot.without_suspicion(self._held), **suspicion, **self._reading(read)}
            await looks.append(connection, observations)
            await snapshot.write_held(connection, self._held, held)
            return held

        await self._count(write, self._recorded, durable=False)

    def _recorded(self, held: Held) -> None:
        self._held = held

    async def want(self, wanted: Mapping[str, float]) -> None:
        """The pace that all daemons should look at, check → seconds, over what was wanted before: tells them."""

        async def write(connection: AsyncConnection) -> None:
            await pace.want(connection, wanted)
            await bell.ring(connection, Word.PACE)

        await self._count(write)

    # ── the outbox ────────────────────────────────────────────────────────────────────────────

    async def sending(self, effect_id: str, at: float) -> None:
        """A try begins. Marks raise StoreUnavailable while the effect itself is not stored yet, and Fenced
        when another daemon leads: then the effect is for that one to carry out.
        """
        await self._mark(lambda c: outbox.begin_try(c, effect_id, at))

    async def confirmed(self, effect_id: str, at: float, receipt: Mapping[str, Any]) -> None:
        await self._end(effect_id, Fate.CONFIRMED, at, receipt=text_of(receipt))

    async def refused(self, effect_id: str, at: float, why: str) -> None:
        await self._end(effect_id, Fate.REFUSED, at, why=why)

    async def postponed(self, effect_id: str, not_before: float, why: str, unsure: bool) -> None:
        await self._mark(lambda c: outbox.postpone(c, effect_id, not_before, why, unsure))

    async def superseded(self, effect_id: str, at: float, why: str) -> None:
        await self._end(effect_id, Fate.SUPERSEDED, at, why=why)

    async def _end(self, effect_id: str, fate: Fate, at: float, **more: str) -> None:
        await self._mark(lambda c: outbox.end(c, effect_id, fate, at, **more))

    async def _mark(self, mark: Again) -> None:
        await self._count(mark, again=lambda _: mark)

    # ── writes that count ─────────────────────────────────────────────────────────────────────

    async def _count(
        self,
        work: Work[T],
        then: Callable[[T], None] = lambda _: None,
        *,
        durable: bool = True,
        again: Callable[[T], Again | None] = lambda _: None,
    ) -> T:
        """`work`, if this daemon leads; `again` says how to do once more what it did, if a server forgets it."""

        async def fenced(connection: AsyncConnection) -> tuple[Passed, T]:
            passed = await self._fence.enter(connection)
            if not passed.is_next:
                await self._mend(connection)
            return passed, await work(connection)

        def done(result: tuple[Passed, T]) -> None:
            self._fence.passed(result[0], again(result[1]))
            then(result[1])

        return (await self._database.write(fenced, durable=durable, then=done))[1]

    async def _mend(self, connection: AsyncConnection) -> None:
        """Makes the tables hold what we think that they do."""
        held = await snapshot.read_held(connection)
        incidents = {one.id: one for one in await journal.held_incidents(connection)}
        await journal.write_incidents(connection, incidents, self._incidents)
        await snapshot.write_held(connection, held, self._held)
        await self._fence.do_again(connection)


def _again(written: tuple[list[_Owed], Held]) -> Again:
    """What the commits appended, once more. Nobody knows then what became of the effects: they are looked up."""
    owed, _ = written

    async def again(connection: AsyncConnection) -> None:
        await journal.append_entries(connection, [e for o in owed for e in o.step.entries])
        await outbox.add(connection, [e for o in owed for e in o.step.effects], unsure=True)
        await inbox.mark_drained(connection, [o.inbox_id for o in owed if o.inbox_id])

    return again
