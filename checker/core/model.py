"""The words of the house as values. Nothing here can read a clock, a socket or a file.

Times are seconds since the epoch, UTC; durations are seconds. All values are frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from probes.contract import Outcome, Reason, Verdict

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


def nothing() -> Mapping[Any, Any]:
    """The empty mapping, one for all."""
    return _NOTHING


class Severity(IntEnum):
    """How bad, in the handbook's three words; larger is worse, and there is no "none"."""

    MINOR = 1
    MAJOR = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Phase(StrEnum):
    """Where an incident is in its life; the moves between are the table in core/incident.py."""

    OPEN = "open"
    RECOVERED = "recovered"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What can be wrong with a check, in the words that rules use."""

    DOWN = "down"
    FAILING = "failing"


# ── what comes in ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Observation:
    """An Outcome with its check, location and time. `at` is the look's start. Never changed."""

    check: str
    location: str
    at: float
    outcome: Outcome
    duration_s: float = 0.0
    scheduled: bool = True  # False: an extra look, made because we were in doubt


@dataclass(frozen=True, slots=True)
class Looked:
    """A probe has looked."""

    observation: Observation

    @property
    def at(self) -> float:
        """When it was known: the end of the look."""
        return self.observation.at + self.observation.duration_s


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time has passed: what waits for a time is settled now."""

    at: float


@dataclass(frozen=True, slots=True)
class Closed:
    """A person closed an incident: "When we've identified the root cause … and put a fix in place"."""

    at: float
    incident: str
    by: str
    cause: str
    fix: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A person says that it was declared in error."""

    at: float
    incident: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person has taken the page: it will not ring again on its old key."""

    at: float
    incident: str
    by: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """An effect was confirmed done. `receipt` is what the responder needs to find it again."""

    at: float
    incident: str
    effect: str
    responder: str
    note: str = ""  # for the timeline, one line; empty: not worth a line


@dataclass(frozen=True, slots=True)
class Refused:
    """An effect was refused for good and will not be tried again."""

    at: float
    incident: str
    effect: str
    responder: str
    why: str


Event = Looked | Ticked | Closed | Cancelled | Acknowledged | Delivered | Refused


# ── what is held true ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Standing:
    """What one location holds true of one check, from its recent looks."""

    score: int = 0
    since: float | None = None  # start of the first failed look of the present doubt
    looks: int = 0  # conclusive looks since then
    failures: int = 0  # failed ones among them
    last_at: float = 0.0  # start of the newest conclusive look
    last_verdict: Verdict | None = None
    last_reason: Reason | None = None
    sees_since: float | None = None  # when the score came to `sees_at`
    clean_since: float | None = None  # when the score came (back) to 0
    looked_at: float = 0.0  # start of the newest look of any verdict


@dataclass(frozen=True, slots=True)
class Vantage:
    """What a location's control checks say of the location itself."""

    controls: Mapping[str, bool] = field(
        default_factory=nothing
    )  # control → its newest look passed
    looked_at: Mapping[str, float] = field(default_factory=nothing)  # control → that look's start
    passed_at: float | None = None  # start of the newest look at a control that passed
    blind_since: float | None = None


@dataclass(frozen=True, slots=True)
class Symptom:
    """A fact that the policy can speak of: this check is down, since then."""

    check: str
    kind: Kind
    since: float
    evidence: str = ""  # the sum: "l1 10 of 10 failed since 14:02:10 (timeout)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline: what happened when."""

    incident: str
    at: float
    what: str  # a closed set: declared, joined, escalated, recovered, reopened, closed, …
    text: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Something is wrong at a target, and people are told."""

    id: str
    target: str
    phase: Phase
    severity: Severity
    since: float  # start of the first failed look
    declared_at: float
    sentence: str  # the handbook's, on which the severity rests
    symptoms: tuple[Symptom, ...] = ()  # failing now
    seen: tuple[str, ...] = ()  # every check that has failed in this incident, in order
    page: int = 0  # number of the newest page's key; 0: nobody was paged
    paged_at: float | None = None
    acknowledged_at: float | None = None  # of the newest page
    recovered_at: float | None = None
    closed_at: float | None = None
    closed_by: str = ""
    cause: str = ""
    fix: str = ""
    rooms: int = 0  # how many times a room was asked for; names the operation
    posts: int = 0  # how many things were said; names the operation


class Duty(StrEnum):
    """The kinds of effect. A responder says which of them it carries out."""

    PAGE = "page"  # ring somebody
    RESOLVE = "resolve"  # stop ringing
    ROOM = "room"  # make the place where people meet
    POST = "post"  # say something there
    SUMMARY = (
        "summary"  # keep the one message that says how things stand; the newest replaces all older
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that must be done in the world.

    `id` is the operation's stable name: the same effect has it again after a crash.
    `payload` is JSON, complete in itself, in the shape that `core/wording.py` documents for the duty.
    """

    id: str  # "us-42/page/1@pagerduty"
    incident: str
    responder: str
    duty: Duty
    at: float
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """All that the core knows. Made anew by each step, sharing what did not change."""

    standings: Mapping[str, Mapping[str, Standing]] = field(
        default_factory=nothing
    )  # check → location →
    vantages: Mapping[str, Vantage] = field(default_factory=nothing)  # location →
    symptoms: Mapping[str, Symptom] = field(default_factory=nothing)  # check →
    local: Mapping[str, str] = field(
        default_factory=nothing
    )  # check → the one location that has a problem with it
    incidents: Mapping[str, Incident] = field(
        default_factory=nothing
    )  # id → the live ones, and each target's newest
    counters: Mapping[str, int] = field(
        default_factory=nothing
    )  # target → number of its newest incident


@dataclass(frozen=True, slots=True)
class Step:
    """What one event led to."""

    state: State
    effects: tuple[Effect, ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()  # for the log: what changed that is no incident's business


# ── what the rules are ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When doubt becomes a symptom, and a symptom ends (design §5, simulated defaults)."""

    failed: int = 10  # what a failed look adds to the score
    passed: int = 2  # what a good one takes away
    ceiling: int = 60
    sees_at: int = 30  # a location sees it from here
    alone_at: int = 50  # the line when there is one live location only
    down_share: float = (
        0.9  # of the looks since the first failure: from here "down", else "failing"
    )
    declare_after_s: float = 30.0  # what the evidence must span, by the looks' starts
    recover_after_s: float = 300.0  # how long every location must be at 0
    local_after_s: float = 120.0  # one alone for this long: a local problem
    live_for_s: float = 60.0  # a location is live if a control answered within this
    repage_after_s: float = 1800.0  # a relapse after an acknowledgement rings again from here
    redeclare_after_s: float = 1800.0  # closed, and still failing this long after: declare again


@dataclass(frozen=True, slots=True)
class Watched:
    """One check at one target, as far as judgement is concerned."""

    name: str  # "us/flags"; a control is "control/cloudflare"
    target: str | None  # None: a control
    surface: str
    every_s: float
    timeout_s: float
    recheck_s: float = 5.0  # the pace while in doubt
    critical: bool = True  # False: "Not on the critical path for customers"
    runbook: str = ""
    owners: tuple[str, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)


class Scope(StrEnum):
    """Where a rule's symptom must hold."""

    ONE = "one target"
    EVERY = "every target"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the handbook's table, with the sentence that it comes from."""

    surface: str  # "any": whichever
    kind: Kind
    severity: Severity
    sentence: str
    scope: Scope = Scope.ONE
    critical: bool = True  # False: for checks that are marked non-critical


@dataclass(frozen=True, slots=True)
class Policy:
    """All that judgement depends on, beside what was seen: an argument of `step`."""

    watched: Mapping[str, Watched]
    rules: tuple[Rule, ...]
    targets: tuple[str, ...]
    routes: Mapping[Duty, tuple[str, ...]] = field(
        default_factory=nothing
    )  # duty → the responders that carry it out
    thresholds: Thresholds = field(default_factory=Thresholds)
    deployment: str = "posthog-checker"
    resolve_on_recovery: bool = False  # default: the page stays until a person closes
