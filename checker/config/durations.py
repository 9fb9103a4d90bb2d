"""Durations as people write them: '30s', '5m', '1h30m'."""

from __future__ import annotations

import re

import durationpy

PATTERN = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+$"
LONGEST_S = 3650 * 86400.0

EXPECTED = "a duration such as '30s', '5m' or '1h30m'"
_LONG_UNITS = {
    r"m(?:illi)?s(?:ec(?:ond)?s?)?": "ms",
    r"s(?:ec(?:ond)?s?)?": "s",
    r"m(?:in(?:ute)?s?)?": "m",
    r"h(?:(?:ou)?rs?)?": "h",
    r"d(?:ays?)?": "d",
    r"w(?:eeks?)?": "w",
}


def seconds(text: str) -> float:
    """How many seconds '1h30m' is. Raises ValueError if `text` is no duration above zero."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(EXPECTED)
    try:
        total: float = durationpy.from_str(text).total_seconds()
    except durationpy.DurationError:
        raise ValueError(EXPECTED) from None
    if not 0 < total <= LONGEST_S:
        raise ValueError("a duration between 1ms and 3650d")
    return total


def written(total: float) -> str:
    """The same the other way round: 90.0 is '1m30s'."""
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if total >= size:
            parts.append(f"{int(total // size)}{unit}")
            total %= size
    if total or not parts:
        parts.append(f"{total:g}s")
    return "".join(parts)


def meant(text: str) -> str:
    """The duration that somebody who wrote '30', '5 min' or '30sec' had in mind; empty if nobody can tell."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([a-z]*)", text.lower().replace(" ", "")[:40])
    if not found or not float(found[1]):
        return ""
    if not found[2]:
        return f"{found[1]}s"
    units = (unit for long, unit in _LONG_UNITS.items() if re.fullmatch(long, found[2]))
    return "".join(f"{found[1]}{unit}" for unit in units)
