"""Two replays of the same history side by side: who would have found what, how much later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.backtest.found import Found, Replayed, waited
from checker.core.wording import stamp

SAME_S = 0.5  # found at the same time


@dataclass(frozen=True, slots=True)
class Pair:
    """One outage as both found it; None: that one declared nothing of its own for it."""

    here: Found | None
    there: Found | None

    @property
    def begins(self) -> float:
        """Its first failed look, as far as anybody saw."""
        return min(found.incident.since for found in (self.here, self.there) if found)

    @property
    def later_s(self) -> float:
        """How much later it was declared there; negative: sooner; 0 if only one of them declared it."""
        if self.here is None or self.there is None:
            return 0.0
        return self.there.incident.declared_at - self.here.incident.declared_at


def pairs(here: Replayed, there: Replayed) -> tuple[Pair, ...]:
    """Incidents at the same target that overlap in time are of the same outage. Oldest first."""
    left = list(there.incidents)
    made = []
    for found in here.incidents:
        match = next((other for other in left if _overlap(found, other)), None)
        if match is not None:
            left.remove(match)
        made.append(Pair(found, match))
    made += [Pair(None, other) for other in left]
    return tuple(sorted(made, key=lambda pair: pair.begins))


def _overlap(one: Found, other: Found) -> bool:
    if one.incident.target != other.incident.target:
        return False
    return _is_on(one, other.incident.since) or _is_on(other, one.incident.since)


def _is_on(found: Found, at: float) -> bool:
    return found.incident.since <= at and (found.over_at is None or at <= found.over_at)


def headline(here: Replayed, there: Replayed) -> str:
    """ "2 pages instead of 9, 3 incidents as before"."""
    return ", ".join(
        [
            _instead("page", len(here.pages), len(there.pages)),
            _instead("incident", len(here.incidents), len(there.incidents)),
        ]
    )


def _instead(word: str, here: int, there: int) -> str:
    number = f"{there} {word}" if there == 1 else f"{there} {word}s"
    return f"{number} as before" if here == there else f"{number} instead of {here}"


def told(pair: Pair) -> str:
    """What is different about one outage; empty if nothing is."""
    here, there = pair.here, pair.there
    if here is None or there is None:
        found = here or there
        assert found is not None
        verb = "is not declared" if there is None else "is declared too"
        return f"{_named(found)} {verb}"
    differences = ", ".join(_differences(pair.later_s, here, there))
    return f"{_named(here)} {differences}" if differences else ""


def _named(found: Found) -> str:
    """ "the incident of 2026-11-03 14:02:10 UTC at us (major, app)"."""
    now = found.incident
    return f"the incident of {stamp(now.since)} at {now.target} ({now.severity.word})"


def _differences(later_s: float, here: Found, there: Found) -> Iterator[str]:
    if abs(later_s) >= SAME_S:
        yield f"is found {waited(abs(later_s))} {'later' if later_s > 0 else 'sooner'}"
    if here.incident.severity is not there.incident.severity:
        yield f"is {there.incident.severity.word}"
    if len(here.pages) != len(there.pages):
        yield f"rings {_times(len(there.pages))} instead of {_times(len(here.pages))}"


def _times(number: int) -> str:
    return {0: "nobody", 1: "once", 2: "twice"}.get(number, f"{number} times")
