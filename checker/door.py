"""The one door in: every event passes here, is stepped through the core, stored, and then acted on.

Looks wait in a bounded queue. Whatever else happens (a person's word, a confirmed effect) is first
appended to the store's inbox under an id of its own and is drained from there, in the transaction
that writes what it led to: a redelivery does nothing.

Where daemons share a store, all looks come out of it, ours too, and only whoever leads takes them: so
the State holds each look once, whoever leads next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import structlog

from checker.core.engine import step
from checker.core.events import Event, Looked, Ticked
from checker.core.model import Effect, Entry, Observation, State, Step
from checker.core.pace import pace
from checker.core.rules import Policy
from checker.core.words import CANNOT_BE
from checker.several.seat import Always, Seat
from checker.store.faults import Fenced, StoreError
from checker.store.rows import Restored
from checker.store.sharing import EACH_MAX
from checker.store.store import Store

QUEUE_MAX = 10_000  # looks that wait for the core; more are dropped, counted and said
BATCH_MAX = 5_000  # observations that wait for the store; the oldest go first
TOO_OLD_S = 3600.0  # looks that began so long ago judge nothing any more
ALWAYS = Always()

log = structlog.get_logger()


class Counts(Protocol):
    """The part of the metrics that the door writes to."""

    def bounded(self, what: str) -> None: ...
    def left_out(self, why: str, count: int) -> None: ...
    def store_committed(self, seconds: float) -> None: ...
    def store_failed(self, operation: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What the door is joined to. `clock`: seconds since the epoch; `monotonic`: seconds."""

    store: Store
    put: Callable[[Iterable[Effect]], None]  # hands effects to the delivery
    follow: Callable[[Mapping[str, float]], None]  # hands the wanted pace to the scheduler
    counts: Counts
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    seat: Seat = ALWAYS  # another, where others may lead
    arrived: Callable[[float], None] = lambda _: (
        None
    )  # told how old a shared look was when taken, seconds


class _Call(Enum):
    BEAT = "beat"  # let time pass
    READ = "read"  # there are looks in the store


class Door:
    """Holds the state, and is the only one who changes it."""

    def __init__(self, ports: Ports, policy: Policy, state: State) -> None:
        self.policy = policy  # a reload puts a new one here, between two events
        self.state = state
        self.looked = False  # whether any look has come in since the start
        self.taken = 0  # events since the start, time itself included: while we live, it grows
        self._ports = ports
        self._queue: asyncio.Queue[Looked | _Call] = asyncio.Queue(QUEUE_MAX)
        self._waits: set[_Call] = set()
        self._turn = asyncio.Lock()  # one event at a time
        self._batch: list[Observation] = []
        self._pace: Mapping[str, float] | None = {}
        self._read: dict[str, int] = {}  # how far each daemon's looks are part of the state
        self._tenure = 0  # what was begun in another one comes to nothing

    # ── where others may lead ─────────────────────────────────────────────────────────────────

    def lead(self, restored: Restored) -> None:
        """Goes on where whoever led before has stopped."""
        self._tenure += 1
        self.state, self._read, self._pace = restored.state, dict(restored.read), None
        self.read_looks()  # before time passes: what we have not seen yet may be an outage
        self.beat()

    def stand_by(self) -> None:
        """Another leads: nothing is taken any more."""
        self._tenure += 1

    def show(self, state: State) -> None:
        """What another has come to, while that one leads."""
        self.state = state

    def read_looks(self) -> None:
        """There are looks in the store, from whomever."""
        self._call(_Call.READ)

    # ── what comes in ─────────────────────────────────────────────────────────────────────────

    def look(self, observation: Observation) -> None:
        """A look has come back."""
        self.looked = True
        try:
            self._queue.put_nowait(Looked(observation))
        except asyncio.QueueFull:
            self._ports.counts.bounded("looks_queue")

    async def say(self, inbox_id: str, event: Event) -> None:
        """Something that is no look happened. Stored first; drained at the next beat."""
        try:
            await self._ports.store.put_inbox(inbox_id, event, self._ports.clock())
        except StoreError:
            self._ports.counts.store_failed("inbox")
            await self._pass(event, None, self._tenure)  # the disk is full, but it did happen
            return
        self.beat()

    async def settled(self) -> None:
        """Waits until all that has come in so far was taken."""
        await self._queue.join()

    def beat(self) -> None:
        """Let time pass: drain the inbox, settle what waits for a time, write what was seen."""
        self._call(_Call.BEAT)

    def _call(self, call: _Call) -> None:
        if call in self._waits:
            return
        try:
            self._queue.put_nowait(call)
        except asyncio.QueueFull:
            self._ports.counts.bounded("looks_queue")
        else:
            self._waits.add(call)

    async def run(self) -> None:
        """Take events one by one, for ever."""
        while True:
            event = await self._queue.get()
            try:
                await self._take(event)
            except Fenced:
                self._ports.seat.lost()
            self.taken += 1
            self._queue.task_done()

    async def _take(self, event: Looked | _Call) -> None:
        if isinstance(event, Looked):
            self._keep(event.observation)
            await self._pass(event, None, self._tenure)
            return
        self._waits.discard(event)
        if not self._ports.seat.holds():
            return
        if event is _Call.READ:
            await self._read_looks()
        else:
            await self._beat()

    async def flush(self) -> None:
        """Write what was seen so far; before the end, and on every beat."""
        if not self._ports.seat.holds():
            return
        batch, self._batch = self._batch, []
        try:
            await self._ports.store.settle()
            if batch or self._read:
                await self._ports.store.record(batch, self.state, dict(self._read))
        except Fenced:
            self._ports.seat.lost()
        except StoreError:
            self._ports.counts.store_failed("record")
            self._batch = [*batch, *self._batch][-BATCH_MAX:]

    async def _beat(self) -> None:
        tenure = self._tenure
        await self._drain()
        await self._pass(Ticked(self._ports.clock()), None, tenure)
        await self.flush()

    async def _read_looks(self) -> None:
        """All that the store has, of all daemons, each in its own order."""
        tenure, full = self._tenure, True
        while full and tenure == self._tenure and self._ports.seat.holds():
            try:
                since = self._ports.clock() - TOO_OLD_S
                unread = await self._ports.store.sharing.unread(self._read, since)
            except StoreError:
                self._ports.counts.store_failed("unread")
                return
            for one in unread:
                seen = Looked(one.observation)
                self._ports.arrived(self._ports.clock() - seen.at)
                await self._pass(seen, None, tenure, (one.writer, one.number))
            full = len(unread) >= EACH_MAX

    async def _drain(self) -> None:
        tenure = self._tenure
        try:
            waiting = await self._ports.store.inbox()
        except StoreError:
            self._ports.counts.store_failed("inbox")
            return
        for inbox_id, event in waiting:
            await self._pass(event, inbox_id, tenure)

    def _keep(self, observation: Observation) -> None:
        self._batch.append(observation)
        if len(self._batch) > BATCH_MAX:
            del self._batch[0]
            self._ports.counts.bounded("observations_batch")

    async def _pass(
        self, event: Event, inbox_id: str | None, tenure: int, read: tuple[str, int] | None = None
    ) -> None:
        """One event through the core; what it led to is written before it is acted on.

        Where another leads by now, nothing comes of it; Fenced when it is the store that says so.
        """
        async with self._turn:
            if tenure != self._tenure or not self._ports.seat.holds():
                return
            if read is not None:
                self._read[read[0]] = read[1]
            taken = self._step(event)
            self._tell(taken)
            if taken.entries or taken.effects or inbox_id:
                await self._commit(taken, inbox_id)
            if tenure != self._tenure:
                return  # whoever leads now carries out what was written
            self.state = taken.state
            self._ports.put(taken.effects)
            self._follow()

    def _tell(self, taken: Step) -> None:
        for note in taken.notes:
            log.warning("noted", what=note)
        for why, count in taken.left_out.items():
            self._ports.counts.left_out(why, count)
        for entry in taken.entries:
            log.warning("timeline", incident=entry.incident, what=entry.what, text=entry.text)

    def _step(self, event: Event) -> Step:
        try:
            return step(self.policy, self.state, event)
        except CANNOT_BE as refusal:
            log.warning("refused", word=type(event).__name__, why=str(refusal))
            return Step(self.state, entries=_refusal(self.state, event, str(refusal)))
        except Exception:
            # A bug of ours. One event is lost, and said; stopping here would lose all that follow,
            # and an event from the inbox would stop the next daemon too.
            log.critical("the core broke", word=type(event).__name__, exc_info=True)
            self._ports.counts.bounded("core_fault")
            return Step(
                self.state, entries=_refusal(self.state, event, "our own fault, see the log")
            )

    async def _commit(self, taken: Step, inbox_id: str | None) -> None:
        begun = self._ports.monotonic()
        try:
            await self._ports.store.commit(taken, inbox_id, dict(self._read) or None)
        except Fenced:
            raise
        except StoreError as fault:
            # The store owes it to itself and writes it later; a page must go out all the same.
            log.error("not stored yet", why=str(fault))
            self._ports.counts.store_failed("commit")
        else:
            self._ports.counts.store_committed(self._ports.monotonic() - begun)

    def _follow(self) -> None:
        wanted = pace(self.policy, self.state)
        if wanted != self._pace:
            self._pace = wanted
            self._ports.follow(wanted)


def _refusal(state: State, event: Event, why: str) -> tuple[Entry, ...]:
    """A line in the incident's timeline, if there is such an incident."""
    incident = getattr(event, "incident", "")
    return (Entry(incident, event.at, "refused", why),) if incident in state.incidents else ()
