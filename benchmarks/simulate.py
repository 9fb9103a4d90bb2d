"""What the detection rule is worth, beside the rules that others go by: `make simulate`.

    python -m benchmarks.simulate [--quick]

Everything is seeded: the same figures come out each time, but for the speed of the core. Exit code 1 if a
goal is missed. --quick is for those who change something: a thirtieth of the weather, a quarter of the
outages.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat

from benchmarks import trials
from benchmarks.core_speed import looks_a_second
from benchmarks.trials import CASES, Count, found, percentile
from benchmarks.usual import USUAL, false_pages
from benchmarks.weather import THREE

YEARS = {0.01: 30.0, 0.02: 20.0}  # of each noise
USUAL_YEARS = 4.0
# case, name, and the goals for p50 and p95 in seconds
TIMED: tuple[tuple[str, str, float | None, float | None], ...] = (
    ("total", "total outage", 36.0, 42.0),
    ("hanging", "total outage, hanging for 10 s", None, 52.0),
    ("78 %", "78 % fail", None, 60.0),
    ("38 %", "38 % fail", 75.0, 140.0),
    ("total, one dead", "total outage, one of three dead before", None, 60.0),
    ("38 %, one dead", "38 % fail, one of three dead before", None, None),
)
TIMED_ALONE: tuple[tuple[str, str, float | None, float | None], ...] = (
    ("total, alone", "one location alone: total outage", None, 60.0),
    ("hanging, alone", "one location alone: hanging for 10 s", None, 70.0),
    ("78 %, alone", "one location alone: 78 % fail", None, None),
)
BLIPS = (
    ("blip", "blips shorter than 30 s"),
    ("hanging blip", "hanging blips shorter than 30 s"),
    ("blip, one dead", "blips shorter than 30 s, one of three dead before"),
)
PIECE_YEARS = 0.25  # what one process lives at a time
TRIALS = {"38 %": 4000, "15 %": 800, "10 %": 800, "38 %, one dead": 1000}
MANY_TRIALS = 2000
DEAD_DAYS = 30.0
SPEED_MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table. `met` is None where there is no goal."""

    name: str
    goal: str
    seen: str
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the whole is simulated."""

    weather: float = 1.0
    outages: float = 1.0


@dataclass(slots=True)
class Run:
    """One simulation, spread over the processors."""

    pool: ProcessPoolExecutor
    size: Size
    begun: float = field(default_factory=time.monotonic)

    def outages(self, name: str) -> list[float | None]:
        """How long each took to be declared."""
        count = max(50, round(TRIALS.get(name, MANY_TRIALS) * self.size.outages))
        declared = partial(trials.declared_after, CASES[name])
        return list(self.pool.map(declared, range(count), chunksize=25))

    def usual(self, rule: int, name: str) -> list[float | None]:
        count = max(50, round(MANY_TRIALS / 4 * self.size.outages))
        paged = partial(trials.paged_after, rule, CASES[name])
        return list(self.pool.map(paged, range(count), chunksize=25))

    def noise(self, share: float) -> Count:
        pieces = max(2, round(YEARS[share] * self.size.weather / PIECE_YEARS))
        lived = self.pool.map(trials.noise, repeat(share), repeat(PIECE_YEARS), range(pieces))
        return sum(lived, Count())

    def say(self, what: str) -> None:
        """Progress, for whoever waits."""
        print(f"{time.monotonic() - self.begun:6.0f} s  {what}", file=sys.stderr, flush=True)


def figures(run: Run) -> Iterator[Figure]:
    """The issue's table, line by line."""
    yield from _detection(run)
    yield from _alone(run)
    yield from _nothing_wrong(run)
    per_s = looks_a_second(SPEED_MINUTES * run.size.weather)
    yield Figure("core, one processor", "≥ 50,000 looks/s", f"{per_s:,.0f}", per_s >= 50_000)


def _detection(run: Run) -> Iterator[Figure]:
    for case, name, p50, p95 in TIMED:
        run.say(name)
        yield _timed(name, run.outages(case), p50, p95)
    for case, goal in (("15 %", 0.97), ("10 %", None)):
        run.say(f"{case} fail")
        share = found(run.outages(case))
        met = None if goal is None else share >= goal
        said = "" if goal is None else f"≥ {goal:.0%} within 30 min"
        yield Figure(f"{case} fail", said, f"{share:.1%} within 30 min", met)


def _alone(run: Run) -> Iterator[Figure]:
    for case, name, p50, p95 in TIMED_ALONE:
        run.say(name)
        yield _timed(name, run.outages(case), p50, p95)


def _timed(name: str, times: list[float | None], p50: float | None, p95: float | None) -> Figure:
    median, late = percentile(times, 0.5), percentile(times, 0.95)
    goals = [f"p50 ≤ {p50:.0f} s"] if p50 else []
    goals += [f"p95 ≤ {p95:.0f} s"] if p95 else []
    met = median <= (p50 or math.inf) and late <= (p95 or math.inf)
    return Figure(name, ", ".join(goals), f"p50 {median:.1f} s, p95 {late:.1f} s", met if goals else None)  # fmt: skip


def _nothing_wrong(run: Run) -> Iterator[Figure]:
    for case, name in BLIPS:
        times = run.outages(case)
        declared = sum(time is not None for time in times)
        yield Figure(name, "0 declared", f"{declared} of {len(times)}", declared == 0)
    for share in YEARS:
        run.say(f"{share:.0%} noise")
        yield from _noise(share, run.noise(share))
    run.say("a dead location, bad stretches")
    days = max(1.0, DEAD_DAYS * run.size.weather)
    dead = sum(run.pool.map(trials.dead, repeat(0.01), repeat(days), range(3)), Count())
    name = f"one of three dead, others 1 % noise, 3 × {days:.0f} days"
    seen = f"{dead.pages} pages, {dead.minors} minors"
    yield Figure(name, "0 declared", seen, dead.pages + dead.minors == 0)
    bursts = sum(run.pool.map(trials.bursts, repeat(days), range(2)), Count())
    name = f"one location at a time loses half its looks, 2 × {days:.0f} days"
    seen = f"{bursts.pages} pages, {bursts.minors} minors"
    yield Figure(name, "", seen)


def _noise(share: float, count: Count) -> Iterator[Figure]:
    where = f"{share:.0%} noise, {count.years:.0f} stream-years"
    yield Figure(f"false pages, {where}", "0", str(count.pages), count.pages == 0)
    minors = count.minors / count.years
    goal = "≤ 0.5 a year" if share == 0.02 else ""
    met = minors <= 0.5 if goal else None
    yield Figure(f"false minors, {where}", goal, f"{minors:.2f} a year", met)


def beside(run: Run) -> Iterator[list[str]]:
    """The usual rules in the same weather: detection, and false pages in a year."""
    yield [
        "",
        "total",
        "hanging",
        "78 %",
        "38 %",
        "blips that page",
        "false pages a year, 1 %",
        "2 %",
    ]
    spoilt = {share: _usual_pages(run, share) for share in YEARS}
    for number, rule in enumerate(USUAL):
        run.say(rule.name)
        times = [run.usual(number, case) for case in ("total", "hanging", "78 %", "38 %")]
        blips = found(run.usual(number, "blip"))
        false = [_a_year(spoilt[share][rule.name], USUAL_YEARS) for share in YEARS]
        yield [rule.name, *map(_both, times), f"{blips:.0%}", *false]


def _usual_pages(run: Run, share: float) -> dict[str, int]:
    pieces = round(USUAL_YEARS / PIECE_YEARS)
    lived = run.pool.map(
        false_pages, repeat(share), repeat(PIECE_YEARS), range(pieces), repeat(THREE)
    )
    total = dict.fromkeys((rule.name for rule in USUAL), 0)
    for pages in lived:
        for name, number in pages.items():
            total[name] += number
    return total


def _both(times: list[float | None]) -> str:
    return f"{_within(percentile(times, 0.5))} / {_within(percentile(times, 0.95))}"


def _within(seconds: float) -> str:
    return "> 30 min" if seconds == math.inf else f"{seconds:.0f} s"


def _a_year(number: int, years: float) -> str:
    return f"{number / years:.1f}" if number else f"0 in {years:.1f}"


def table(rows: list[list[str]]) -> Iterator[str]:
    """Columns as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def main(size: Size) -> int:
    """Print the tables; the number of goals that were missed."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        run = Run(pool, size)
        made = list(figures(run))
        others = list(beside(run))
    words = {True: "met", False: "MISSED", None: ""}
    rows = [["three locations, every 30 s, defaults", "goal", "seen", ""]]
    rows += [[f.name, f.goal, f.seen, words[f.met]] for f in made]
    print(*table(rows), "", *table(others), sep="\n")
    return sum(figure.met is False for figure in made)


if __name__ == "__main__":
    quick = "--quick" in sys.argv[1:]
    sys.exit(1 if main(Size(weather=1 / 30, outages=1 / 4) if quick else Size()) else 0)
