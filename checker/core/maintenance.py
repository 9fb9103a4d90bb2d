"""Planned work, as a person announces it: looked at all the while, declared at the end if it still fails."""

from __future__ import annotations

from collections.abc import Collection

from checker.core.model import Maintenance

LONGEST_S = 7 * 86400.0  # a window that never ends would be a cloud that nobody watches
AHEAD_S = 366 * 86400.0  # as far ahead as work may be planned
PLANNED_MAX = 100  # windows that are known at a time; the oldest go first


def wrong_with(planned: Maintenance, now: float) -> str:
    """Why this cannot be planned, which of its times first; empty if it can."""
    if planned.ends <= planned.begins:
        return "ends: it must be after the beginning"
    if planned.ends <= now:
        return "ends: that is over already"
    if planned.ends - planned.begins > LONGEST_S:
        days = round(LONGEST_S / 86400)
        return f"ends: at most {days} days after the beginning; plan again if it takes longer"
    return "begins: that is more than a year ahead" if planned.begins > now + AHEAD_S else ""


def with_one_more(
    known: Collection[Maintenance], planned: Maintenance, now: float
) -> tuple[Maintenance, ...]:
    """What is planned from now on; one announced again at the same beginning replaces the older."""
    kept = [
        m
        for m in known
        if m.ends > now and (m.target, m.begins) != (planned.target, planned.begins)
    ]
    return (*kept, planned)[-PLANNED_MAX:]
