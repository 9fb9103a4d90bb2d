"""Single outages, and how long our rule and the others take to declare them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.leaps import is_still, leap, live
from benchmarks.usual import USUAL
from benchmarks.weather import (
    ALONE,
    EVERY_S,
    HANGS_S,
    QUICK_S,
    T0,
    THREE,
    YEAR_S,
    Bursts,
    Noise,
    Outage,
    policy,
)
from checker.core.model import Duty, Severity
from checker.rehearsal.play import Play

BEFORE_S = 1860.0  # of fine weather: windows of half an hour are full
STRIDE_S = 5.0
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Case:
    """An outage that begins at a random moment of the schedule, and is waited for at most so long."""

    name: str
    share: float = 1.0
    takes_s: float = QUICK_S
    locations: tuple[str, ...] = THREE
    patience_s: float = 600.0
    blip: bool = False  # it ends before `declare_after`
    dead: str = ""  # a location at which every look has failed since long before

    def outage(self, trial: int) -> Outage:
        dice = Random(f"{self.name} {trial}")
        begins = T0 + BEFORE_S + dice.uniform(0, EVERY_S)
        ends = begins + dice.uniform(0.5, 29.5) if self.blip else math.inf
        return Outage(begins, self.share, ends, self.takes_s, dead=self.dead, seed=trial)


CASES = {
    case.name: case
    for case in (
        Case("total"),
        Case("hanging", takes_s=HANGS_S),
        Case("78 %", 0.78),
        Case("38 %", 0.38, patience_s=HOUR_S / 2),
        Case("total, one dead", dead=THREE[0]),
        Case("38 %, one dead", 0.38, dead=THREE[0], patience_s=HOUR_S / 2),
        Case("blip, one dead", dead=THREE[0], blip=True),
        Case("15 %", 0.15, patience_s=HOUR_S / 2),
        Case("10 %", 0.10, patience_s=HOUR_S / 2),
        Case("total, alone", locations=ALONE),
        Case("hanging, alone", takes_s=HANGS_S, locations=ALONE),
        Case("78 %, alone", 0.78, locations=ALONE),
        Case("blip", blip=True),
        Case("hanging blip", takes_s=HANGS_S, blip=True),
    )
}


def declared_after(case: Case, trial: int) -> float | None:
    """Seconds from the outage's begin to our declaration; None: not within the patience."""
    outage = case.outage(trial)
    play = Play(policy(), outage, case.locations, T0)
    play.run(T0 + 2 * EVERY_S)
    if is_still(play):
        leap(play, outage.begins - EVERY_S)
    ends = outage.begins + case.patience_s
    while play.now < ends:
        play.run(min(play.now + STRIDE_S, ends))
        if times := declarations(play):
            return times[0] - outage.begins
    return None


def declarations(play: Play) -> list[float]:
    """When something was declared."""
    return [h.at for h in play.happened for e in h.step.entries if e.what == "declared"]


def paged_after(rule: int, case: Case, trial: int) -> float | None:
    """The same for one of the usual rules."""
    outage = case.outage(trial)
    ends = outage.begins + max(case.patience_s, HOUR_S / 2)
    at = USUAL[rule].pages_at(outage, case.locations, outage.begins - 120.0, ends)
    return None if at is None else at - outage.begins


# ── nothing is wrong ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Count:
    """What was declared in a stretch of time in which nothing was wrong."""

    years: float = 0.0
    pages: int = 0
    minors: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.years + other.years, self.pages + other.pages, self.minors + other.minors)


def noise(share: float, years: float, seed: int) -> Count:
    """Declarations while so many looks fail by themselves."""
    return _count(live(Noise(share, seed), T0, T0 + years * YEAR_S), years)


def dead(share: float, days: float, seed: int) -> Count:
    """The same with one location at which every look at the check fails, and every control answers."""
    world = Noise(share, seed, dead=THREE[seed % len(THREE)])
    return _step_through(world, days)


def bursts(days: float, seed: int) -> Count:
    """The same with stretches in which one location at a time loses half its looks."""
    return _step_through(Bursts(seed), days)


def _step_through(world: Noise | Bursts, days: float) -> Count:
    play = Play(policy(controls=1, recheck_s=EVERY_S), world, THREE, T0)
    play.run(T0 + days * 86400)
    return _count(play, days * 86400 / YEAR_S)


def _count(play: Play, years: float) -> Count:
    steps = [happening.step for happening in play.happened]
    pages = sum(effect.duty is Duty.PAGE for step in steps for effect in step.effects)
    minors = sum(
        entry.what == "declared" and step.state.incidents[entry.incident].severity is Severity.MINOR
        for step in steps
        for entry in step.entries
    )
    return Count(years, pages, minors)


# ── figures ───────────────────────────────────────────────────────────────────────────────────


def percentile(times: Sequence[float | None], share: float) -> float:
    """The time within which so many were declared; infinite where too few were."""
    known = sorted(math.inf if time is None else time for time in times)
    return known[min(len(known) - 1, math.ceil(share * len(known)) - 1)]


def found(times: Sequence[float | None]) -> float:
    """The share that was declared at all."""
    return sum(time is not None for time in times) / len(times)
