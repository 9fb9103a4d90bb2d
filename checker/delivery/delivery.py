"""Lanes of effects, and the life of one effect: marked, tried, settled, told.

A lane is what must happen in order: for one responder and one incident, what rings (page, resolve)
and, apart from it, what talks. So a page never waits for Slack, nor behind a room that cannot be
made, and a resolve never overtakes its page.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from checker.core.events import Delivered, Event, Refused
from checker.core.model import Duty, Effect
from checker.delivery.figures import Counts, Figures, figures_of
from checker.delivery.lane import RINGING, Gone, Key, Lane
from checker.delivery.ledger import Ledger, Telling
from checker.delivery.marks import Marks
from checker.delivery.receipts import Receipts
from checker.delivery.trial import Failure, carry_out
from checker.responders.contract import Answer, Attempt, Done, Later, Never, Responder
from checker.several.seat import Always, Seat
from checker.store.faults import Fenced
from checker.store.rows import Pending, Receipt

LET_GO_S = 1.0  # how long a try that was cut off at the drain's deadline may take to end

ALWAYS = Always()

log = structlog.get_logger(__name__)


class Delivery:
    """Carries out the outbox. Built once; `use` swaps the responders after a reload.

    A try is marked before it begins and after it ended, so that a crash between leaves an effect
    whose fate is unknown, never one that is forgotten. Where the store cannot be told, the try is
    made all the same: a page must go out. Where the store says that another leads, or the seat is
    not ours at that moment, no try is made: the effect is for that one to carry out.
    """

    def __init__(
        self,
        marks: Marks,
        responders: Mapping[str, Responder],
        say: Callable[[Event], Awaitable[None]],
        clock: Callable[[], float],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        attempt_s: float = 15.0,
    ) -> None:
        """`say` gets Delivered and Refused; `clock` is seconds since the epoch; `jitter` is in [0, 1).

        `say` may get the same event again when it raised, or after a crash: it must know it by its effect.
        """
        self._marks = marks
        self._responders = dict(responders)
        self._say = say
        self._clock = clock
        self.seat: Seat = ALWAYS  # another, where others may lead
        self._pause = pause
        self._jitter = jitter
        self._attempt_s = attempt_s
        self._ledger = Ledger(pause)
        self._lanes: dict[Key, Lane] = {}
        self._left: set[asyncio.Task[None]] = (
            set()
        )  # tries of what was forgotten, that go on to their end
        self._receipts = Receipts()
        self._working = False
        self._counts = Counts()
        self._logged: set[tuple[str, str]] = set()

    def restore(self, outbox: Iterable[Pending], receipts: Iterable[Receipt]) -> None:
        """What the last daemon left undone; before `start`."""
        for one in receipts:
            self._receipts.keep(one)
        for pending in outbox:
            self._take(pending)
        for lane in self._lanes.values():
            lane.resume(self._clock())

    def start(self) -> None:
        """Begins to carry out what waits."""
        self._working = True
        for lane in sorted(self._lanes.values(), key=lambda lane: not lane.key.rings):
            self._wake(lane)

    def put(self, effects: Iterable[Effect]) -> None:
        """Takes effects once the commit that decided them is written; pages begin first. Never waits."""
        for effect in sorted(effects, key=lambda effect: effect.duty not in RINGING):
            self._wake(self._take(Pending(effect)))

    def use(self, responders: Mapping[str, Responder]) -> None:
        """After a reload: the responders from now on. Tries under way end with the old ones.

        What waits for a responder that has changed is tried at once: it may have been mended.
        """
        before, self._responders = self._responders, dict(responders)
        for lane in self._lanes.values():
            name = lane.key.responder
            if responders.get(name) is not before.get(name) and lane.trying is None:
                lane.stop()
                lane.wait_s = 0.0
                self._wake(lane)

    def waiting(self) -> list[Pending]:
        """Everything that is not settled."""
        return [pending for lane in self._lanes.values() for pending in lane.all()]

    def forget(self) -> None:
        """Another leads from now on. A try under way goes on to its end, and nobody is told of it."""
        self._working = False
        for lane in self._lanes.values():
            if lane.trying is None:
                lane.stop()
            elif lane.task is not None:
                self._left.add(lane.task)
                lane.task.add_done_callback(self._left.discard)
        self._lanes, self._receipts = {}, Receipts()
        self._ledger.forget()

    async def drain(self, deadline_s: float) -> None:
        """For SIGTERM: lets tries under way end, begins none; what waits is in the store.

        A try that does not end in time is cut off. At most three seconds more than `deadline_s`.
        """
        self._working = False
        tasks = [*self._left, *(lane.task for lane in self._lanes.values() if lane.task)]
        for lane in self._lanes.values():
            if lane.trying is None:
                lane.stop()
        await _ended(tasks, deadline_s)
        await self._ledger.close()

    def receipts(self) -> Mapping[tuple[str, str], Mapping[str, Mapping[str, Any]]]:
        """What came of the effects that were done: responder and incident → effect → receipt. The newest pairs."""
        return self._receipts.all

    def figures(self) -> Figures:
        return figures_of(
            self._lanes.values(),
            self._responders,
            self._counts,
            len(self._ledger),
            self._clock(),
        )

    # ── lanes ─────────────────────────────────────────────────────────────────────────────────

    def _take(self, pending: Pending) -> Lane:
        key = Key.of(pending.effect)
        lane = self._lanes.setdefault(key, Lane(key))
        self._give_up(lane.take(pending))
        return lane

    def _give_up(self, gone: Gone) -> None:
        at = self._clock()
        for pending, why in gone:
            self._counts.dropped += pending.effect.duty is Duty.POST
            self._ledger.owe(partial(self._marks.superseded, pending.effect.id, at, why))

    def _wake(self, lane: Lane) -> None:
        if not self._working or lane.task is not None or not lane.queue:
            return
        if lane.key.responder in self._responders:
            lane.task = asyncio.create_task(self._work(lane))
        else:
            self._log_once("not configured, its effects wait until it is", lane.key.responder)

    async def _work(self, lane: Lane) -> None:
        while self._working and lane.queue:
            if lane.wait_s > 0:
                await self._pause(lane.wait_s)
                lane.wait_s = 0.0
            responder = self._responders.get(lane.key.responder)
            if responder is None:
                break
            if not await self._one(lane, responder):
                break
        lane.task = None
        if not lane.queue and self._has(lane):
            del self._lanes[lane.key]

    async def _one(self, lane: Lane, responder: Responder) -> bool:
        """One try of the first in line, and what came of it; whether to go on with the lane."""
        pending = lane.begin(self._clock())
        if not await self._may_try(pending.effect) or not self._has(lane):
            lane.put_back(pending)
            return False
        answer = await self._try(responder, pending)
        if not self._has(lane):
            return False  # forgotten while it was tried
        await self._settle(lane, pending, answer)
        lane.trying = None
        return self._has(lane)

    def _has(self, lane: Lane) -> bool:
        return self._lanes.get(lane.key) is lane

    # ── one try ───────────────────────────────────────────────────────────────────────────────

    async def _may_try(self, effect: Effect) -> bool:
        """Marks the try, unless another leads: asked last of all, for we may have been frozen until now."""
        try:
            await self._note(self._marks.sending(effect.id, self._clock()))
        except Fenced:
            self.seat.lost()
        return self.seat.holds()

    async def _try(self, responder: Responder, pending: Pending) -> Answer:
        effect = pending.effect
        self._counts.attempts[effect.responder, effect.duty] += 1
        receipts = self._receipts.all.get((effect.responder, effect.incident), {})
        attempt = Attempt(effect, receipts, pending.unsure, pending.first_tried_at)
        answer, failure = await carry_out(responder, attempt, self._attempt_s)
        if failure is not None:
            self._counts.failures[effect.responder, failure] += 1
        if failure is Failure.FAULT and isinstance(answer, Later):
            self._log_once(answer.why, effect.responder)
        return answer

    async def _settle(self, lane: Lane, pending: Pending, answer: Answer) -> None:
        match answer:
            case Done():
                lane.failures = 0
                await self._confirm(pending.effect, answer)
            case Never():
                lane.failures = 0
                await self._refuse(pending.effect, answer)
            case Later():
                await self._postpone(lane, pending, answer)

    async def _confirm(self, effect: Effect, done: Done) -> None:
        self._receipts.keep(Receipt(effect.incident, effect.responder, effect.id, done.receipt))
        at = self._clock()
        event = Delivered(
            at, effect.incident, effect.id, effect.responder, done.note, effect.duty, effect.at
        )
        mark = partial(self._marks.confirmed, effect.id, at, done.receipt)
        await self._ledger.tell(partial(self._say_and_mark, event, mark))

    async def _refuse(self, effect: Effect, never: Never) -> None:
        at = self._clock()
        event = Refused(at, effect.incident, effect.id, effect.responder, never.why)
        mark = partial(self._marks.refused, effect.id, at, never.why)
        await self._ledger.tell(partial(self._say_and_mark, event, mark))

    async def _say_and_mark(self, event: Event, mark: Telling) -> None:
        # In this order: said twice is harmless, and marked but never said would be lost in a crash.
        await self._say(event)
        await mark()

    async def _postpone(self, lane: Lane, pending: Pending, later: Later) -> None:
        now = self._clock()
        unsure = pending.unsure or later.unsure  # once in doubt, until it is settled
        lane.postpone(later.after_s, self._jitter())
        gone = lane.put_back(replace(pending, unsure=unsure))
        self._give_up(gone)
        if not gone:
            not_before = now + lane.wait_s
            with suppress(Fenced):  # then it is not ours to try again, as the next mark will say
                await self._note(
                    self._marks.postponed(pending.effect.id, not_before, later.why, unsure)
                )

    async def _note(self, mark: Awaitable[None]) -> None:
        """A mark that the next try makes again: it may fail, and nothing waits for it to succeed."""
        try:
            await mark
        except Fenced:
            raise
        except Exception as error:
            self._log_once(f"a try could not be marked ({type(error).__name__})", "store")

    # ── small change ──────────────────────────────────────────────────────────────────────────

    def _log_once(self, what: str, who: str) -> None:
        if (what, who) not in self._logged:
            self._logged.add((what, who))
            log.warning(what, who=who)


async def _ended(tasks: Sequence[asyncio.Task[None]], deadline_s: float) -> None:
    """Waits for them; those that do not end in time are cut off, and their fate is then unknown."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=deadline_s)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=LET_GO_S)
