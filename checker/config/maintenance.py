"""The `maintenance` rows: planned work, by whom and until when. It is looked at all the while."""

from __future__ import annotations

from collections.abc import Collection

from checker.config.amounts import moment
from checker.config.durations import written
from checker.config.form import fill
from checker.config.report import Report
from checker.config.rows import MaintenanceEntry, rows
from checker.config.targets import named_targets
from checker.config.tree import Branch, Entry
from checker.core.maintenance import LONGEST_S
from checker.core.model import Maintenance


def maintenance(
    entry: Entry, targets: Collection[str] | None, report: Report
) -> tuple[Maintenance, ...]:
    """One value for each target of each row. `targets`: None where nobody knows them."""
    made: list[Maintenance] = []
    for branch in rows("maintenance", entry, report):
        row = fill(MaintenanceEntry, Entry(branch.place, branch), branch, report)
        names = list(named_targets(branch, targets, report))
        if row is not None:
            begins, ends = moment(row.begins), moment(row.ends)
            _refuse_span(ends - begins, branch, report)
            made += [Maintenance(name, begins, ends, row.by, row.why) for name in names]
    return tuple(made)


def _refuse_span(span_s: float, branch: Branch, report: Report) -> None:
    place = branch.entries["ends"].value.place
    if span_s <= 0:
        report.refuse(place, "it ends before it begins", "an end after `begins`")
    elif span_s > LONGEST_S:
        message = f"that is {written(span_s)} from its beginning"
        report.refuse(
            place, message, f"at most {written(LONGEST_S)}; plan again if it takes longer"
        )
