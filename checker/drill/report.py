"""What a drill came to, step by step; for people, and for those who remember it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from checker.core.markdown import hidden


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way. `seconds`: since the drill began, or since it was closed."""

    what: str  # "page accepted by drill-pager"
    seconds: float | None  # None: it did not happen
    said: str = ""  # how it went, one line, or why it did not

    @property
    def ok(self) -> bool:
        return self.seconds is not None


@dataclass(frozen=True, slots=True)
class Report:
    """One drill. `at`: when it began, seconds since the epoch."""

    at: float
    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)


def table(report: Report, secrets: Collection[str]) -> Table:
    """A row for each step."""
    shown = Table(box=None, pad_edge=False)
    shown.add_column("step", no_wrap=True)
    shown.add_column("seconds", justify="right")
    shown.add_column("how")
    for step in report.steps:
        seconds = "–" if step.seconds is None else f"{step.seconds:.2f}"
        style = "green" if step.ok else "bold red"
        said = hidden(step.said, secrets)
        shown.add_row(Text(step.what), Text(seconds, style=style), Text(said))
    return shown


def verdict(report: Report) -> str:
    """The last line."""
    failed = [step.what for step in report.steps if not step.ok]
    if failed:
        return f"The drill failed: {len(failed)} of {len(report.steps)} steps did not happen."
    return f"The drill went well: {len(report.steps)} steps."
