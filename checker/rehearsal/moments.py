"""Times of a story as they are written: how long after its begin, and from when to when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import PlainValidator

from checker.config import durations


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the story, in seconds from its begin; both ends belong to it."""

    first: float
    last: float

    def holds(self, moment: float) -> bool:
        return self.first <= moment <= self.last

    def __str__(self) -> str:
        if self == WHOLE:
            return ""
        if self.first == self.last:
            return f" at {after(self.first)}"
        return f" between {after(self.first)} and {after(self.last)}"


WHOLE = Span(0.0, math.inf)  # nothing was said


def moment(value: Any) -> float:
    """Seconds that "12m30s" is; "0" is the begin. ValueError for anything else."""
    if value in (0, "0", "0s", "0m"):
        return 0.0
    if not isinstance(value, str):
        raise ValueError("a time after the story's begin, such as '12m'")
    return durations.seconds(value)


def span(value: Any) -> Span:
    """The stretch that "8m..10m" is. ValueError for anything else."""
    first, dots, last = str(value).partition("..")
    try:
        made = Span(moment(first), moment(last))
    except ValueError:
        made = Span(1.0, 0.0)
    if not dots or made.first > made.last:
        raise ValueError("a stretch of time such as '8m..10m', the sooner first")
    return made


def date(value: Any) -> float:
    """Seconds since the epoch of "2025-09-29 16:58", which is UTC. ValueError for anything else."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a date and time, UTC, such as '2025-09-29 16:58'") from None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


Moment = Annotated[float, PlainValidator(moment)]
Stretch = Annotated[Span, PlainValidator(span)]
Date = Annotated[float, PlainValidator(date)]


def after(seconds: float) -> str:
    """Time since the story's begin for people: "35s", "12m30s", "2h05m"."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [f"{hours}h"] if hours else []
    parts += [f"{minutes:02}m" if hours else f"{minutes}m"] if minutes or (hours and rest) else []
    parts += [f"{rest:02}s" if parts else f"{rest}s"] if rest or not parts else []
    return "".join(parts)
