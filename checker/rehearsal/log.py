"""What happened in a play, line by line, and how an incident stood at any moment of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.core.model import Duty, Incident
from checker.rehearsal.play import Happening


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `after`: seconds since the story's begin."""

    after: float
    what: str  # an entry's word ("declared"), "page", or "note"
    text: str
    incident: Incident | None = None  # as it stood then

    @property
    def target(self) -> str | None:
        return self.incident.target if self.incident else None


@dataclass(frozen=True, slots=True)
class Log:
    """All of it, in order."""

    lines: tuple[Line, ...]

    def of(self, what: str, target: str | None = None) -> list[Line]:
        """The lines of one kind, of one target or of all."""
        return [x for x in self.lines if x.what == what and target in (None, x.target)]

    def incident(self, target: str, after: float) -> Incident | None:
        """The target's newest incident as it stood then; None if there had been none."""
        known = [x.incident for x in self.lines if x.after <= after and x.target == target]
        return known[-1] if known else None


def log_of(happened: Iterable[Happening], begins: float) -> Log:
    """The log of a play whose story began at `begins` (seconds since the epoch)."""
    return Log(tuple(line for one in happened for line in _lines(one, begins)))


def _lines(one: Happening, begins: float) -> Iterator[Line]:
    incidents, since = one.step.state.incidents, one.at - begins
    for entry in one.step.entries:
        yield Line(since, entry.what, entry.text, incidents.get(entry.incident))
    rung: set[str] = set()
    for effect in one.step.effects:
        if effect.duty is Duty.PAGE and effect.payload["key"] not in rung:
            rung.add(effect.payload["key"])
            yield Line(since, "page", effect.payload["key"], incidents.get(effect.incident))
    for note in one.step.notes:
        yield Line(since, "note", note)
