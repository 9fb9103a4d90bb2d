"""What judgement depends on, beside what was seen: thresholds, what is watched, and the handbook's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from checker.core.held import nothing
from checker.core.matchers import Matchers
from checker.core.model import Duty, Kind, Maintenance, Severity


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
    down_streak: int = 12  # bad looks in a row of each witness: "down", whatever went before
    partial_looks: int = 30  # scheduled looks that a window needs before it can be judged
    partial_noise: float = 0.02  # share of looks that fail on a good day
    partial_odds: float = 1e-6  # how rarely noise alone may explain a window
    partial_rest_odds: float = 1e-3  # the same, of the window without its worst location
    partial_recent: float = 0.05  # share that must have failed in the last five minutes
    repage_after_s: float = 1800.0  # a relapse after an acknowledgement rings again from here
    page_deadline_s: float = 120.0  # a page that nobody has taken by then goes the second way
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
    by_hand: str = ""  # a line for a shell that looks at the same, without secrets
    depends_on: tuple[str, ...] = ()  # checks whose being down explains this one
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
    share: float = 0.0  # of a partial symptom: from this share of failed looks on
    for_s: float = 0.0  # how long it must have held
    alert: Matchers | None = None  # of a row about alerts: which ones


@dataclass(frozen=True, slots=True)
class Never:
    """A row that says what is no incident. What it names counts for no rule."""

    surface: str
    kind: Kind
    sentence: str


@dataclass(frozen=True, slots=True)
class Age:
    """A row about time: what goes on for this long becomes more severe."""

    before: Severity
    after: Severity
    after_s: float
    sentence: str


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """How alerts of Alertmanager's are read."""

    label: str = "target"  # the label that names the target
    targets: Mapping[str, str] = field(default_factory=nothing)  # its value → target, if not equal
    hold_s: float = 5 * 3600.0  # Alertmanager repeats what fires every 4 h (`repeat_interval`)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a minor incident may disturb people: it "can be addressed within normal working hours"."""

    days: frozenset[int] = frozenset(range(5))  # 0 is Monday
    begins_min: int = 9 * 60  # minutes after midnight
    ends_min: int = 18 * 60
    zone: tzinfo = UTC

    def hold(self, at: float) -> bool:
        """Whether it is working time then."""
        there = datetime.fromtimestamp(at, self.zone)
        minute = there.hour * 60 + there.minute
        return there.weekday() in self.days and self.begins_min <= minute < self.ends_min


@dataclass(frozen=True, slots=True)
class Policy:
    """All that judgement depends on, beside what was seen: an argument of `step`."""

    watched: Mapping[str, Watched]
    rules: tuple[Rule, ...]
    targets: tuple[str, ...]
    routes: Mapping[Duty, tuple[str, ...]] = field(
        default_factory=nothing
    )  # duty → the responders that carry it out
    never: tuple[Never, ...] = ()
    ages: tuple[Age, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    confirms: frozenset[str] = frozenset()  # responders that can look up whether a page arrived
    alerts: AlertTerms = field(default_factory=AlertTerms)
    working_hours: WorkingHours | None = None  # None: always
    auto: Mapping[str, Severity] = field(
        default_factory=nothing
    )  # outlet → from which severity on it tells customers without being told to
    public_names: Mapping[str, str] = field(
        default_factory=nothing
    )  # target → as customers know it
    deployment: str = "posthog-checker"
    born: str = ""  # the store's own mark; empty: it has none
    resolve_on_recovery: bool = False  # default: the page stays until a person closes

    @property
    def namespace(self) -> str:
        """What every key of ours begins with elsewhere: "posthog-checker.k3x9qz".

        In a store that was lost and made anew, incidents are numbered from 1 again. Under the same key as one that
        is still open, PagerDuty would ring nobody. No deployment's name has a dot in it.
        """
        return f"{self.deployment}.{self.born}" if self.born else self.deployment
