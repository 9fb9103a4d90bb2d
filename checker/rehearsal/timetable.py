"""When each location looks at each check, in virtual time.

What `checker/scheduler.py` has APScheduler do, done from a heap: the same slots, the same extra looks
while in doubt, the same overlaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from checker.clock import Grid
from checker.core.rules import Policy, Watched
from checker.course import Course, Slot, Turn, offset

Phase = Callable[[str, int, int, float], float]
"""(check, rank of the location, number of locations, interval) → seconds into the interval."""


@dataclass(slots=True, eq=False)
class Lane:
    """One location's looks at one check."""

    check: str
    location: str
    watched: Watched
    course: Course


@dataclass(slots=True)
class Timetable:
    """Whose turn it is. Times are seconds since the epoch."""

    lanes: Mapping[str, Sequence[Lane]]  # check → one of each location
    _due: list[tuple[float, int, Lane, Grid]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=count)  # among equals, first come
    paced: set[str] = field(default_factory=set)  # looked at faster now

    def next_at(self) -> float:
        """When the next look is due."""
        return self._due[0][0]

    def take(self) -> tuple[Lane, bool] | None:
        """The next look that is due, and whether it is a scheduled one; None if it is left out."""
        at, _, lane, grid = heappop(self._due)
        scheduled = grid is not lane.course.extra
        if scheduled and grid != lane.course.slot.grid:
            return None  # an extra look of a doubt that has been settled
        self._plan(grid.after(at), lane, grid)
        turn = lane.course.turn(scheduled, at)
        if turn is Turn.WAIT:
            lane.course.waiting = scheduled
        return (lane, scheduled) if turn is Turn.LOOK else None

    def follow(self, wanted: Mapping[str, float], now: float) -> None:
        """Look this often, in seconds, at these checks; at all others as scheduled."""
        for check in (self.paced | wanted.keys()) & self.lanes.keys():
            for lane in self.lanes[check]:
                self._follow(lane, wanted.get(check, lane.watched.every_s), now)
        self.paced = set(wanted)

    def restart(self, now: float) -> None:
        """Everybody's next scheduled look after `now`, whatever was planned before."""
        self._due.clear()
        for lanes in self.lanes.values():
            for lane in lanes:
                self._plan(lane.course.next_after(now), lane, lane.course.slot.grid)

    def _follow(self, lane: Lane, wanted_s: float, now: float) -> None:
        course, slot = lane.course, lane.course.slot
        every_s = max(wanted_s, slot.recheck_s)
        present_s = course.extra.every_s if course.extra else slot.every_s
        if min(every_s, slot.every_s) == present_s:
            return
        course.extra = None
        if every_s < slot.every_s:
            first = course.first_extra(every_s, now, now)
            course.extra = Grid(every_s, first % every_s)
            self._plan(first, lane, course.extra)

    def _plan(self, at: float, lane: Lane, grid: Grid) -> None:
        heappush(self._due, (at, next(self._number), lane, grid))


def timetable(
    policy: Policy, locations: Sequence[str], now: float, phase: Phase = offset
) -> Timetable:
    """Everybody's looks from `now` on; `locations` by their rank."""
    made = Timetable(
        {
            name: [
                Lane(name, where, watched, Course(_slot(watched, rank, len(locations), phase)))
                for rank, where in enumerate(locations)
            ]
            for name, watched in policy.watched.items()
        }
    )
    made.restart(now)
    return made


def _slot(watched: Watched, rank: int, locations: int, phase: Phase) -> Slot:
    offset_s = phase(watched.name, rank, locations, watched.every_s)
    return Slot(watched.every_s, watched.timeout_s, watched.recheck_s, offset_s)
