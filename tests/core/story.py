"""Stories in virtual time for the core: a world, its looks, and what the core made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from checker.core.engine import step
from checker.core.events import Event, Looked, Ticked
from checker.core.model import (
    Duty,
    Effect,
    Entry,
    Incident,
    Kind,
    Observation,
    Severity,
    State,
    Step,
)
from checker.core.pace import pace
from checker.core.rules import Policy, Rule, Scope, Watched
from probes.contract import Outcome, Reason, Verdict

T0 = 1_700_000_000.0

DOWN_EVERYWHERE = Rule(
    "app", Kind.DOWN, Severity.CRITICAL, "Posthog Cloud is completely down", Scope.EVERY
)
APP_DOWN = Rule("app", Kind.DOWN, Severity.CRITICAL, "being completely unavailable")
FLAGS_DOWN = Rule("flags", Kind.DOWN, Severity.MAJOR, "`/decide` is down")
FAILING = Rule("any", Kind.FAILING, Severity.MAJOR, "Significantly elevated error rate")
BROKEN = Rule("any", Kind.DOWN, Severity.MINOR, "Broken non-critical functionality", critical=False)
RULES = (DOWN_EVERYWHERE, APP_DOWN, FLAGS_DOWN, FAILING, BROKEN)


def watch(name: str, every_s: float = 30.0, **more: object) -> Watched:
    """A check by its full name: "us/flags", "control/one"."""
    target, _, surface = name.partition("/")
    return Watched(
        name=name,
        target=None if target == "control" else target,
        surface=surface,
        every_s=every_s,
        timeout_s=10.0,
        **more,  # type: ignore[arg-type]
    )


CONTROLS = ("control/one", "control/two", "control/three")
CHECKS = ("us/app", "us/flags", "eu/app", *CONTROLS)


def make_policy(checks: Iterable[str | Watched] = CHECKS, **more: object) -> Policy:
    watched = [watch(c) if isinstance(c, str) else c for c in checks]
    base = Policy(
        watched={w.name: w for w in watched},
        rules=RULES,
        targets=("us", "eu"),
        routes=dict.fromkeys(set(Duty) - {Duty.FALLBACK}, ("out",)),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def outcome(verdict: Verdict) -> Outcome:
    reasons = {
        Verdict.PASSED: None,
        Verdict.DEGRADED: Reason.SLOW,
        Verdict.FAILED: Reason.TIMEOUT,
        Verdict.INCONCLUSIVE: Reason.OWN_KEY,
    }
    return Outcome(verdict, reasons[verdict])


World = Callable[[str, str, float], Verdict]
"""(check, location, seconds since T0) → what a look that starts then would find."""


def fine(check: str, location: str, at: float) -> Verdict:
    return Verdict.PASSED


def broken(*checks: str, since: float = 0.0, until: float = float("inf"), at: str = "") -> World:
    """Everything is fine but `checks` fail from `since` to `until`, everywhere or at one location."""

    def world(check: str, location: str, now: float) -> Verdict:
        fails = check in checks and since <= now < until and at in ("", location)
        return Verdict.FAILED if fails else Verdict.PASSED

    return world


@dataclass
class Story:
    policy: Policy = field(default_factory=make_policy)
    locations: tuple[str, ...] = ("l1",)
    state: State = field(default_factory=State)
    now: float = 0.0
    effects: list[Effect] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    took: dict[str, float] = field(default_factory=dict)  # seconds that a failing look takes

    def tell(self, event: Event) -> Step:
        result = step(self.policy, self.state, event)
        self.state = result.state
        self.effects += result.effects
        self.entries += result.entries
        self.notes += result.notes
        return result

    def look(
        self, check: str, verdict: Verdict, at: float, location: str = "l1", took: float = 0.0
    ) -> Step:
        seen = Observation(check, location, T0 + at, outcome(verdict), duration_s=took)
        return self.tell(Looked(seen))

    def tick(self, at: float) -> Step:
        return self.tell(Ticked(T0 + at))

    def play(self, world: World, seconds: float) -> Story:
        """Live `seconds` of `world`, at the schedule and the pace that the core asks for."""
        end = self.now + seconds
        due = self._due()
        while self.now < end:
            for (check, location), at in sorted(due.items(), key=lambda item: item[1]):
                if at <= self.now:
                    self.look(check, world(check, location, self.now), self.now, location)
                    due[check, location] = self.now + self.policy.watched[check].every_s
            for check, every in pace(self.policy, self.state).items():
                for location in self.locations:
                    due[check, location] = min(due[check, location], self.now + every)
            self.tick(self.now)
            self.now += 1.0
        return self

    def _due(self) -> dict[tuple[str, str], float]:
        """Next looks: in phase with T0, each location in its turn."""
        due = {}
        for name, watched in self.policy.watched.items():
            for rank, location in enumerate(self.locations):
                offset = rank * watched.every_s / len(self.locations)
                turns = -((offset - self.now) // watched.every_s)
                due[name, location] = offset + max(0.0, turns) * watched.every_s
        return due

    def incident(self, id_: str = "us-1") -> Incident:
        return self.state.incidents[id_]

    def asked(self, duty: Duty) -> list[Effect]:
        return [effect for effect in self.effects if effect.duty is duty]

    def said(self) -> list[str]:
        """What happened, without what was merely said again."""
        return [entry.what for entry in self.entries if entry.what != "reminder"]

    def reminders(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.what == "reminder"]

    def declared_at(self) -> float | None:
        """Seconds since T0 of the first declaration."""
        return next((e.at - T0 for e in self.entries if e.what == "declared"), None)
