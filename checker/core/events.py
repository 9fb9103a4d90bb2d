"""What can happen, as values: each knows its own time. The one door lets them in, `step` takes them."""

from __future__ import annotations

from dataclasses import dataclass

from checker.core.model import Duty, Maintenance, Observation, Severity


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


Event = (
    Looked
    | Ticked
    | Closed
    | Cancelled
    | Acknowledged
    | SeveritySet
    | Planned
    | Delivered
    | Refused
)
