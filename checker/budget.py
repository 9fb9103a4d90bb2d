"""What may be asked of an API that has limits, shared by all that ask with the same keys.

The schedule comes first: it is held back only where the limit itself would be exceeded. What is
left of our share after it is for extra looks, those made because we are in doubt; of it, looks at
what is settled already get a part only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import floor
from types import MappingProxyType

SHARE = 0.5  # of a limit: under it we stay, so that whoever else has the keys gets on too
SETTLED_PART = 0.5  # of what is left for extra looks


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in any `per_s` seconds."""

    requests: int
    per_s: float


# https://posthog.com/docs/api#rate-limiting, for all users of a project together. A probe names in
# `spends` what it uses.
LIMITS: Mapping[str, tuple[Limit, ...]] = MappingProxyType(
    {
        # HogQL over /query/. 2400 an hour is documented, but some customers still have 120.
        "query": (Limit(240, 60.0), Limit(120, 3600.0)),
        # Trends and other insights, however they are computed.
        "clickhouse": (Limit(240, 60.0), Limit(1200, 3600.0)),
        # Reading and writing what is not events: insights, flags.
        "crud": (Limit(480, 60.0), Limit(4800, 3600.0)),
    }
)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One check's claim: what each look spends, and the seconds between two of its slots."""

    target: str
    spends: Mapping[str, int]
    every_s: float


@dataclass(slots=True)
class _Window:
    """What was spent of one limit in its last `per_s` seconds, at this location.

    It never holds more entries than the limit has requests.
    """

    limit: Limit
    locations: int
    share: float
    scheduled: int = 0  # requests that the schedule can make in one window
    spent: deque[tuple[float, int, bool]] = field(default_factory=deque)
    used: int = 0
    used_by_extra: int = 0

    @property
    def most(self) -> int:
        return floor(self.limit.requests / self.locations)

    @property
    def spacing_s(self) -> float:
        """Seconds that a scheduled request keeps from the one before, where the schedule alone is too
        much: a little blindness all the time, in place of none and then a lot."""
        return self.limit.per_s / self.most if self.scheduled > self.most > 0 else 0.0

    def forget(self, now: float) -> None:
        while self.spent and self.spent[0][0] <= now - self.limit.per_s:
            _, cost, extra = self.spent.popleft()
            self.used -= cost
            self.used_by_extra -= cost * extra

    def has_room(self, cost: int, now: float, extra: bool, settled: bool) -> bool:
        if self.used + cost > self.most:
            return False
        if not extra:
            return not self.spent or now - self.spent[-1][0] >= self.spacing_s * cost
        left = self.share * self.limit.requests / self.locations - self.scheduled
        part = SETTLED_PART if settled else 1.0
        return self.used_by_extra + cost < part * left

    def spend(self, cost: int, now: float, extra: bool) -> None:
        self.spent.append((now, cost, extra))
        self.used += cost
        self.used_by_extra += cost * extra


class Budget:
    """What this location may ask of each target, by the limits' names.

    Locations share evenly, without talking to each other: each has its part of every limit.
    """

    def __init__(
        self,
        locations: int = 1,
        share: float = SHARE,
        limits: Mapping[str, tuple[Limit, ...]] = LIMITS,
    ) -> None:
        self._locations = locations
        self._share = share
        self._limits = limits
        self._windows: dict[tuple[str, str], list[_Window]] = {}

    def plan(self, schedule: Iterable[Scheduled]) -> None:
        """What the schedule will spend; replaces the plan before, and forgets nothing that was spent.

        ValueError if a check spends of a limit that there is not.
        """
        for windows in self._windows.values():
            for window in windows:
                window.scheduled = 0
        for check in schedule:
            for name, cost in check.spends.items():
                for window in self._of(check.target, name):
                    # A look may start a little late, and so share a window with one look more.
                    looks = floor(window.limit.per_s / check.every_s) + 1
                    window.scheduled += looks * cost

    def allow(
        self, target: str, spends: Mapping[str, int], now: float, extra: bool, settled: bool
    ) -> bool:
        """Whether a look that `spends` may start, at `now` (monotonic seconds); if so, it is counted.

        `extra`: off the schedule, because we are in doubt. `settled`: what it looks at is known to
        be broken, or to be well.
        """
        wanted = [
            (window, cost) for name, cost in spends.items() for window in self._of(target, name)
        ]
        for window, _ in wanted:
            window.forget(now)
        if not all(window.has_room(cost, now, extra, settled) for window, cost in wanted):
            return False
        for window, cost in wanted:
            window.spend(cost, now, extra)
        return True

    def overdrawn(self) -> tuple[str, ...]:
        """For people: the limits of which the schedule alone takes more than our share."""
        return tuple(
            f"{target}: looks on schedule make {window.scheduled * self._locations} requests in"
            f" {window.limit.per_s:g} s of {name}, whose limit is {window.limit.requests}"
            for (target, name), windows in self._windows.items()
            for window in windows
            if window.scheduled >= self._share * window.limit.requests / self._locations
        )

    def _of(self, target: str, name: str) -> list[_Window]:
        if (target, name) not in self._windows:
            if name not in self._limits:
                raise ValueError(f"no such limit: {name}")
            self._windows[target, name] = [
                _Window(limit, self._locations, self._share) for limit in self._limits[name]
            ]
        return self._windows[target, name]
