"""What metrics say of delivery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from checker.core.model import Duty
from checker.delivery.lane import Lane
from checker.delivery.trial import Failure


@dataclass(slots=True)
class Counts:
    """What was counted since the start."""

    attempts: Counter[tuple[str, Duty]] = field(default_factory=Counter)
    failures: Counter[tuple[str, Failure]] = field(default_factory=Counter)
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment's figures, keyed by responder's name; counts since the start."""

    pending: Mapping[str, int]
    oldest_s: Mapping[str, float]  # age of the oldest pending effect, seconds; 0: none
    attempts: Mapping[tuple[str, Duty], int]
    failures: Mapping[tuple[str, Failure], int]
    stranded: int  # pending for a responder that is not configured any more
    dropped: int  # posts given up because a lane was full
    unmarked: int  # settled, but the store or the core could not be told yet


def figures_of(
    lanes: Iterable[Lane], configured: Collection[str], counts: Counts, unmarked: int, now: float
) -> Figures:
    pending = dict.fromkeys(configured, 0)
    oldest = dict.fromkeys(configured, 0.0)
    for lane in lanes:
        name = lane.key.responder
        for one in lane.all():
            pending[name] = pending.get(name, 0) + 1
            oldest[name] = max(oldest.get(name, 0.0), now - one.effect.at)
    return Figures(
        pending=pending,
        oldest_s=oldest,
        attempts=dict(counts.attempts),
        failures=dict(counts.failures),
        stranded=sum(count for name, count in pending.items() if name not in configured),
        dropped=counts.dropped,
        unmarked=unmarked,
    )
