"""Outages that are too thin for the score: more looks fail than chance explains.

PostHog's public post-mortems are mostly of this kind (34 %, 38 % of requests). Among the scheduled
looks of half an hour, over all live locations, the number that failed is held against what 2 % of
noise would give: a binomial tail of one in a million, 16 of 180 or 10 of 60. One bad location must
not make an outage of its own, so the others must be surprising too, if less so. Extra looks do not
count: they are made because something failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from checker.core.held import Bucket, Standing
from checker.core.rules import Thresholds

RECENT_MINUTES = 5


@lru_cache(maxsize=4096)
def surprising(looks: int, noise: float, odds: float) -> int:
    """The least number of failures, of so many looks, that noise alone reaches less often than `odds`."""
    term = (1.0 - noise) ** looks  # P(no failure)
    below = term
    for failures in range(1, looks + 1):
        if 1.0 - below < odds:
            return failures
        term *= (looks - failures + 1) / failures * noise / (1.0 - noise)
        below += term
    return looks + 1


def count(window: Iterable[Bucket], after_minute: float) -> tuple[int, int]:
    """Looks and failed looks of the minutes after `after_minute`."""
    looks = bad = 0
    for minute, made, failed in window:
        if minute > after_minute:
            looks += made
            bad += failed
    return looks, bad


def recent_share(standings: Iterable[Standing], now: float) -> float:
    """The share of the scheduled looks of the last five minutes that failed."""
    counts = [count(s.window, now // 60 - RECENT_MINUTES) for s in standings]
    looks, bad = sum(c[0] for c in counts), sum(c[1] for c in counts)
    return bad / looks if looks else 0.0


def partial_share(standings: Iterable[Standing], now: float, limits: Thresholds) -> float | None:
    """The share of looks that failed, if that is more than chance explains and still goes on."""
    held = list(standings)
    counts = [count(s.window, now // 60 - 30) for s in held]
    looks, bad = sum(c[0] for c in counts), sum(c[1] for c in counts)
    if looks < limits.partial_looks or bad < surprising(
        looks, limits.partial_noise, limits.partial_odds
    ):
        return None
    if len(counts) > 1:
        worst = max(counts, key=lambda c: c[1])
        rest, rest_bad = looks - worst[0], bad - worst[1]
        if rest_bad < surprising(rest, limits.partial_noise, limits.partial_rest_odds):
            return None
    return bad / looks if recent_share(held, now) > limits.partial_recent else None
