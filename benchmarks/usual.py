"""The rules that others go by, in the same worlds as ours.

Each looks on the same schedule and says when it would page. Alertmanager's times are those of its
documentation: an alert is pending until it has held for `for`, counted from the first evaluation that
saw it, and its group waits `group_wait` before it tells anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from random import Random

from benchmarks.weather import (
    BAD,
    CHECK,
    EVERY_S,
    GOOD,
    QUICK_S,
    T0,
    TIMEOUT_S,
    YEAR_S,
    Found,
    Noise,
    grid_offset,
)
from checker.clock import Grid
from probes.contract import Verdict

World = Callable[[str, str, float], Found]


@dataclass(frozen=True, slots=True)
class Seen:
    """One scheduled look, known at its end."""

    end: float
    where: int  # rank of the location
    failed: bool


def looks(world: World, locations: Sequence[str], begins: float, ends: float) -> Iterator[Seen]:
    """All scheduled looks in between, in the order of their ends."""
    lanes = [_lane(world, rank, locations, begins, ends) for rank in range(len(locations))]
    return merge(*lanes, key=lambda seen: seen.end)


def _lane(
    world: World, rank: int, locations: Sequence[str], begins: float, ends: float
) -> Iterator[Seen]:
    grid = Grid(EVERY_S, grid_offset(rank, locations))
    at = grid.after(begins)
    while at < ends:
        outcome, took_s = world(CHECK, locations[rank], at)
        yield Seen(at + min(took_s, TIMEOUT_S), rank, outcome.verdict is Verdict.FAILED)
        at += EVERY_S


@dataclass(frozen=True, slots=True)
class InARow:
    """So many failures in a row, at so many locations at once."""

    name: str
    run: int
    needed: int = 1

    def pages_at(
        self, world: World, locations: Sequence[str], begins: float, ends: float
    ) -> float | None:
        """When it pages for the first time; None: never."""
        streaks = [0] * len(locations)
        for seen in looks(world, locations, begins, ends):
            streaks[seen.where] = streaks[seen.where] + 1 if seen.failed else 0
            if sum(streak >= self.run for streak in streaks) >= self.needed:
                return seen.end
        return None


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """A failure that another location confirms at once."""

    name: str = "failure + second opinion"

    def pages_at(
        self, world: World, locations: Sequence[str], begins: float, ends: float
    ) -> float | None:
        """When it pages for the first time; None: never."""
        for seen in looks(world, locations, begins, ends):
            if seen.failed:
                other = locations[(seen.where + 1) % len(locations)]
                outcome, took_s = world(CHECK, other, seen.end)
                if outcome.verdict is Verdict.FAILED:
                    return seen.end + min(took_s, TIMEOUT_S)
        return None


@dataclass(frozen=True, slots=True)
class Prometheus:
    """`probe_success == 0` at so many locations, `for` so long, scraped and evaluated every 30 s."""

    name: str
    for_s: float
    needed: int = 1
    group_wait_s: float = 30.0  # Alertmanager's default

    def pages_at(
        self, world: World, locations: Sequence[str], begins: float, ends: float
    ) -> float | None:
        """When Alertmanager first tells somebody; None: never."""
        failing = [False] * len(locations)
        pending: list[float | None] = [None] * (len(locations) if self.needed == 1 else 1)
        # Where in its interval a rule group is evaluated hangs on a hash of its name.
        evaluation = begins + Random(f"{begins}").uniform(0, EVERY_S)
        for seen in looks(world, locations, begins, ends):
            while evaluation < seen.end:
                series = failing if self.needed == 1 else [sum(failing) >= self.needed]
                pending = [
                    (since if since is not None else evaluation) if holds else None
                    for since, holds in zip(pending, series, strict=True)
                ]
                if any(since is not None and evaluation - since >= self.for_s for since in pending):
                    return evaluation + self.group_wait_s
                evaluation += EVERY_S
            failing[seen.where] = seen.failed
        return None


USUAL = (
    InARow("three in a row, anywhere", 3),
    InARow("three in a row at 2 of 3", 3, needed=2),
    InARow("fails at 2 of 3", 1, needed=2),
    SecondOpinion(),
    Prometheus("Prometheus + Alertmanager, for: 1m", 60.0),
    Prometheus("the same, 2 of 3 failing", 60.0, needed=2),
    Prometheus("Prometheus + Alertmanager, for: 5m", 300.0),
)
Rule = InARow | SecondOpinion | Prometheus


# ── years in which nothing is wrong ───────────────────────────────────────────────────────────


NEAR_S = 60.0  # but for the second opinion, every rule here needs two failures as close as this
MARGIN_S = 400.0  # beyond a cluster: longer than any rule remembers or waits


@dataclass(frozen=True, slots=True)
class Cluster:
    """Failures close to each other in weather that is fine otherwise."""

    failed: frozenset[tuple[str, int]]  # location, start of the look in whole seconds

    def __call__(self, check: str, location: str, at: float) -> Found:
        return (BAD if (location, round(at)) in self.failed else GOOD), QUICK_S


def false_pages(share: float, years: float, seed: int, locations: Sequence[str]) -> dict[str, int]:
    """How often each rule pages while so many looks fail by themselves."""
    pages = dict.fromkeys((rule.name for rule in USUAL), 0)
    dice = Random(f"opinions {seed}")
    opinion = SecondOpinion().name
    for cluster in clusters(share, years, seed, locations):
        pages[opinion] += any(dice.random() < share for _ in cluster)
        if len(cluster) == 1:
            continue
        world = Cluster(frozenset((where, round(at)) for at, where in cluster))
        begins, ends = cluster[0][0] - MARGIN_S, cluster[-1][0] + MARGIN_S
        for rule in USUAL:
            if rule.name != opinion:
                pages[rule.name] += rule.pages_at(world, locations, begins, ends) is not None
    return pages


def clusters(
    share: float, years: float, seed: int, locations: Sequence[str]
) -> Iterator[list[tuple[float, str]]]:
    """The scheduled looks that fail, as time and location, those near each other together."""
    noise, ends = Noise(share, seed, locations), T0 + years * YEAR_S
    together: list[tuple[float, str]] = []
    at = T0
    while (at := noise.next_failure(at + 1.0)) < ends:
        if together and at - together[-1][0] > NEAR_S:
            yield together
            together = []
        together.append((at, noise.failing_at(at) or locations[0]))
        noise.forget(at)
    if together:
        yield together
