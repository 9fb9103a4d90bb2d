"""Worlds to measure a rule in: outages that begin at a moment, and years in which nothing is wrong.

All of them are functions of the seed, the location and the time: whoever looks, and in whatever order,
finds the same.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random

from checker.clock import ROUNDING_S
from checker.core.model import Duty, Kind, Severity
from checker.core.rules import Policy, Rule, Watched
from checker.course import offset
from probes.contract import Outcome, Reason, Verdict

T0 = 1_767_225_600.0  # 2026-01-01 00:00 UTC
CHECK = "us/app"
EVERY_S = 30.0
TIMEOUT_S = 10.0
YEAR_S = 365.25 * 86400
THREE = ("ams", "iad", "sin")
ALONE = ("ams",)

GOOD = Outcome(Verdict.PASSED)
BAD = Outcome(Verdict.FAILED, Reason.STATUS)
QUICK_S = 0.2  # what an answer takes, right or wrong
HANGS_S = math.inf

Found = tuple[Outcome, float]

RULES = (
    Rule("any", Kind.FAILING, Severity.MAJOR, "Significantly elevated error rate"),
    Rule("any", Kind.PARTIAL, Severity.MAJOR, "Significantly elevated error rate", share=0.2),
    Rule("any", Kind.PARTIAL, Severity.MINOR, "Performance degradation. …"),
)


def policy(controls: int = 3, recheck_s: float = 5.0, checks: tuple[str, ...] = (CHECK,)) -> Policy:
    """These checks, looked at as shipped, and so many controls; how often these in doubt."""
    names = [f"control/{number}" for number in range(controls)]
    watched = [*map(_watched, checks), *(_watched(name, recheck_s) for name in names)]
    return Policy(
        watched={one.name: one for one in watched},
        rules=RULES,
        targets=tuple(dict.fromkeys(name.partition("/")[0] for name in checks)),
        routes={Duty.PAGE: ("pager",)},
    )


def _watched(name: str, recheck_s: float = 5.0) -> Watched:
    target, _, surface = name.partition("/")
    whose = None if target == "control" else target
    return Watched(name, whose, surface, EVERY_S, TIMEOUT_S, recheck_s)


@dataclass(frozen=True, slots=True)
class Outage:
    """From `begins` to `ends`, this share of the looks at the check fails; all else is right."""

    begins: float
    share: float = 1.0
    ends: float = math.inf
    takes_s: float = QUICK_S  # a look that fails
    only: str = ""  # the one location that sees it; empty: all
    dead: str = ""  # a location at which every look has failed since long before
    seed: int = 0

    def __call__(self, check: str, location: str, at: float) -> Found:
        if check == CHECK and location == self.dead:
            return BAD, QUICK_S
        hit = check == CHECK and self.begins <= at < self.ends and self.only in ("", location)
        if hit and draw(self.seed, location, at) < self.share:
            return BAD, self.takes_s
        return GOOD, QUICK_S


@dataclass(slots=True)
class Noise:
    """Nothing is wrong, and still this share of the looks at the check fails, each by itself.

    The scheduled looks that fail are drawn by the gaps between them, so that whoever wants to leap
    over a quiet stretch knows where it ends.
    """

    share: float
    seed: int
    locations: Sequence[str] = THREE
    dead: str = ""  # a location at which every look fails
    _gaps: dict[str, _Gaps] = field(init=False)

    def __post_init__(self) -> None:
        self._gaps = {
            where: _Gaps(
                self.share, Random(f"{self.seed} {where}"), grid_offset(rank, self.locations)
            )
            for rank, where in enumerate(self.locations)
        }

    def __call__(self, check: str, location: str, at: float) -> Found:
        return (BAD if check == CHECK and self.fails(location, at) else GOOD), 0.0

    def fails(self, location: str, at: float) -> bool:
        """Whether a look at the check that starts then fails. Times must not go back."""
        if location == self.dead:
            return True
        gaps = self._gaps[location]
        slot = gaps.slot(at)
        if slot is None:  # an extra look
            return draw(self.seed, location, at) < self.share
        return gaps.holds(slot)

    def forget(self, before: float) -> None:
        """Nobody asks about earlier looks any more."""
        for gaps in self._gaps.values():
            gaps.forget(before)

    def failing_at(self, at: float) -> str | None:
        """The one location whose scheduled look at that moment fails."""
        found = [
            where for where, gaps in self._gaps.items() if abs(gaps.next(at) - at) < ROUNDING_S
        ]
        return found[0] if len(found) == 1 else None

    def next_failure(self, since: float) -> float:
        """When the first scheduled look fails, from that moment on."""
        return min(gaps.next(since) for gaps in self._gaps.values())


class _Gaps:
    """The numbers of one location's scheduled looks that fail, in order."""

    def __init__(self, share: float, dice: Random, offset_s: float) -> None:
        self._draw = dice.random
        self._log = math.log1p(-share)
        self.offset_s = offset_s
        self._ahead = deque([int((T0 - offset_s) // EVERY_S) + self._gap()])

    def _gap(self) -> int:
        return 1 + int(math.log(1.0 - self._draw()) / self._log)

    def slot(self, at: float) -> int | None:
        """The number of the slot that this is the time of, if it is one."""
        number = round((at - self.offset_s) / EVERY_S)
        return number if abs(at - self.offset_s - number * EVERY_S) < 2 * ROUNDING_S else None

    def holds(self, slot: int) -> bool:
        """Whether that look fails. Those before it are forgotten."""
        while self._ahead[0] < slot:
            self._more()
            self._ahead.popleft()
        return self._ahead[0] == slot

    def next(self, since: float) -> float:
        """When the first look fails, from that moment on."""
        slot = math.ceil((since - ROUNDING_S - self.offset_s) / EVERY_S)
        while self._ahead[-1] < slot:
            self._more()
        return self.offset_s + next(n for n in self._ahead if n >= slot) * EVERY_S

    def forget(self, before: float) -> None:
        """Those that fail earlier are never asked for again."""
        while len(self._ahead) > 1 and self.offset_s + self._ahead[0] * EVERY_S < before - EVERY_S:
            self._ahead.popleft()

    def _more(self) -> None:
        self._ahead.append(self._ahead[-1] + self._gap())


def grid_offset(rank: int, locations: Sequence[str]) -> float:
    return offset(CHECK, rank, len(locations), EVERY_S)


def draw(seed: int, location: str, at: float) -> float:
    """A number from 0 to 1 that depends on nothing else."""
    text = f"{seed} {location} {at:.3f}"
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48


@dataclass(slots=True)
class Bursts:
    """One location at a time has a bad stretch, in which half its looks at the check fail.

    The others have 1 % of noise. A bad way to the target looks like this, and so does a bad neighbour.
    """

    seed: int
    a_day: float = 12.0
    shortest_s: float = 120.0
    longest_s: float = 1200.0
    _stretch: tuple[float, float, str] = (0.0, T0, "")
    _dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = Random(f"{self.seed} bursts")

    def __call__(self, check: str, location: str, at: float) -> Found:
        while at >= self._stretch[1]:
            self._stretch = self._next(self._stretch[1])
        begins, _, where = self._stretch
        share = 0.5 if location == where and at >= begins else 0.01
        fails = check == CHECK and draw(self.seed, location, at) < share
        return (BAD if fails else GOOD), 0.0

    def _next(self, after: float) -> tuple[float, float, str]:
        begins = after + self._dice.expovariate(self.a_day / 86400)
        lasts_s = self._dice.uniform(self.shortest_s, self.longest_s)
        return begins, begins + lasts_s, self._dice.choice(THREE)
