"""A world played to the core in virtual time: looks, ticks and people's words go in, what it leads to is kept.

Deterministic: the same policy, world and words make the same play. A look's event comes at its end, as
in the daemon, and a look that hangs ends with its timeout. Whoever is asked to ring takes the page a
second later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from checker.core.engine import step
from checker.core.events import Delivered, Event, Looked, PageConfirmed, Ticked
from checker.core.model import Duty, Observation, State, Step
from checker.core.pace import pace
from checker.core.rules import Policy
from checker.core.words import CANNOT_BE
from checker.course import offset
from checker.rehearsal.pendulum import Pendulum
from checker.rehearsal.timetable import Lane, Phase, Timetable, timetable
from probes.contract import Outcome, Reason, Verdict

World = Callable[[str, str, float], tuple[Outcome, float]]
"""(check, location, start of the look) → what it finds, and how long it takes in seconds."""

TAKEN_AFTER_S = 1.0  # a page, by whoever is to ring
OVERDUE = Outcome(Verdict.FAILED, Reason.TIMEOUT, "no answer in time")


@dataclass(frozen=True, slots=True)
class Happening:
    """A step that led to something."""

    at: float
    step: Step


@dataclass(slots=True)
class Play:
    """The core in a world. `now` is how far it has come, in seconds since the epoch."""

    policy: Policy
    world: World
    locations: Sequence[str]
    now: float
    phase: Phase = offset
    state: State = field(default_factory=State)
    pages_are_taken: bool = True
    happened: list[Happening] = field(default_factory=list)
    looks: int = 0
    timetable: Timetable = field(init=False)
    pendulum: Pendulum = field(init=False)
    flights: list[tuple[float, int, Lane | None, Event]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=count)
    _wanted: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.timetable = timetable(self.policy, self.locations, self.now, self.phase)
        self.pendulum = Pendulum(self.now)

    def run(self, until: float) -> None:
        """Live until then. What is due at that very moment is left for the next run."""
        while True:
            ends = self.flights[0][0] if self.flights else until
            due = self.timetable.next_at()
            moment = min(ends, due, self.pendulum.due)
            if moment >= until:
                break
            if ends == moment:
                self._land()
            elif due == moment:
                self._start(moment)
            else:
                self.tell(Ticked(moment))
        self.now = until

    def tell(self, event: Event) -> None:
        """One event through the core. What a person cannot do is kept as a note."""
        before = self.state
        try:
            taken = step(self.policy, before, event)
        except CANNOT_BE as refusal:
            taken = Step(before, notes=(f"refused: {refusal}",))
        self.state = taken.state
        if taken.entries or taken.effects or taken.notes:
            self.happened.append(Happening(event.at, taken))
            if self.pages_are_taken:
                self._take_pages(taken)
        if isinstance(event, Ticked):
            self.pendulum.ticked(self.policy, taken.state, event.at)
            self._follow(event.at)
        elif self.pendulum.told(self.policy, before, event):
            self._follow(event.at)

    def _follow(self, now: float) -> None:
        wanted = pace(self.policy, self.state)
        if wanted != self._wanted:
            self._wanted = wanted
            self.timetable.follow(wanted, now)

    def _take_pages(self, taken: Step) -> None:
        for effect in taken.effects:
            if effect.duty is Duty.PAGE:
                at, named = (
                    effect.at + TAKEN_AFTER_S,
                    (effect.incident, effect.id, effect.responder),
                )
                self._put(at, None, Delivered(at, *named))
                if effect.responder in self.policy.confirms:
                    page = self.state.incidents[effect.incident].page
                    self._put(at, None, PageConfirmed(at, effect.incident, effect.responder, page))

    def _start(self, at: float) -> None:
        taken = self.timetable.take()
        if taken is not None:
            self._look(*taken, at)

    def _look(self, lane: Lane, scheduled: bool, at: float) -> None:
        """One look begins; what it finds is known already, and told when it ends."""
        self.looks += 1
        lane.course.began(at)
        outcome, took_s = self.world(lane.check, lane.location, at)
        if took_s >= lane.watched.timeout_s:
            outcome, took_s = OVERDUE, lane.watched.timeout_s
        seen = Observation(lane.check, lane.location, at, outcome, took_s, scheduled)
        self._put(at + took_s, lane, Looked(seen))

    def _put(self, at: float, lane: Lane | None, event: Event) -> None:
        heappush(self.flights, (at, next(self._number), lane, event))

    def _land(self) -> None:
        """What ends first has ended; a look that waited for its place begins."""
        at, _, lane, event = heappop(self.flights)
        waiting = lane.course.ended() if lane is not None else None
        self.tell(event)
        if lane is not None and waiting is not None:
            self._look(lane, waiting, at)
