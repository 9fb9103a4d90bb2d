"""What a backtest found, for people: lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.backtest.allowance import Held
from checker.backtest.changes import Change, Row
from checker.backtest.difference import Pair, headline, told
from checker.backtest.found import Found, Replayed, waited
from checker.backtest.limits import named
from checker.backtest.plan import Plan
from checker.backtest.report import Report
from checker.core.wording import lasting, stamp


def lines(report: Report) -> Iterator[str]:
    """The whole report."""
    tested = report.tested
    yield (
        f"{tested.looks:,} looks at {len(tested.spans)} checks, {stamp(tested.begins)} to {stamp(tested.ends)}"
    )
    for trial, replayed in zip(report.trials, tested.replays, strict=True):
        yield ""
        yield f"{trial.name} would have declared:"
        yield from _incidents(replayed)
    if len(tested.replays) == 2:
        yield ""
        yield from _difference(report)
    if report.held:
        yield ""
        yield from map(_held, report.held)
    yield ""
    yield "What this cannot know:"
    yield from (f"- {limit}" for limit in report.limits)


def _incidents(replayed: Replayed) -> Iterator[str]:
    if not replayed.incidents:
        yield "  nothing."
        return
    rows: list[tuple[str, ...]] = [
        ("", "severity", "first failed look", "declared after", "pages", "lasted", "what failed")
    ]
    rows += [_row(found) for found in replayed.incidents]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    told: tuple[Found | None, ...] = (None, *replayed.incidents)
    for row, found in zip(rows, told, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()
        for page in found.pages if found else ():
            yield f"      rings {stamp(page.at)}  {page.summary}"
    pages, incidents = len(replayed.pages), len(replayed.incidents)
    yield f"  {_count(incidents, 'incident')}, {_count(pages, 'page')}"


def _row(found: Found) -> tuple[str, ...]:
    now = found.incident
    over_at = found.over_at
    return (
        now.id,
        now.severity.word,
        stamp(now.since),
        waited(found.waited_s),
        str(len(found.pages)),
        "fails still" if over_at is None else lasting(over_at - now.since),
        ", ".join(now.seen),
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _difference(report: Report) -> Iterator[str]:
    here, there = report.tested.replays
    yield f"With {report.trials[1].name}: {headline(here, there)}."
    yield from _pairs(report.pairs)
    if report.plan is not None:
        yield ""
        yield from planned(report.plan)


def _pairs(pairs: Sequence[Pair]) -> Iterator[str]:
    said = [text for pair in pairs if (text := told(pair))]
    yield from (f"  {text}" for text in said)
    if pairs and not said:
        yield "  the same incidents at the same times."


def planned(plan: Plan) -> Iterator[str]:
    """What a reload to the other config would change."""
    if plan.is_empty:
        yield "No check and no row of the table is different."
        return
    yield "What a reload would change:"
    if plan.added:
        yield f"  checks added: {named(plan.added)}"
    if plan.removed:
        yield f"  checks removed: {named(plan.removed)}"
    yield from (f"  {_change(change)}" for change in plan.changed)
    yield from (f"  {_of_row(row)}" for row in plan.rows)
    yield from (f"  open: {text}" for text in plan.affected)


def _change(change: Change) -> str:
    if change.before == change.after:  # two secrets look the same
        return f"{change.what} is another: {named(change.checks)}"
    return f"{change.what} {change.before} → {change.after}: {named(change.checks)}"


def _of_row(row: Row) -> str:
    if row.before is None:
        return f"row added: {row.row} is {row.after}"
    if row.after is None:
        return f"row removed: {row.row} was {row.before}"
    return f"row changed: {row.row} {row.before} → {row.after}"


def _held(one: Held) -> str:
    verdict = "EXCEEDED" if one.exceeded else "kept"
    return f"{one.name} {one.allowed}: {verdict} ({one.found})"
