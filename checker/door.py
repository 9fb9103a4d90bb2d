"""The one door in: every event passes here, is stepped through the core, stored, and then acted on.

Looks wait in a bounded queue. Whatever else happens (a person's word, a confirmed effect) is first
appended to the store's inbox under an id of its own and is drained from there, in the transaction
that writes what it led to: a redelivery does nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from checker.core.engine import step
from checker.core.events import Event, Looked, Ticked
from checker.core.model import Effect, Entry, Observation, State, Step
from checker.core.pace import pace
from checker.core.rules import Policy
from checker.core.words import CANNOT_BE
from checker.store.faults import StoreError
from checker.store.store import Store

QUEUE_MAX = 10_000  # looks that wait for the core; more are dropped, counted and said
BATCH_MAX = 5_000  # observations that wait for the store; the oldest go first

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


class Door:
    """Holds the state, and is the only one who changes it."""

    def __init__(self, ports: Ports, policy: Policy, state: State) -> None:
        self.policy = policy  # a reload puts a new one here, between two events
        self.state = state
        self.looked = False  # whether any look has come in since the start
        self.taken = 0  # events since the start, time itself included: while we live, it grows
        self._ports = ports
        self._queue: asyncio.Queue[Looked | None] = asyncio.Queue(QUEUE_MAX)
        self._batch: list[Observation] = []
        self._pace: Mapping[str, float] = {}
        self._beat_waits = False

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
            await self._pass(event, None)  # the disk is full, but it did happen
            return
        self.beat()

    async def settled(self) -> None:
        """Waits until all that has come in so far was taken."""
        await self._queue.join()

    def beat(self) -> None:
        """Let time pass: drain the inbox, settle what waits for a time, write what was seen."""
        if self._beat_waits:
            return
        try:
            self._queue.put_nowait(None)
        except asyncio.QueueFull:
            self._ports.counts.bounded("looks_queue")
        else:
            self._beat_waits = True

    async def run(self) -> None:
        """Take events one by one, for ever."""
        while True:
            event = await self._queue.get()
            if event is None:
                self._beat_waits = False
                await self._beat()
            else:
                self._keep(event.observation)
                await self._pass(event, None)
            self.taken += 1
            self._queue.task_done()

    async def flush(self) -> None:
        """Write what was seen so far; before the end, and on every beat."""
        batch, self._batch = self._batch, []
        try:
            await self._ports.store.settle()
            if batch:
                await self._ports.store.record(batch, self.state)
        except StoreError:
            self._ports.counts.store_failed("record")
            self._batch = [*batch, *self._batch][-BATCH_MAX:]

    async def _beat(self) -> None:
        await self._drain()
        await self._pass(Ticked(self._ports.clock()), None)
        await self.flush()

    async def _drain(self) -> None:
        try:
            waiting = await self._ports.store.inbox()
        except StoreError:
            self._ports.counts.store_failed("inbox")
            return
        for inbox_id, event in waiting:
            await self._pass(event, inbox_id)

    def _keep(self, observation: Observation) -> None:
        self._batch.append(observation)
        if len(self._batch) > BATCH_MAX:
            del self._batch[0]
            self._ports.counts.bounded("observations_batch")

    async def _pass(self, event: Event, inbox_id: str | None) -> None:
        """One event through the core; what it led to is written before it is acted on."""
        taken = self._step(event)
        for note in taken.notes:
            log.warning("noted", what=note)
        for why, count in taken.left_out.items():
            self._ports.counts.left_out(why, count)
        if taken.entries or taken.effects or inbox_id:
            for entry in taken.entries:
                log.warning("timeline", incident=entry.incident, what=entry.what, text=entry.text)
            await self._commit(taken, inbox_id)
        self.state = taken.state
        self._ports.put(taken.effects)
        self._follow()

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
            await self._ports.store.commit(taken, inbox_id)
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
