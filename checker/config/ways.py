"""Two ways to ring that lead to one place are one way: whoever is there takes both pages for the same.

developer.pagerduty.com, "Send an event": an event with the `dedup_key` of an open alert is a log entry there, and rings
nobody. Every page of an incident has one key, whoever sends it.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.config.report import Report
from checker.config.settings import PlannedResponder
from checker.config.source import Place
from checker.config.tree import Branch, Entry
from checker.core.model import Duty

RINGS = frozenset({Duty.PAGE, Duty.FALLBACK})


def refuse_one_for_two(
    planned: Sequence[PlannedResponder], section: Branch, report: Report
) -> None:
    """Each responder that would ring at the place of one before it, or as its own second way."""
    ringing = [one for one in planned if one.able & RINGS and one.settings.rings_at]
    for number, one in enumerate(ringing):
        if one.able >= RINGS:
            place = _place(one, "duties", section)
            message = f"`{one.name}` cannot be its own second way: both pages would be one there"
            report.refuse(place, message, "another responder with `duties: [fallback, resolve]`")
        for before in ringing[:number]:
            if key := _shared(before, one):
                _refuse(before, one, key, section, report)
                break


def _shared(before: PlannedResponder, one: PlannedResponder) -> str:
    """The setting by which both ring at one place; empty: none."""
    keys = one.settings.rings_at
    # A drill may show at a service that others are rung by; but the way to it must be its own.
    keys = keys if before.drill is one.drill else keys[:1]
    values = (
        (key, getattr(one.settings, key), getattr(before.settings, key, None)) for key in keys
    )
    return next((key for key, mine, other in values if mine and mine == other), "")


def _refuse(
    before: PlannedResponder, one: PlannedResponder, key: str, section: Branch, report: Report
) -> None:
    line = _place(before, key, section).line
    same = f"`{key}` is the same as that of `{before.name}` (line {line})"
    if before.drill is one.drill:
        would = f"both pages would be one there, and `{one.name}` would ring nobody"
        expected = f"another `{key}`, one that rings elsewhere"
    else:
        would = "a drill would ring in earnest"
        expected = f"another `{key}`, one that is for drills"
    report.refuse(_place(one, key, section), f"{same}: {would}", expected)


def _place(one: PlannedResponder, key: str, section: Branch) -> Place:
    """Where that setting of it is written."""
    entry: Entry = section.entries[one.name]
    inside = entry.value.entries.get(key) if isinstance(entry.value, Branch) else None
    return inside.value.place if inside else entry.place
