"""A story as it went, for somebody to read: what happened when, and what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from checker.core.events import Planned
from checker.core.wording import stamp
from checker.rehearsal.expectations import Expectation, Finding
from checker.rehearsal.log import Line
from checker.rehearsal.moments import after
from checker.rehearsal.series import Ends
from checker.rehearsal.story import Story, Told

COLOURS = {"declared": "red", "page": "red", "escalated": "red", "reopened": "red"} | {
    "recovered": "green",
    "closed": "green",
    "world": "cyan",
}


def whole(name: str, told: Told) -> Iterator[str]:
    """All lines about one story."""
    story = told.story
    yield click.style(story.title, bold=True)
    where = ", ".join(story.locations)
    yield f"  {name} · from {stamp(story.begins)} for {after(story.lasts_s)}, seen from {where}"
    yield from (f"  {text}" for text in (story.source, story.about) if text)
    yield ""
    lines = [*told.log.lines, *_world(story), *_plans(story)]
    yield from (_line(story, x) for x in sorted(lines, key=lambda x: x.after) if x.after >= 0)
    yield ""
    yield from (_finding(expected, finding) for expected, finding in told.findings)


def brief(name: str, told: Told) -> Iterator[str]:
    """A line about one story, and one for each thing that was missed."""
    number = len(told.findings)
    mark = click.style("met   ", fg="green") if told.met else click.style("MISSED", fg="red")
    said = f"{number} of {number}" if told.met else f"{len([*told.missed()])} of {number}"
    yield f"{mark} {said:>8}  {name}: {told.story.title}"
    yield from (f"         {_finding(expected, finding)}" for expected, finding in told.missed())


def _line(story: Story, line: Line) -> str:
    time = datetime.fromtimestamp(story.begins + line.after, UTC).strftime("%H:%M:%S")
    what = click.style(f"{line.what:<12}", fg=COLOURS.get(line.what))
    return f"  {after(line.after):>8}  {time}  {what} {line.text}"


def _finding(expected: Expectation, finding: Finding) -> str:
    mark = click.style("met   ", fg="green") if finding.met else click.style("MISSED", fg="red")
    return f"  {mark}  {expected}\n          seen: {finding.seen}"


def _world(story: Story) -> Iterator[Line]:
    """What the world does, where that changes."""
    for scene in story.scenes:
        name = scene.check if scene.location == "*" else f"{scene.check}@{scene.location}"
        for piece in scene.pieces:
            if piece.begins or piece.state != Ends():
                yield Line(piece.begins, "world", f"{name}: {piece.text}")


def _plans(story: Story) -> Iterator[Line]:
    for event in story.people:
        if isinstance(event, Planned):
            plan = event.maintenance
            text = f"{plan.target} until {stamp(plan.ends)} by {plan.by}: {plan.why}"
            yield Line(event.at - story.begins, "maintenance", text)
