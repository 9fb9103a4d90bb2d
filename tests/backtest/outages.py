"""Replays as if they had been made, for those who compare and count."""

from __future__ import annotations

from checker.backtest.found import Found, Page, Replayed
from checker.core.model import Incident, Phase, Severity
from tests.core.story import T0


def found(
    since: float,
    until: float | None,
    number: int = 1,
    target: str = "us",
    severity: Severity = Severity.MAJOR,
    after: float = 45.0,
    rings: tuple[float, ...] = (45.0,),
) -> Found:
    """An incident from `since` to `until` (seconds from T0), with pages so long after its first failed look."""
    incident = Incident(
        id=f"{target}-{number}",
        target=target,
        phase=Phase.OPEN if until is None else Phase.RECOVERED,
        severity=severity,
        since=T0 + since,
        declared_at=T0 + since + after,
        sentence="It is down",
        seen=(f"{target}/app",),
        recovered_at=None if until is None else T0 + until,
    )
    pages = tuple(page(since + ring, ring, target, number) for ring in rings)
    return Found(incident, (), pages)


def page(
    at: float, waited_s: float = 45.0, target: str = "us", number: int = 1, is_total: bool = True
) -> Page:
    return Page(T0 + at, f"{target}-{number}", Severity.MAJOR, "down", waited_s, is_total)


def replayed(*incidents: Found) -> Replayed:
    return Replayed(incidents)
