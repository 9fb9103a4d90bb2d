"""Arithmetic on times that are handed in: the slots of a schedule, and a wall clock that was set."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

ROUNDING_S = 0.001  # times nearer to each other than this are the same time
STEP_S = 1.0  # a wall clock that moves more than this against the monotonic one was set


@dataclass(frozen=True, slots=True)
class Grid:
    """The times `offset_s + k · every_s`, counted from the epoch.

    The phase hangs on nothing but these two numbers: it survives reloads and restarts, and never drifts.
    """

    every_s: float
    offset_s: float

    def after(self, now: float) -> float:
        """The first slot that is later than `now` (seconds since the epoch)."""
        gone = math.floor((now + ROUNDING_S - self.offset_s) / self.every_s)
        return self.offset_s + (gone + 1) * self.every_s

    def lag(self, now: float) -> float:
        """Seconds since the newest slot."""
        since = (now + ROUNDING_S - self.offset_s) % self.every_s
        return max(0.0, since - ROUNDING_S)

    def distance(self, now: float) -> float:
        """Seconds between `now` and the nearest slot, before or after it."""
        lag = self.lag(now)
        return min(lag, self.every_s - lag)


class StepWatch:
    """Notices that the wall clock was set, or that the machine slept: asked every half second.

    A clock that is slewed moves by far less than STEP_S between two questions, and is followed.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._apart = wall() - monotonic()

    def step(self) -> float:
        """Seconds that the wall clock jumped since the last question, 0.0 if it did not."""
        before, self._apart = self._apart, self._wall() - self._monotonic()
        moved = self._apart - before
        return moved if abs(moved) > STEP_S else 0.0
