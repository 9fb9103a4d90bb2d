"""What a replay found: the incidents that a config would have declared, and who would have been rung when."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.core.model import Duty, Effect, Incident, Kind, Severity, Step
from checker.core.wording import lasting

TOLD = frozenset({"declared", "joined", "escalated", "recovered", "reopened", "closed", "proposed"})
SECONDS_UNTIL = 600.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that happened to an incident. `what` is the timeline's word."""

    at: float
    what: str
    severity: Severity  # after it
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody would have been rung. `waited_s`: since the first failed look of the incident."""

    at: float
    incident: str
    severity: Severity
    summary: str
    waited_s: float
    is_total: bool  # the first page of an incident in which something is down


@dataclass(frozen=True, slots=True)
class Found:
    """One incident. `incident` is how it stands at the end of the replay."""

    incident: Incident
    turns: tuple[Turn, ...]
    pages: tuple[Page, ...]

    @property
    def waited_s(self) -> float:
        """From the first failed look to the declaration."""
        return self.incident.declared_at - self.incident.since

    @property
    def over_at(self) -> float | None:
        """When it was well for good; None: it still failed at the end of the replay."""
        return self.incident.recovered_at


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that one config would have declared, in that order."""

    incidents: tuple[Found, ...]

    @property
    def pages(self) -> tuple[Page, ...]:
        """Every page, oldest first."""
        return tuple(sorted((p for f in self.incidents for p in f.pages), key=lambda p: p.at))


def waited(seconds: float) -> str:
    """Seconds count here, so they are told for longer than elsewhere: "150 s", "12 min"."""
    return f"{seconds:.0f} s" if seconds < SECONDS_UNTIL else lasting(seconds)


@dataclass(slots=True)
class Book:
    """Writes down what steps lead to."""

    _incidents: dict[str, Incident] = field(default_factory=dict)
    _turns: dict[str, list[Turn]] = field(default_factory=dict)
    _pages: dict[str, list[Page]] = field(default_factory=dict)

    def write(self, taken: Step) -> None:
        """What `taken` led to, if it is worth telling."""
        for entry in taken.entries:
            now = taken.state.incidents[entry.incident]
            self._incidents[now.id] = now
            if entry.what in TOLD:
                turn = Turn(entry.at, entry.what, now.severity, entry.text)
                self._turns.setdefault(now.id, []).append(turn)
        for effect in taken.effects:
            if effect.duty is Duty.PAGE:
                self._pages.setdefault(effect.incident, []).append(self._page(effect))

    def _page(self, effect: Effect) -> Page:
        now = self._incidents[effect.incident]
        return Page(
            at=effect.at,
            incident=now.id,
            severity=now.severity,
            summary=effect.payload["summary"],
            waited_s=effect.at - now.since,
            is_total=now.page == 1 and any(s.kind is Kind.DOWN for s in now.symptoms),
        )

    def replayed(self) -> Replayed:
        """Everything so far."""
        return Replayed(
            tuple(
                Found(now, tuple(self._turns[id_]), tuple(self._pages.get(id_, ())))
                for id_, now in sorted(self._incidents.items(), key=lambda i: i[1].declared_at)
            )
        )
