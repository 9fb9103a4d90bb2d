"""The two things that a location can suspect of a check: that it fails, and that it strains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from checker.core.held import Standing, Track
from checker.core.model import Kind
from checker.core.rules import Thresholds
from probes.contract import Reason, Verdict

ORDER: Mapping[Kind, int] = {kind: rank for rank, kind in enumerate(Kind)}

# A probe that measures the pipeline says itself what is wrong with it.
FAILED_AS: Mapping[Reason | None, Kind] = {
    Reason.LATE: Kind.LATE,
    Reason.STALLED: Kind.STALLED,
    Reason.LOST: Kind.LOST,
}
STRAINED_AS: Mapping[Reason | None, Kind] = {
    Reason.GROWING: Kind.GROWING,
    Reason.INCOMPLETE: Kind.INCOMPLETE,
    Reason.SAVE: Kind.UNSAVED,
    Reason.EXPIRY: Kind.EXPIRING,
}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One of the two: which track it reads, which verdict feeds it, what it comes to."""

    word: str  # in "10 of 10 failed"
    verdict: Verdict
    track: Callable[[Standing], Track]
    kind: Callable[[Sequence[Track], Thresholds], Kind]
    kinds: frozenset[Kind]


def _kind_of_failing(tracks: Sequence[Track], limits: Thresholds) -> Kind:
    """Down when as good as every look fails: since the first, or for a good while now."""
    said = {FAILED_AS.get(track.reason) for track in tracks}
    named = said.pop() if len(said) == 1 else None
    if named is not None:
        return named
    looks, bad = sum(t.looks for t in tracks), sum(t.bad for t in tracks)
    lately = all(track.streak >= limits.down_streak for track in tracks)
    return Kind.DOWN if lately or bad >= limits.down_share * looks else Kind.FAILING


def _kind_of_straining(tracks: Sequence[Track], _limits: Thresholds) -> Kind:
    return min((STRAINED_AS.get(t.reason, Kind.SLOW) for t in tracks), key=ORDER.__getitem__)


FAILING = Suspicion(
    "failed",
    Verdict.FAILED,
    attrgetter("failing"),
    _kind_of_failing,
    frozenset({Kind.DOWN, Kind.FAILING, *FAILED_AS.values()}),
)
STRAINING = Suspicion(
    "not as they should be",
    Verdict.DEGRADED,
    attrgetter("straining"),
    _kind_of_straining,
    frozenset({Kind.SLOW, *STRAINED_AS.values()}),
)
