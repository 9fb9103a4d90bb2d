"""The `ages` rows: what goes on for long becomes more severe."""

from __future__ import annotations

from checker.config.form import fill
from checker.config.report import Report
from checker.config.rows import AgeEntry, rows
from checker.config.source import Place
from checker.config.tree import Entry
from checker.core.model import Severity
from checker.core.rules import Age


def ages(entry: Entry, report: Report) -> tuple[Age, ...]:
    """One row for each severity that grows, in the order of the config."""
    first: dict[Severity, Place] = {}
    made = []
    for branch in rows("ages", entry, report):
        row = fill(AgeEntry, Entry(branch.place, branch), branch, report)
        if row is None:
            continue
        age = Age(_severity(row.severity), _severity(row.becomes), row.after_s, row.sentence)
        if age.after <= age.before:
            place = branch.entries["becomes"].value.place
            report.refuse(place, f"{row.severity} cannot become {row.becomes}", "more severe")
        place = branch.entries["severity"].value.place
        before = first.setdefault(age.before, place)
        if before is not place:
            report.refuse(place, f"line {before.line} says what becomes of {row.severity}")
        made.append(age)
    return tuple(made)


def _severity(word: str) -> Severity:
    return Severity[word.upper()]
