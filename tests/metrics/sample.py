"""A daemon's view, small enough to read and with one of everything in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from checker.config.settings import Off, PlannedCheck
from checker.core.held import Standing, Vantage
from checker.core.model import Duty, Incident, Kind, Observation, Phase, Severity, State, Symptom
from checker.core.rules import Policy, Thresholds, Watched
from checker.core.standing import weigh
from checker.delivery import Failure, Figures
from checker.metrics import LastLook, View
from checker.roll import Roll, roll_of
from checker.store.presence import Presence
from probes.contract import Outcome, ProbeParams, Reason, Timing, Verdict

NOW = 1_700_000_000.0

GOOD = Outcome(
    Verdict.PASSED,
    phases={Timing.RESOLVE: 0.004, Timing.CONNECT: 0.01, Timing.PROCESSING: 0.12},
    values={"http_status_code": 200.0, "ssl_earliest_cert_expiry": NOW + 86_400},
)
BAD = Outcome(
    Verdict.FAILED, Reason.TIMEOUT, "no answer within 10 s", phases={Timing.RESOLVE: 0.004}
)
SLOW = Outcome(Verdict.DEGRADED, Reason.SLOW, "4.1 s, over its limit of 3 s")
UNKNOWN = Outcome(Verdict.INCONCLUSIVE, Reason.OWN_NETWORK, "no control answers")

QUIET = Figures(
    pending={}, oldest_s={}, attempts={}, failures={}, stranded=0, dropped=0, unmarked=0
)
BUSY = Figures(
    pending={"pagerduty": 2},
    oldest_s={"pagerduty": 41.5},
    attempts={("pagerduty", Duty.PAGE): 5},
    failures={("pagerduty", Failure.THROTTLED): 3},
    stranded=1,
    dropped=4,
    unmarked=6,
)
ROUTES = {Duty.PAGE: ("pagerduty",), Duty.POST: ("slack", "console")}


def watch(name: str) -> Watched:
    """A check by its full name: "us/flags", "control/one"."""
    target, _, surface = name.partition("/")
    return Watched(name, None if target == "control" else target, surface, 30.0, 10.0)


def plan(name: str, kind: str = "page") -> PlannedCheck:
    return PlannedCheck(name, kind, ProbeParams(), None, watch(name), 30.0, 10.0)


def saw(check: str, outcome: Outcome = GOOD, at: float = NOW, took: float = 0.15) -> Observation:
    return Observation(check, "l1", at, outcome, took)


def incident(**more: object) -> Incident:
    down = Symptom("us/app", Kind.DOWN, NOW - 300, "l1 10 of 10 failed (timeout)")
    facts: dict[str, object] = {
        "id": "us-42",
        "target": "us",
        "phase": Phase.OPEN,
        "severity": Severity.CRITICAL,
        "since": NOW - 300,
        "declared_at": NOW - 250,
        "sentence": "Posthog Cloud is completely down",
        "symptoms": (down,),
        "seen": ("us/app",),
    }
    return Incident(**(facts | more))  # type: ignore[arg-type]


def show(
    *checks: str,
    state: State | None = None,
    delivery: Figures = QUIET,
    looks: dict[str, LastLook] | None = None,
    off: Iterable[Off] = (),
    owed: int = 0,
) -> View:
    """All is well, unless said otherwise."""
    names = checks or ("us/app", "control/one")
    return View(
        at=NOW,
        location="l1",
        version="0.1.0",
        policy=Policy({n: watch(n) for n in names}, (), ("us", "eu"), ROUTES),
        state=state or State(),
        delivery=delivery,
        looks={n: LastLook(NOW - 12, 0.15, GOOD) for n in names} if looks is None else looks,
        off=tuple(off),
        owed=owed,
    )


def suspicion(check: str, failures: int) -> Standing:
    """What a location holds after so many failed looks in a row."""
    looks = [saw(check, BAD, at=NOW - 30 * n) for n in range(failures, 0, -1)]
    return reduce(lambda held, look: weigh(held, look, Thresholds()), looks, Standing())


def trouble() -> View:
    """us/app is down with an incident, us/flags in doubt, one location blind, a responder off."""
    state = State(
        standings={
            "us/app": {"l1": suspicion("us/app", 6), "l2": suspicion("us/app", 5)},
            "us/flags": {"l1": suspicion("us/flags", 1)},
        },
        vantages={"l1": Vantage(), "l3": Vantage(blind_since=NOW - 600)},
        symptoms={"us/app": incident().symptoms[0]},
        local={"eu/app": "l2"},
        incidents={"us-42": incident()},
        counters={"us": 42},
    )
    names = ("us/app", "us/flags", "eu/app", "control/one")
    looks = {
        "us/app": LastLook(NOW - 3, 10.0, BAD),
        "us/flags": LastLook(NOW - 5, 4.1, SLOW),
        "control/one": LastLook(NOW - 8, 0.05, UNKNOWN),
    }
    off = [Off("responder slack", "SLACK_BOT_TOKEN is not set")]
    view = show(*names, state=state, delivery=BUSY, looks=looks, off=off, owed=2)
    return replace(view, roll=roll())


def roll() -> Roll:
    """l1 leads, with another that stands by; l2 is late and its clock is off, l3 is blind, l4 is gone."""
    here = (
        Presence("l1-b", "l1", "0.2.0", is_looking=False, ago_s=2.0),
        Presence("l1-a", "l1", "0.1.0", offset_s=0.01, ago_s=1.0),
        Presence("l2-a", "l2", "0.1.0", behind_s=42.0, offset_s=-3.25, ago_s=1.0),
        Presence("l3-a", "l3", "0.1.0", is_blind=True, ago_s=1.0),
        Presence("l4-a", "l4", "0.1.0", ago_s=7200.0),
        Presence("l4-b", "l4", "0.1.0", ago_s=180.0),
    )
    return roll_of(here, "l1-a", NOW)
