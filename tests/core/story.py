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
from checker.core.rules import Policy, Rule, Scope, Watched
from checker.rehearsal.play import Play
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


# Duties that a story asks for by its own routes.
SELDOM = {Duty.FALLBACK, Duty.INVITE, Duty.DOCUMENT, Duty.PUBLISH, Duty.WITHDRAW}
CONTROLS = ("control/one", "control/two", "control/three")
CHECKS = ("us/app", "us/flags", "eu/app", *CONTROLS)


def make_policy(checks: Iterable[str | Watched] = CHECKS, **more: object) -> Policy:
    watched = [watch(c) if isinstance(c, str) else c for c in checks]
    base = Policy(
        watched={w.name: w for w in watched},
        rules=RULES,
        targets=("us", "eu"),
        routes=dict.fromkeys(set(Duty) - SELDOM, ("out",)),
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


def in_turn(check: str, rank: int, locations: int, every_s: float) -> float:
    """Everybody's phase: in step with T0, each location in its turn."""
    return (T0 + rank * every_s / locations) % every_s


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
        self.take(result)
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

        def found(check: str, location: str, at: float) -> tuple[Outcome, float]:
            return outcome(world(check, location, at - T0)), 0.0

        begins = T0 + self.now - 0.01  # what is due at this very moment is looked at
        played = Play(
            self.policy, found, self.locations, begins, in_turn, self.state, pages_are_taken=False
        )
        played.run(begins + seconds)
        self.state = played.state
        for happening in played.happened:
            self.take(happening.step)
        self.now += seconds
        return self

    def take(self, result: Step) -> None:
        self.effects += result.effects
        self.entries += result.entries
        self.notes += result.notes

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
