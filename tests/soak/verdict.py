"""What a day must have left of the daemon: bounds, and the arithmetic by which they are judged. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from tests.soak.day import LOSSES_S, Day
from tests.soak.readings import Reading
from tests.torture.gauges import p99

BASE = 0.25  # this share of the day is the base, but for its first reading: what is loaded once, is loaded
RSS_MAX_MB = 150.0
RSS_OVER_BASE_MB = 8.0
RSS_SLOPE_MB = 0.25  # a virtual hour, over the second half: 6 MB a day
DESCRIPTORS_OVER_BASE = 8  # connections of the looks that are under way
THREADS_OVER_BASE = 4
STORE_GROWTH = 1.2  # the end, against when pruning had begun
PRUNES_EVERY_H = 0.25  # ten minutes, and room for a commit
LOG_KB = 100.0  # a virtual hour
SKIPPED_SHARE = 0.005
UNSURE_SHARE = (
    0.05  # the two losses of the network are 1.4 % of a day, looked at faster for a moment
)
LATE_MAX_S = 2.5  # virtual: of 48-fold time this is 52 ms
PAGED_WITHIN_S = 65.0  # the figure of `benchmarks/time_to_page.py`, one location, every 30 s
RECOVERED_WITHIN_S = (
    600.0  # the score falls for 2.5 min at the pace in doubt, or 15 at the schedule's; then 5 min
)


@dataclass(frozen=True)
class Bound:
    """What was measured, what it may be, what it was."""

    what: str
    bound: str
    seen: str
    is_kept: bool


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line with the least squares; 0.0 where fewer than two x are."""
    x0, y0 = fmean(x for x, _ in points), fmean(y for _, y in points)
    width = sum((x - x0) ** 2 for x, _ in points)
    return sum((x - x0) * (y - y0) for x, y in points) / width if width else 0.0


def at_most(what: str, most: float, seen: float, unit: str = "", digits: int = 0) -> Bound:
    shown = f"{most:.{digits}f} {unit}".strip(), f"{seen:.{digits}f} {unit}".strip()
    return Bound(what, f"≤ {shown[0]}", shown[1], seen <= most)


def exactly(what: str, wanted: str, seen: str) -> Bound:
    return Bound(what, wanted, seen, seen == wanted)


def verdict(day: Day) -> list[Bound]:
    """All bounds, in the order in which they are shown. ValueError if too little was read."""
    base = [one for one in day.readings if one.hour <= BASE * day.hours][1:]
    if not base:
        raise ValueError("too few readings for a base")
    return [*_told(day), *_looked(day), *_grown(day, base), *_stored(day)]


def _told(day: Day) -> Iterator[Bound]:
    yield exactly("pages", "1", str(len(day.rings)))
    yield exactly("incidents", "critical", ", ".join(day.severities) or "none")
    yield exactly("closed by a person", "closed", ", ".join(day.phases) or "none")
    yield at_most("from the outage to the ring", PAGED_WITHIN_S, day.paged_after_s, "s", 1)
    yield at_most("from its end to *recovered*", RECOVERED_WITHIN_S, day.recovered_after_s, "s")
    yield exactly("effects that wait in the end", "0", str(day.pending))
    wanted = ", ".join(f"blind ({seconds / 60:.0f} min)" for seconds in LOSSES_S)
    seen = ", ".join(
        f"{'blind' if is_so else 'not blind'} ({seconds / 60:.0f} min)"
        for is_so, seconds in zip(day.blind, LOSSES_S, strict=False)
    )
    yield exactly("without a network of its own", wanted, seen)


def _looked(day: Day) -> Iterator[Bound]:
    last = day.readings[-1]
    share = 100 / max(1, last.looks)
    yield at_most("looks skipped", 100 * SKIPPED_SHARE, share * last.skipped, "%", 2)
    yield at_most("looks that could not tell", 100 * UNSURE_SHARE, share * last.unsure, "%", 2)
    yield at_most("99 of 100 looks late by (virtual)", LATE_MAX_S, p99(day.lags), "s", 2)


def _grown(day: Day, base: Sequence[Reading]) -> Iterator[Bound]:
    rest = [one for one in day.readings if one.hour > base[-1].hour]
    late = [one for one in day.readings if one.hour > day.hours / 2]
    usual = median(one.rss_mb for one in base)
    end = median(one.rss_mb for one in late[len(late) // 2 :])
    yield at_most("resident memory, highest", RSS_MAX_MB, max(o.rss_mb for o in day.readings), "MB")
    yield at_most(f"over its base of {usual:.0f} MB", RSS_OVER_BASE_MB, end - usual, "MB", 1)
    grows = slope([(one.hour, one.rss_mb) for one in late])
    yield at_most("its slope, second half", RSS_SLOPE_MB, grows, "MB an hour", 2)
    files = max(one.descriptors for one in base)
    most = max(one.descriptors for one in rest)
    yield at_most("descriptors", files + DESCRIPTORS_OVER_BASE, most)
    threads = max(one.threads for one in base)
    yield at_most("threads", threads + THREADS_OVER_BASE, max(one.threads for one in rest))


def _stored(day: Day) -> Iterator[Bound]:
    pruned = [one for one in day.readings if one.hour > day.keeps_h + PRUNES_EVERY_H]
    first, most = pruned[0].store_mb, max(one.store_mb for one in pruned)
    yield at_most("database, highest once it prunes", STORE_GROWTH * first, most, "MB", 1)
    oldest = max(one.oldest_h for one in pruned)
    yield at_most("oldest look that is kept", day.keeps_h + PRUNES_EVERY_H, oldest, "h", 2)
    last = day.readings[-1]
    yield at_most("log, an hour", LOG_KB, last.log_kb / last.hour, "kB", 1)
