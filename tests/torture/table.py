"""The cases as a table: a row for each thing that is done to the daemon, with what was expected, what was seen, how often."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

from tests.torture.case import Case, Seen

PAGE = Path(__file__).parents[2] / "docs/reference/torture.md"
SHOWN_MAX = 3  # misses that are shown in a row

HEAD = """# What it has survived

Each row is something that was done to a real daemon in a loopback world ({tests}), with what was expected, what was
seen, and how often. `make torture` does it all again and ends badly on any miss; `make torture WRITE=--write` makes
this page. What the rows add up to is in [the promise](../explanation/promise.md).

Played on {day} with posthog-checker {version}, on {cores} cores, in {minutes} minutes: {right} of {cases} cases as
expected{left_out}.

| part | what is done | expected | seen | times |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Played:
    """A case and what came of it; None: it cannot be played on this machine, for `why`."""

    case: Case
    seen: Seen | None
    why: str = ""

    @property
    def is_miss(self) -> bool:
        return self.seen is not None and not self.seen.is_right


@dataclass(frozen=True)
class Row:
    """What the cases of one row came to."""

    part: str
    what: str
    expected: str
    seen: str
    times: int
    is_miss: bool


def rows(played: Sequence[Played]) -> list[Row]:
    """In the order in which they were listed."""
    together: dict[tuple[str, str], list[Played]] = {}
    for one in played:
        together.setdefault((one.case.part, one.case.row), []).append(one)
    return [_row(part, what, several) for (part, what), several in together.items()]


def _row(part: str, what: str, played: Sequence[Played]) -> Row:
    misses = [one for one in played if one.is_miss]
    done = [one for one in played if one.seen is not None]
    times = sum(one.seen.times for one in done if one.seen is not None)
    return Row(part, what, played[0].case.expected, _told(done, played), times, bool(misses))


def _told(done: Sequence[Played], played: Sequence[Played]) -> str:
    misses = [one for one in done if one.is_miss]
    if misses:
        shown = [f"{one.case.name or 'it'}: {one.seen.text}" for one in misses if one.seen]
        more = f" and {len(misses) - SHOWN_MAX} more" if len(misses) > SHOWN_MAX else ""
        return f"MISSED {len(misses)} of {len(done)}: {'; '.join(shown[:SHOWN_MAX])}{more}"
    if not done:
        return f"not played: {played[0].why}"
    said = dict.fromkeys(one.seen.text for one in done if one.seen)
    return "; ".join(list(said)[:SHOWN_MAX])


def on_screen(found: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("part", "case", "expected", "seen"):
        table.add_column(title)
    table.add_column("times", justify="right")
    for row in found:
        style = "bold red" if row.is_miss else ""
        table.add_row(row.part, row.what, row.expected, row.seen, str(row.times), style=style)
    return table


def write(played: Sequence[Played], seconds: float) -> None:
    """Writes the page."""
    done = [one for one in played if one.seen is not None]
    left_out = len(played) - len(done)
    head = HEAD.format(
        tests="`tests/torture`",
        day=datetime.now(UTC).date().isoformat(),
        version=version("posthog-checker"),
        cores=os.cpu_count(),
        minutes=round(seconds / 60),
        right=sum(not one.is_miss for one in done),
        cases=len(done),
        left_out=f"; {left_out} could not be played on that machine" if left_out else "",
    )
    lines = [
        f"| {row.part} | {row.what} | {row.expected} | {_in_a_cell(row.seen)} | {row.times} |"
        for row in rows(played)
    ]
    PAGE.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def _in_a_cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
