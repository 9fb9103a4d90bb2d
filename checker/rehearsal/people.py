"""What people and other machines say in a story, as it is written and as the event that it is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from checker.config.entries import Block
from checker.core.events import (
    Acknowledged,
    Alerted,
    Cancelled,
    Closed,
    Declared,
    Event,
    Planned,
    SeveritySet,
)
from checker.core.model import Alert, Maintenance, Severity
from checker.rehearsal.moments import Moment

SeverityWord = Literal["minor", "major", "critical"]


class Word(Block):
    """Somebody says or does something."""

    at: Moment
    """How long after the story's begin."""
    by: str = Field("ada", min_length=1)
    """Who."""

    def event(self, begins: float) -> Event:
        """What happens, in a story that begins then (seconds since the epoch)."""
        raise NotImplementedError


class Acknowledge(Word):
    acknowledge: str
    """An incident's id: its page is taken."""

    def event(self, begins: float) -> Event:
        return Acknowledged(begins + self.at, self.acknowledge, self.by)


class Close(Word):
    close: str
    """An incident's id: it is over."""
    cause: str = "found"
    """Its root cause."""
    fix: str = "in place"
    """What was done about it."""

    def event(self, begins: float) -> Event:
        return Closed(begins + self.at, self.close, self.by, self.cause, self.fix)


class Cancel(Word):
    cancel: str
    """An incident's id: it was declared in error."""
    why: str = "declared in error"
    """What it was instead."""

    def event(self, begins: float) -> Event:
        return Cancelled(begins + self.at, self.cancel, self.by, self.why)


class SetSeverity(Word):
    severity: SeverityWord
    """How bad it is."""
    of: str
    """An incident's id."""

    def event(self, begins: float) -> Event:
        return SeveritySet(begins + self.at, self.of, self.by, Severity[self.severity.upper()])


class Plan(Word):
    maintenance: str
    """A target at which there is planned work, from then on."""
    for_s: float
    """How long."""
    why: str = Field("planned work", min_length=1)
    """What for."""

    def event(self, begins: float) -> Event:
        at = begins + self.at
        return Planned(at, Maintenance(self.maintenance, at, at + self.for_s, self.by, self.why))


class Declare(Word):
    declare: str
    """A target at which something is wrong."""
    what: str = Field(min_length=1)
    """What is wrong, in their words."""
    severity: SeverityWord = "major"
    """How bad."""

    def event(self, begins: float) -> Event:
        severity = Severity[self.severity.upper()]
        return Declared(begins + self.at, self.declare, self.by, self.what, severity)


class Fire(Word):
    alert: str
    """The name of an alert that Alertmanager tells of."""
    of: str
    """Its label `target`."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Its other labels."""
    fires: bool = True
    """False: it is resolved."""

    def event(self, begins: float) -> Event:
        at = begins + self.at
        labels = {"alertname": self.alert, "target": self.of, **self.labels}
        alert = Alert(f"{self.alert} {self.of}", labels, at, self.fires)
        return Alerted(at, (alert,))


WORDS: dict[str, type[Word]] = {
    "declare": Declare,
    "acknowledge": Acknowledge,
    "close": Close,
    "cancel": Cancel,
    "alert": Fire,
    "severity": SetSeverity,  # after `declare`, which may say one too
    "maintenance": Plan,
}
"""Each by the key that only it has."""
