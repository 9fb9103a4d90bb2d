"""What a story expects, as it is written, and as a question to the log of what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from checker.config.entries import Block
from checker.core.model import Incident
from checker.rehearsal.log import Line, Log
from checker.rehearsal.moments import WHOLE, Moment, Stretch, after
from checker.rehearsal.people import SeverityWord

SHOWN_MAX = 4  # of the lines that were seen


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an expectation was met, and what was seen."""

    met: bool
    seen: str


class Expectation(Block):
    """Something that must, or must not, happen. Its text says what."""

    def find(self, log: Log) -> Finding:
        raise NotImplementedError


class Declared(Expectation):
    declared: str
    """A target."""
    between: Stretch = WHOLE
    """From when to when: "0..2m"."""
    severity: SeverityWord | None = None
    """How bad, when it is declared."""
    sentence: str = ""
    """A part of the handbook's sentence on which it rests then."""

    def __str__(self) -> str:
        severity = f" {self.severity}" if self.severity else ""
        return f"{self.declared} declared{severity}{self.between}{_because(self.sentence)}"

    def find(self, log: Log) -> Finding:
        declared = log.of("declared", self.declared)
        fitting = [x for x in declared if self.between.holds(x.after) and self._fits(x.incident)]
        return Finding(bool(fitting), seen(fitting or declared, _with_sentence))

    def _fits(self, incident: Incident | None) -> bool:
        if incident is None:
            return False
        return self.severity in (None, incident.severity.word) and (
            self.sentence in incident.sentence
        )


class Recovered(Expectation):
    recovered: str
    """A target."""
    between: Stretch = WHOLE
    """From when to when."""

    def __str__(self) -> str:
        return f"{self.recovered} recovered{self.between}"

    def find(self, log: Log) -> Finding:
        recovered = log.of("recovered", self.recovered)
        met = any(self.between.holds(line.after) for line in recovered)
        return Finding(met, seen(recovered))


class SeverityIs(Expectation):
    severity: SeverityWord
    """How bad."""
    of: str
    """A target."""
    at: Moment
    """When."""
    sentence: str = ""
    """A part of the handbook's sentence on which it rests then."""

    def __str__(self) -> str:
        return f"{self.of} {self.severity} at {after(self.at)}{_because(self.sentence)}"

    def find(self, log: Log) -> Finding:
        incident = log.incident(self.of, self.at)
        if incident is None:
            return Finding(False, "no incident")
        met = incident.severity.word == self.severity and self.sentence in incident.sentence
        return Finding(met, f"{incident.id} {incident.severity.word} (“{incident.sentence}”)")


class Pages(Expectation):
    pages: int = Field(ge=0)
    """How often somebody is rung: once for each key, however many responders carry it."""
    of: str | None = None
    """A target. Left out: all of them."""
    between: Stretch = WHOLE
    """From when to when."""

    def __str__(self) -> str:
        return f"{_counted(self.pages, 'page')}{_for(self.of)}{self.between}"

    def find(self, log: Log) -> Finding:
        pages = [x for x in log.of("page", self.of) if self.between.holds(x.after)]
        return Finding(len(pages) == self.pages, seen(pages))


class Incidents(Expectation):
    incidents: int = Field(ge=0)
    """How many are declared in all."""
    of: str
    """A target."""

    def __str__(self) -> str:
        return f"{_counted(self.incidents, 'incident')} at {self.of}"

    def find(self, log: Log) -> Finding:
        declared = log.of("declared", self.of)
        return Finding(len(declared) == self.incidents, seen(declared))


class Never(Expectation):
    never: Literal["declared", "page", "recovered", "reopened", "escalated"]
    """What must not happen."""
    of: str | None = None
    """A target. Left out: all of them."""
    between: Stretch = WHOLE
    """From when to when."""

    def __str__(self) -> str:
        return f"never {self.never}{_for(self.of)}{self.between}"

    def find(self, log: Log) -> Finding:
        found = [x for x in log.of(self.never, self.of) if self.between.holds(x.after)]
        return Finding(not found, seen(found))


class Notes(Expectation):
    notes: str = Field(min_length=1)
    """A text that stands in the log or in a timeline."""
    between: Stretch = WHOLE
    """From when to when."""

    def __str__(self) -> str:
        return f"a note of “{self.notes}”{self.between}"

    def find(self, log: Log) -> Finding:
        notes = [x for x in log.lines if self.notes in x.text and self.between.holds(x.after)]
        return Finding(bool(notes), seen(notes))


EXPECTATIONS: dict[str, type[Expectation]] = {
    "declared": Declared,
    "recovered": Recovered,
    "pages": Pages,
    "incidents": Incidents,
    "never": Never,
    "notes": Notes,
    "severity": SeverityIs,  # last: `declared` may say a severity too
}
"""Each by the key that only it has."""


def seen(lines: list[Line], say: Callable[[Line], str] = lambda line: line.text) -> str:
    """When what was seen; the first few."""
    said = [f"{after(line.after)} {say(line)}" for line in lines[:SHOWN_MAX]]
    more = [f"{len(lines) - SHOWN_MAX} more"] if len(lines) > SHOWN_MAX else []
    return "; ".join([*said, *more]) or "nothing"


def _with_sentence(line: Line) -> str:
    return f"{line.text} (“{line.incident.sentence}”)" if line.incident else line.text


def _for(target: str | None) -> str:
    return f" for {target}" if target else ""


def _because(sentence: str) -> str:
    return f", for “{sentence}”" if sentence else ""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
