"""What was found, for people: a line for each thing, and under it what to mend."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from checker.doctor.examination import Part
from checker.responders.contract_findings import Finding, Health

STYLES = {Health.OK: "green", Health.WARNING: "yellow", Health.BAD: "bold red"}


def table(parts: Sequence[Part]) -> Table:
    """A row for each finding; the part's name stands beside its first."""
    shown = Table(box=None, pad_edge=False, show_header=False)
    for name in ("part", "health"):
        shown.add_column(name, no_wrap=True)
    shown.add_column("what")
    for part in parts:
        for number, found in enumerate(part.findings):
            health = Text(found.health, style=STYLES[found.health])
            shown.add_row(Text("" if number else part.name), health, Text(_said(found)))
    return shown


def verdict(parts: Sequence[Part]) -> str:
    """The last line: whether there is anything to do before the night."""
    healths = [found.health for part in parts for found in part.findings]
    bad, warnings = healths.count(Health.BAD), healths.count(Health.WARNING)
    if bad:
        return f"{bad} to mend, {warnings} to think about."
    return f"Ready; {warnings} to think about." if warnings else "Ready."


def _said(found: Finding) -> str:
    return f"{found.what}\n→ {found.to_do}" if found.to_do else found.what
