"""Shares, moments, rates and zones as people write them: "20%", "2026-11-23T22:00:00Z", "3 per 30d"."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from checker.config import durations


def share_of(text: str) -> float:
    """What "20%" is of 1. Raises ValueError if it is no share above 0 and up to 1."""
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?%", text) or not 0 < float(text[:-1]) <= 100:
        raise ValueError("a share such as 20%")
    return float(text[:-1]) / 100


def moment(text: str) -> float:
    """Seconds since the epoch of "2026-11-23T22:00:00Z". Raises ValueError without a zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ValueError("a time with its zone, such as 2026-11-23T22:00:00Z")
    return read.timestamp()


def pages(text: str) -> tuple[int, float]:
    """How many pages in how many seconds "3 per 30d" is. Raises ValueError if it is not that."""
    found = re.fullmatch(r"([0-9]{1,6}) per (\S+)", text)
    if not found:
        raise ValueError("a number of pages and a time, such as '3 per 30d'")
    return int(found[1]), durations.seconds(found[2])


def minutes(text: str) -> int:
    """Minutes after midnight of "09:30", which is one."""
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def zone(text: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError if this machine knows none."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone that this machine knows, such as Europe/London") from None
