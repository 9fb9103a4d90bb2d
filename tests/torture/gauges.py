"""What the daemon costs and how late it looks, by the kernel's figures and by its own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from math import inf
from pathlib import Path

RSS_MAX_MB = 150.0
LATE_MAX_S = 0.1  # 99 of 100 looks begin no later

_BUCKET = re.compile(
    r'^checker_schedule_lag_seconds_bucket{check="([^"]*)",le="([^"]*)",target="([^"]*)"} (\S+)$',
    re.M,
)

_WHY = re.compile(
    r"^checker_look_(?:failures|inconclusive)_total"
    r'{check="([^"]*)",reason="(\w+)",target="([^"]*)"} (\S+)$',
    re.M,
)

Buckets = Mapping[float, float]  # upper bound, seconds → looks, cumulated


def peak_mb(pid: int) -> float:
    """The most memory that it ever had in use."""
    return _memory(pid, "VmHWM")


def _memory(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def lags(metrics: str, but: str = "") -> Buckets:
    """How late looks began, of all checks but "us/app"."""
    found: dict[float, float] = defaultdict(float)
    for check, bound, target, looks in _BUCKET.findall(metrics):
        if f"{target}/{check}" != but:
            found[inf if bound == "+Inf" else float(bound)] += float(looks)
    return found


def reasons(metrics: str, target: str, check: str = "") -> Counter[str]:
    """Why looks at the target, or at one check of it, did not pass, and how many."""
    found: Counter[str] = Counter()
    for what, reason, whose, looks in _WHY.findall(metrics):
        if whose == target and check in ("", what):
            found[reason] += round(float(looks))
    return +found


def p99(looks: Buckets) -> float:
    """The 99th percentile, seconds: as Prometheus reckons it, evenly within a bucket."""
    rank, below, floor = 0.99 * looks[inf], 0.0, 0.0
    for bound, count in sorted(looks.items()):
        if count >= rank:
            return (
                floor
                if bound == inf
                else floor + (bound - floor) * (rank - below) / (count - below)
            )
        below, floor = count, bound
    return inf


def kept_by_99(before: Buckets, after: Buckets) -> float:
    """The smallest bound that 99 of 100 of the looks between kept, seconds; infinite if there were none."""
    looks = {bound: after[bound] - before.get(bound, 0.0) for bound in sorted(after)}
    wanted = max(1.0, 0.99 * looks[inf])
    return next((bound for bound, count in looks.items() if count >= wanted), inf)
