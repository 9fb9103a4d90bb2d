"""The words of the house as values. Nothing here can read a clock, a socket or a file.

Times are seconds since the epoch, UTC; durations are seconds. All values are frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Final

from checker.core.held import Standing, Vantage, nothing
from probes.contract import Outcome


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
    """What can be wrong with a check, in the words that rules use; worst first."""

    LOST = "lost"  # events are gone
    STALLED = "stalled"  # nothing arrives at all
    DOWN = "down"  # as good as every look fails
    LATE = "late"  # events arrive later than is allowed
    FAILING = "failing"  # many looks fail
    PARTIAL = "partial"  # more looks fail than chance explains
    GROWING = "growing"  # events arrive later and later
    INCOMPLETE = "incomplete"  # right, but not whole
    SLOW = "slow"  # right, but over its limit
    UNSAVED = "unsaved"  # what was computed could not be saved
    EXPIRING = "expiring"  # a certificate ends soon
    FIRING = "firing"  # an alert of Alertmanager's, that a row of the table matches


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
class Maintenance:
    """Planned work at a target: looked at all the while, declared at the end if it still fails."""

    target: str
    begins: float
    ends: float
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be told, as another service knows them."""

    name: str
    email: str = ""  # empty: not known


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as Alertmanager tells of it. The fingerprint is that of its labels."""

    fingerprint: str
    labels: Mapping[str, str]
    starts_at: float
    is_firing: bool
    ends_at: float | None = None  # of one that fires: when it stops by itself, if that was said
    summary: str = ""  # one line


@dataclass(frozen=True, slots=True)
class Symptom:
    """A fact that the policy can speak of: this check is down, since then."""

    check: str
    kind: Kind
    since: float
    evidence: str = ""  # the sum: "l1 10 of 10 failed since 14:02:10 (timeout)"
    share: float = 0.0  # of a partial one: the share of scheduled looks that failed, at its worst
    row: str = ""  # of a firing one: the matchers of the table's row that it counts by


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that a row matches, for as long as it holds, and a little longer as a memory."""

    check: str  # the symptom that it is part of: "us/alert/KafkaLag"
    row: str  # the matchers of the row, as written
    since: float
    until: float  # it has expired then, if nothing more is heard of it
    starts_at: float  # as it was told: of one alert, a later start is another outbreak
    summary: str = ""
    ended_at: float | None = None  # resolved then; kept so that a late echo does not revive it


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline: what happened when."""

    incident: str
    at: float
    what: str  # a closed set: declared, joined, escalated, recovered, reopened, closed, …
    text: str


class Told(StrEnum):
    """Whether customers are told of an incident by one outlet."""

    DRAFTED = "drafted"  # a person may publish it
    PUBLISHED = "published"
    DISMISSED = "dismissed"  # a person said that it need not be
    WITHDRAWN = "withdrawn"  # it is over, and they were told so


@dataclass(frozen=True, slots=True)
class PublicWord:
    """What customers are told of an incident by one outlet, which is a responder."""

    outlet: str
    draft: str  # what they should be told now
    about: Phase  # that the draft speaks of
    stands: Told = Told.DRAFTED
    text: str = ""  # what was published
    by: str = ""  # who had it published, or dismissed it


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
    evident: Severity = Severity.MINOR  # the most severe that a rule has said so far
    word: Severity | None = None  # `evident` when a person last set the severity; None: nobody has
    word_by: str = ""  # whose word that is
    raised_at: float = 0.0  # when the severity last changed
    proposed: str = ""  # the sentence of the age rule that was last proposed to the lead
    declared_by: str = ""  # a person's name; empty: the machine
    what: str = ""  # what a person who declared it said is wrong
    lead: str = ""  # who leads; empty: nobody yet
    status: str = ""  # how things stand, in a person's sentence
    reminded: int = 0  # how often it was said that nobody leads
    reminded_at: float = 0.0  # when that was said last
    synced: bool = False  # the sync was spoken of, or is not needed
    page: int = 0  # number of the newest page's key; 0: nobody was paged
    paged_at: float | None = None
    acknowledged_at: float | None = None  # of the newest page
    awaited: tuple[str, ...] = ()  # responders that have not taken the newest page yet
    unheard: tuple[str, ...] = ()  # of those, who has not even accepted it
    dismissed_at: float | None = None  # when a person ended the newest page, and it went on
    is_page_over: bool = False  # the newest page was ended after it had recovered
    has_relapsed: bool = False  # since the newest page was acknowledged, and nobody was rung for it
    recovered_at: float | None = None
    closed_at: float | None = None
    closed_by: str = ""
    cause: str = ""
    fix: str = ""
    there: tuple[str, ...] = ()  # the people who had a word in it, in order
    on_call: tuple[Person, ...] | None = None  # as they were seen last; None: not yet
    asked: tuple[str, ...] = ()  # the owners and e-mails that were asked into the room
    asks: int = 0  # how many times somebody was asked in; names the operation
    rung: str = ""  # whom the newest page rings
    acknowledged_by: str = ""  # the newest page
    public: tuple[PublicWord, ...] = ()  # what customers are told, by outlet
    tellings: int = 0  # how many times customers were told; names the operation
    rooms: int = 0  # how many times a room was asked for; names the operation
    posts: int = 0  # how many things were said; names the operation


class Duty(StrEnum):
    """The kinds of effect. A responder says which of them it carries out."""

    PAGE = "page"  # ring somebody
    RESOLVE = "resolve"  # stop ringing
    FALLBACK = "fallback"  # ring by another way: the first one has not rung anybody
    CHANGE = "change"  # leave a mark where pages are kept: the severity changed, it ended
    ROOM = "room"  # make the place where people meet
    POST = "post"  # say something there
    SUMMARY = (
        "summary"  # keep the one message that says how things stand; the newest replaces all older
    )
    INVITE = "invite"  # bring people there
    DOCUMENT = "document"  # leave the analysis document there
    PUBLISH = "publish"  # tell customers, or edit what they were told
    WITHDRAW = "withdraw"  # tell them that it is over, or put back what was there before


RINGS: Final = (Duty.PAGE, Duty.FALLBACK)  # what wakes somebody


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
    alerts: Mapping[str, Firing] = field(default_factory=nothing)  # fingerprint →
    maintenance: tuple[Maintenance, ...] = ()  # planned by a word; the config's is in the policy


@dataclass(frozen=True, slots=True)
class Step:
    """What one event led to."""

    state: State
    effects: tuple[Effect, ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()  # for the log: what changed that is no incident's business
    left_out: Mapping[str, int] = field(
        default_factory=nothing
    )  # why → alerts of which nothing came
