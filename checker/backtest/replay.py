"""One config's way through a history: looks and the beats between them go through the core's `step`.

What people said is not in the looks, and another config might have given them other things to say. So
there is a stand-in: it leads, acknowledges every page when it rings, and closes what has been well for
OVER_AFTER_S. It never sets a severity, cancels, or announces maintenance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace

from checker.backtest.calm import Calm
from checker.backtest.found import Book, Replayed
from checker.core.draft import WORDS
from checker.core.engine import step
from checker.core.events import Acknowledged, Closed, Event, Led, Looked, Ticked
from checker.core.incident import Move, has_recovered
from checker.core.model import Duty, Incident, Observation, State, Step
from checker.core.pace import FORGET_AFTER_S, patience_s
from checker.core.rules import Policy
from checker.rehearsal.pendulum import BEAT_S, Pendulum

OVER_AFTER_S = 2 * 3600.0  # recovered and quiet for so long: counts as closed
STAND_IN = "the stand-in"
PAGED = {Duty.PAGE: ("pager",)}  # each page once, whoever is configured and whatever their tokens


class Replay:
    """Takes looks in the order in which they ended."""

    def __init__(self, policy: Policy, since: float, begins: Mapping[str, float]) -> None:
        """`begins`: check → when its looks begin. A check counts from then on, and not at all without any.

        Else a check that was added last week would have kept its surface from being down before.
        """
        self._whole = replace(policy, routes=PAGED)
        self._late = {name for name, at in begins.items() if at > since + FORGET_AFTER_S}
        self._policy = self._of(begins.keys() - self._late)
        self._calm = Calm(self._policy)
        self._pendulum = Pendulum(since)
        self._book = Book()
        self._forget_at = since + FORGET_AFTER_S  # no location is forgotten before then
        self._close_at = math.inf
        self._due = self._pendulum.due  # the next moment at which time itself does something

    def look(self, look: Observation) -> None:
        """One more look. It is known at its end, and all that waited for a time until then comes first."""
        now = look.at + look.duration_s
        if self._due <= now:
            self.pass_time(now)
        if look.check in self._late:
            self._join(look.check, now)
        if not self._calm.take(look):
            self._tell(Looked(look))

    def pass_time(self, until: float) -> None:
        """What the time until then, and including it, brings by itself."""
        while self._due <= until:
            if self._due == self._close_at:
                self._close(self._due)
            else:
                self._tick(self._due)

    @property
    def state(self) -> State:
        """What the core knows by now."""
        return self._calm.state()

    def replayed(self) -> Replayed:
        """What was found so far."""
        return self._book.replayed()

    def _of(self, names: Set[str]) -> Policy:
        watched = {name: w for name, w in self._whole.watched.items() if name in names}
        return replace(self._whole, watched=watched)

    def _join(self, check: str, now: float) -> None:
        self._late.discard(check)
        self._policy = self._of(self._policy.watched.keys() | {check})
        self._calm.policy = self._policy
        # Whatever another policy makes of the State, it does at the next beat.
        self._forget_at = min(self._forget_at, _beat_after(now))
        self._due = min(self._due, self._forget_at)

    def _tick(self, now: float) -> None:
        self._tell(Ticked(now))
        if self._forget_at <= now:
            soon = now + FORGET_AFTER_S  # of somebody who begins to look now
            first = min(_forgettings(self._policy, self.state), default=soon)
            self._forget_at = max(_beat_after(now), min(first, soon) // BEAT_S * BEAT_S)
        self._due = min(self._pendulum.due, self._forget_at, self._close_at)

    def _close(self, now: float) -> None:
        for incident in self.state.incidents.values():
            if _closes_at(incident) <= now:
                self._tell(Closed(now, incident.id, STAND_IN, "", ""))

    def _tell(self, event: Event) -> None:
        before = self.state
        taken = step(self._policy, before, event)
        self._calm.become(taken.state)
        if isinstance(event, Ticked):
            self._pendulum.ticked(self._policy, taken.state, event.at)
        else:
            self._pendulum.told(self._policy, before, event)
        if taken.entries:
            self._book.write(taken)
            incidents = taken.state.incidents.values()
            self._close_at = min(map(_closes_at, incidents), default=math.inf)
        self._due = min(self._pendulum.due, self._forget_at, self._close_at)
        for word in stand_in(taken):
            self._tell(word)


def stand_in(taken: Step) -> Iterator[Event]:
    """What it says at once to what a step has led to."""
    for entry in taken.entries:
        if entry.what == WORDS[Move.OPEN]:
            yield Led(entry.at, entry.incident, STAND_IN, STAND_IN)
    for effect in taken.effects:
        if effect.duty is Duty.PAGE:
            yield Acknowledged(effect.at, effect.incident, STAND_IN)


def _beat_after(now: float) -> float:
    return now // BEAT_S * BEAT_S + BEAT_S


def _closes_at(incident: Incident) -> float:
    """When the stand-in closes it, as things are."""
    if not has_recovered(incident) or incident.recovered_at is None:
        return math.inf
    return incident.recovered_at + OVER_AFTER_S


def _forgettings(policy: Policy, state: State) -> Iterator[float]:
    """When each location is forgotten, if it never looks again (`core/pace.py`)."""
    for check, held in state.standings.items():
        patience = patience_s(policy, check)
        yield from (standing.looked_at + patience for standing in held.values())
    for vantage in state.vantages.values():
        looks = vantage.looked_at.items()
        yield max((at + patience_s(policy, check) for check, at in looks), default=math.inf)
