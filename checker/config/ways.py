"""Two ways to ring that lead to one place are one way: whoever is there takes both pages for the same.

developer.pagerduty.com, "Send an event": an event with the `dedup_key` of an open alert is a log entry there, and rings
nobody. Every page of an incident has one key, whoever sends it. PagerDuty's REST API at the service of a routing key is
another way all the same: what was taken and lost on its way to an incident was not lost there.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.config.report import Report
from checker.config.settings import PlannedResponder
from checker.config.source import Place
from checker.config.tree import Branch, Entry
from checker.core.model import RINGS


def refuse_one_for_two(
    planned: Sequence[PlannedResponder], section: Branch, report: Report
) -> None:
    """Each responder that would ring at the place of one before it, or as its own second way."""
    ringing = [one for one in planned if one.able.intersection(RINGS) and one.settings.rings_at]
    for number, one in enumerate(ringing):
        if one.able.issuperset(RINGS):
            place = _place(one, "duties", section)
            message = f"`{one.name}` cannot be its own second way: both pages would be one there"
            report.refuse(place, message, "another responder with `duties: [fallback, resolve]`")
        before = next((other for other in ringing[:number] if _is_one_place(other, one)), None)
        if before is not None:
            _refuse(before, one, section, report)


def _is_one_place(before: PlannedResponder, one: PlannedResponder) -> bool:
    key = one.settings.rings_at
    mine = getattr(one.settings, key)
    return bool(mine) and before.kind == one.kind and getattr(before.settings, key) == mine


def _refuse(
    before: PlannedResponder, one: PlannedResponder, section: Branch, report: Report
) -> None:
    key = one.settings.rings_at
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
