"""The looks at one check: which may start, and when. Pure: knows no loop and reads no clock."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from checker.clock import Grid

FIRST_WITHIN_S = 60.0  # of the start, however rare its slots are: what is rare may be broken too
LATE_S = 2.0  # a look this late may be left out; or a tenth of its interval, if longer


def offset(check: str, rank: int, locations: int, every_s: float) -> float:
    """Seconds into its interval at which the location with this rank (from 0) looks at a check.

    Checks are spread by a hash of their name, and locations look evenly in turn (design §4.5).
    """
    number = int.from_bytes(blake2b(check.encode(), digest_size=8).digest())
    share = number / 2**64 + rank / locations
    return round(share * every_s, 3) % every_s


@dataclass(frozen=True, slots=True)
class Slot:
    """When a check is to be looked at. All in seconds; `recheck_s` is its fastest pace."""

    every_s: float
    timeout_s: float
    recheck_s: float
    offset_s: float

    @property
    def grid(self) -> Grid:
        return Grid(self.every_s, self.offset_s)

    @property
    def first(self) -> Grid:
        """The times at which a check that was never looked at may be: spread as its slots are."""
        return Grid(min(self.every_s, FIRST_WITHIN_S), self.offset_s)


class Turn(StrEnum):
    """What becomes of a look that is due."""

    LOOK = "look"
    WAIT = "wait"  # it starts as soon as one of those in flight has ended
    YIELD = "yield"  # an extra look, and a scheduled one stands in for it
    IN_FLIGHT = "in_flight"  # left out: the looks before it still run
    LATE = "late"  # left out: so late that the next slot serves better


@dataclass(slots=True)
class Course:
    """The looks at one check. Knows no loop and reads no clock."""

    slot: Slot
    extra: Grid | None = None  # of the extra looks, while the check is in doubt
    in_flight: int = 0
    started_at: float | None = None  # monotonic, of the newest look
    waiting: bool | None = None  # a look that waits for its turn: is it scheduled?

    @property
    def places(self) -> int:
        """How many looks may be in flight: one, and in doubt as many as a hanging target fills."""
        if self.extra is None:
            return 1
        return max(1, math.ceil(self.slot.timeout_s / self.extra.every_s))

    def next_after(self, now: float) -> float:
        """When the next scheduled look is due (wall clock)."""
        grid = self.slot.first if self.started_at is None else self.slot.grid
        return grid.after(now)

    def lag(self, scheduled: bool, now: float) -> float | None:
        """By how many seconds a look that is due `now` is late; None if it is not wanted any more."""
        if not scheduled:
            return None if self.extra is None else self.extra.lag(now)
        lag = self.slot.grid.lag(now)
        return min(lag, self.slot.first.lag(now)) if self.started_at is None else lag

    def turn(self, scheduled: bool, now: float) -> Turn:
        """What becomes of a look that is due `now` (wall clock)."""
        grid, lag = self.slot.grid if scheduled else self.extra, self.lag(scheduled, now)
        if grid is None or lag is None or (not scheduled and self._beside_a_slot(now, grid)):
            return Turn.YIELD
        if lag > max(LATE_S, grid.every_s / 10):
            return Turn.LATE  # after a freeze all are due at once: no burst
        if self.in_flight < self.places:
            return Turn.LOOK
        if self.extra is not None and self.waiting is None:
            return Turn.WAIT  # a look that times out ends just as the next is due
        return Turn.IN_FLIGHT

    def _beside_a_slot(self, now: float, extra: Grid) -> bool:
        """Each slot stands in for the extra look nearest to it: together they keep the pace."""
        return self.slot.grid.distance(now) < extra.every_s / 2

    def first_extra(self, every_s: float, wall: float, monotonic: float) -> float:
        """When the extra looks begin (wall clock): at the pace from the newest look on, or at once."""
        if self.started_at is None:  # just started, in doubt from before: not all at once
            return Grid(every_s, self.slot.offset_s).after(wall)
        return wall + max(0.0, every_s - (monotonic - self.started_at))

    def began(self, monotonic: float) -> None:
        """A look has started."""
        self.in_flight += 1
        self.started_at = monotonic

    def ended(self) -> bool | None:
        """A look has ended; which one may start now: a scheduled one (True), an extra one, or none."""
        self.in_flight -= 1
        if self.in_flight >= self.places:
            return None
        waiting, self.waiting = self.waiting, None
        return waiting
