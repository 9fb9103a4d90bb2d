"""A daemon among others: joins the parts of this package to its door, its delivery and its looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from checker.core.events import Looked, Ticked
from checker.core.model import Duty, Effect, Observation, State
from checker.core.rules import Policy
from checker.delivery import Delivery
from checker.door import Door
from checker.responders.contract import Responder
from checker.several.alone import Alone
from checker.several.courier import Courier
from checker.several.roster import Place, Roster
from checker.several.seat import Shared, Turns
from checker.several.shadow import Shadow, own_of
from checker.several.tempo import Pace, Tempo
from checker.store.bell import Word
from checker.store.faults import StoreError
from checker.store.presence import Presence
from checker.store.rows import Restored
from checker.store.store import Store

BEAT_S = 1.0
GOODBYE_S = 1.0  # for each of the last words to a store that may be away

log = structlog.get_logger(__name__)


class Counts(Protocol):
    """The part of the metrics that this package writes to."""

    def bounded(self, what: str) -> None: ...
    def store_failed(self, operation: str) -> None: ...
    def led(self, is_leading: bool) -> None: ...
    def took_over(self) -> None: ...
    def judged_alone(self, is_alone: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Around:
    """What a daemon is to the others, and what they may ask of it."""

    replica: str  # the name of this very process
    location: str
    counts: Counts
    locations: Callable[[], int]  # from how many places daemons are to look
    policy: Callable[[], Policy]
    responders: Callable[[], Mapping[str, Responder]]
    follow: Callable[[Pace], None]  # hands the wanted pace to the scheduler
    moved: Callable[[Place], Awaitable[None]]  # told whether and in what turn to look from now on
    here: Callable[[bool], Presence]  # what we say of ourselves, given whether we look
    clock: Callable[[], float]
    monotonic: Callable[[], float]


class Company:
    """One daemon of several on one store."""

    def __init__(self, store: Store, around: Around) -> None:
        self._store = store
        self._around = around
        self._uncertain: list[Effect] = []  # pages whose incident the store may not know
        self._shadow = Shadow(around.policy, State())
        turns = Turns(self._began, self._ended, self._read)
        self.seat = Shared(store, around.replica, turns, monotonic=around.monotonic)
        self.roster = Roster(
            store.sharing,
            around.here,
            around.moved,
            monotonic=around.monotonic,
            locations=around.locations,
        )
        self._courier = Courier(
            store.sharing, around.replica, around.counts.store_failed, around.counts.bounded
        )
        self._tempo = Tempo(
            _Pace(store), around.follow, self.seat.holds, around.counts.store_failed
        )
        self._alone = Alone(store, around.location, around.policy, around.responders, around.clock)

    def join(self, door: Door, delivery: Delivery) -> None:
        """What is led, and stands by; before anything else."""
        self._door, self._delivery = door, delivery
        delivery.seat = self.seat

    async def load(self) -> None:
        """What the others know. StoreError: the store cannot be used."""
        restored = await self._store.restore()
        self._shadow.state = own_of(restored.state, self._around.location)
        self._read(restored)

    async def begin(self) -> None:
        """Takes a place among them."""
        await self.roster.turn()
        await self.seat.turn()

    # ── what the daemon tells ─────────────────────────────────────────────────────────────────

    @property
    def is_leading(self) -> bool:
        return self.seat.holds()

    @property
    def is_looking(self) -> bool:
        return self.roster.place.is_looking

    def saw(self, observation: Observation) -> None:
        """We have looked."""
        self._door.looked = True
        self._courier.take(observation)
        seen = Looked(observation)
        self._alone.take(seen)
        self._shadow.take(seen)
        self._follow_own_pace()

    def _follow_own_pace(self) -> None:
        """What is settled for all is looked at as all do; while we are alone nothing is settled for us."""
        known = State() if self._alone.is_alone else self._door.state
        self._tempo.ours(self._shadow.pace(known, self._around.location))

    def put(self, effects: Iterable[Effect]) -> None:
        """Effects that we decided on, for the delivery."""
        decided = list(effects)
        if not self._store.owed:
            self._uncertain.clear()
        elif decided:
            self._uncertain += [effect for effect in decided if effect.duty is Duty.PAGE]
        self._delivery.put(decided)

    def wanted(self, pace: Pace) -> None:
        """The pace that all should look at."""
        self._tempo.wanted(pace)

    # ── life ──────────────────────────────────────────────────────────────────────────────────

    def works(self) -> Iterator[Coroutine[Any, Any, None]]:
        """What goes on for as long as the daemon does."""
        yield self.seat.run()
        yield self.roster.run()
        yield self._courier.run()
        yield self._tempo.run()
        yield self._store.sharing.listen(self._heard)
        yield self._beats()

    async def last_looks(self) -> None:
        """The looks that nobody has yet."""
        await _briefly(self._courier.put())

    async def leave(self) -> None:
        """Another may lead, and look, at once."""
        await self._alone.end()
        words = (self._alone.tell(), self.seat.leave(), self.roster.leave())
        await asyncio.gather(*map(_briefly, words))

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            await self.beat()

    async def beat(self) -> None:
        """Lets time pass: notices that the store is away, or back."""
        around, passed = self._around, Ticked(self._around.clock())
        self._shadow.take(passed)
        self._follow_own_pace()
        if not self.roster.is_away:
            await self._alone.end()
            await self._alone.tell()
        elif not self.seat.is_seated and not self._alone.is_alone:
            self._tempo.nobody_leads()
            self._alone.begin(self._shadow.state)
        self._alone.take(passed)
        around.counts.led(self.is_leading)
        around.counts.judged_alone(self._alone.is_alone)

    # ── what others tell ──────────────────────────────────────────────────────────────────────

    def _heard(self, word: Word) -> None:
        match word:
            case Word.LOOKS:
                if self.is_leading:
                    self._door.read_looks()
            case Word.INBOX:
                self._door.beat()
            case Word.PACE:
                self._tempo.said()
            case Word.LEASE:
                self.seat.wake()

    def _began(self, restored: Restored) -> None:
        self._around.counts.took_over()
        self._around.counts.led(True)
        self._alone.know(restored)
        self._delivery.restore(restored.outbox, restored.receipts)
        self._door.lead(restored)
        self._delivery.start()

    def _ended(self) -> None:
        self._around.counts.led(False)
        waiting = self._delivery.waiting()
        self._alone.know(Restored(self._door.state, tuple(waiting), ()))
        if self._store.owed:
            untried = {pending.effect.id for pending in waiting}
            sent = [effect for effect in self._uncertain if effect.id not in untried]
            self._alone.owe(sent, self._around.clock())
        self._uncertain.clear()
        self._door.stand_by()
        self._delivery.forget()

    def _read(self, restored: Restored) -> None:
        self._door.show(restored.state)
        self._delivery.restore((), restored.receipts)
        self._alone.know(restored)


class _Pace:
    """The pace in the store: written by whoever leads, read by all."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def want(self, wanted: Pace) -> None:
        await self._store.want(wanted)

    async def pace(self) -> Pace:
        return await self._store.sharing.pace()


async def _briefly(word: Awaitable[object]) -> None:
    """A last word that may be lost."""
    with suppress(StoreError, TimeoutError):
        await asyncio.wait_for(word, GOODBYE_S)
