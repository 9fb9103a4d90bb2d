"""What is held true from what was seen: of a check by one location, and of a location by itself.

Times are seconds since the epoch, UTC. All values are frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from probes.contract import Reason, Verdict

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


def nothing() -> Mapping[Any, Any]:
    """The empty mapping, one for all."""
    return _NOTHING


@dataclass(frozen=True, slots=True)
class Track:
    """How strongly one location suspects one thing: a score that bad looks raise and good ones lower."""

    score: int = 0
    since: float | None = None  # start of the first bad look of the present doubt
    looks: int = 0  # conclusive looks since then
    bad: int = 0  # bad ones among them
    streak: int = 0  # bad ones in a row, up to the newest
    reason: Reason | None = None  # of the newest bad look
    said: str = ""  # what that look had to say, one line
    sees_since: float | None = None  # when the score came to `sees_at`
    clean_since: float | None = None  # when the score came (back) to 0


CLEAR = Track()
Bucket = tuple[int, int, int]  # a minute since the epoch, its scheduled looks, the failed ones


@dataclass(frozen=True, slots=True)
class Standing:
    """What one location holds true of one check, from its recent looks."""

    failing: Track = CLEAR  # looks that failed
    straining: Track = CLEAR  # looks that were right, but slow or not whole
    last_at: float = 0.0  # start of the newest conclusive look
    last_verdict: Verdict | None = None
    looked_at: float = 0.0  # start of the newest look of any verdict
    window: tuple[Bucket, ...] = ()  # scheduled looks of the last half hour, oldest minute first

    @property
    def score(self) -> int:
        """How strongly the location suspects that the check fails, from 0 to the ceiling."""
        return self.failing.score


@dataclass(frozen=True, slots=True)
class Vantage:
    """What a location's control checks say of the location itself."""

    controls: Mapping[str, bool] = field(
        default_factory=nothing
    )  # control → its newest look passed
    looked_at: Mapping[str, float] = field(default_factory=nothing)  # control → that look's start
    passed_at: float | None = None  # start of the newest look at a control that passed
    blind_since: float | None = None
