"""What can happen, as values: each knows its own time. The one door lets them in, `step` takes them."""

from __future__ import annotations

from dataclasses import dataclass

from checker.core.model import Alert, Duty, Effect, Maintenance, Observation, Person, Severity


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
class Declared:
    """A person raises an incident: "When in doubt, raise an incident." Joins one that is open there."""

    at: float
    target: str
    by: str
    what: str
    severity: Severity = Severity.MAJOR


@dataclass(frozen=True, slots=True)
class Joined:
    """A person is there to help: "Make sure the right people join the zoom"."""

    at: float
    incident: str
    by: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A person takes a note: "a brain dump of everything that we know, and everything that we are or have tried"."""

    at: float
    incident: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class StatusSaid:
    """A person says in a sentence how things stand."""

    at: float
    incident: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Led:
    """Somebody leads from now on: whoever says so, or whom they hand over to."""

    at: float
    incident: str
    by: str
    lead: str


@dataclass(frozen=True, slots=True)
class Uneventful:
    """A person says that it needs no sync: "If an incident was pretty uneventful we can skip this step"."""

    at: float
    incident: str
    by: str


@dataclass(frozen=True, slots=True)
class SyncTaken:
    """A person will schedule the sync: "If you don't want to or can't, Tim is happy to take over at this point"."""

    at: float
    incident: str
    by: str


@dataclass(frozen=True, slots=True)
class Published:
    """A person has customers told by one outlet, a responder's name, or has what they were told edited."""

    at: float
    incident: str
    by: str
    outlet: str
    text: str = ""  # empty: as it is drafted


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A person says that customers need not be told by that outlet."""

    at: float
    incident: str
    by: str
    outlet: str


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
    page: int = 0  # its number; 0: the newest


@dataclass(frozen=True, slots=True)
class PageConfirmed:
    """A responder was asked, and shows the page: it rings somebody."""

    at: float
    incident: str
    responder: str
    page: int
    who: str = ""  # whom it rings


@dataclass(frozen=True, slots=True)
class PageResolved:
    """The page was ended where it was sent to, and not by us."""

    at: float
    incident: str
    by: str  # empty: no person
    page: int


@dataclass(frozen=True, slots=True)
class OnCallSeen:
    """A responder was asked who is on call: the people who should be there."""

    at: float
    incident: str
    responder: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Documented:
    """The analysis document was written from the timeline of an incident that a person has ended."""

    at: float
    incident: str
    text: str  # Markdown


@dataclass(frozen=True, slots=True)
class SeveritySet:
    """A person says how severe it is. Stands until evidence of a higher class arrives."""

    at: float
    incident: str
    by: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Planned:
    """A person announces maintenance."""

    at: float
    maintenance: Maintenance


@dataclass(frozen=True, slots=True)
class Alerted:
    """Alertmanager tells of alerts that fire or are resolved, perhaps again."""

    at: float
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """An effect was confirmed done."""

    at: float
    incident: str
    effect: str
    responder: str
    note: str = ""  # for the timeline, one line; empty: not worth a line
    duty: Duty | None = None
    decided_at: float | None = None  # when it was called for


@dataclass(frozen=True, slots=True)
class Refused:
    """An effect was refused for good and will not be tried again."""

    at: float
    incident: str
    effect: str
    responder: str
    why: str


@dataclass(frozen=True, slots=True)
class PagedAlone:
    """A location that reached neither the store nor whoever leads has judged by itself, and has rung somebody."""

    at: float  # when the page was taken
    incident: str  # the id that it had to be, by what was known there
    target: str
    by: str  # the location
    key: str  # of the page, which ends in its number
    severity: Severity
    what: str  # what the page said is wrong
    since: float

    @property
    def page(self) -> int:
        """The page's number."""
        return int(self.key.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Redone:
    """What should have been done was found undone, and somebody says that it be done again."""

    at: float
    incident: str
    by: str
    why: str  # what was found, in a sentence
    effects: tuple[Effect, ...]  # ready, each under an id of its own


Event = (
    Looked
    | Ticked
    | Declared
    | Joined
    | Noted
    | StatusSaid
    | Led
    | Uneventful
    | SyncTaken
    | Published
    | Dismissed
    | Closed
    | Cancelled
    | Acknowledged
    | PageConfirmed
    | PageResolved
    | OnCallSeen
    | Documented
    | SeveritySet
    | Planned
    | Alerted
    | Delivered
    | Refused
    | PagedAlone
    | Redone
)
