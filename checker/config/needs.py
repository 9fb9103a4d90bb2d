"""What becomes of an entry when something that it needs is not set: it is off, unless it is required."""

from __future__ import annotations

from checker.config.report import Report
from checker.config.tree import Branch, Node, plain, scalars


def has_values(branch: Branch, what: str, report: Report) -> bool:
    """Whether every reference in an entry has a value. If not, the entry is off: refused if it is required."""
    unset = [scalar for scalar in scalars(branch) if scalar.unset]
    if not unset:
        return True
    if is_required(branch):
        for scalar in unset:
            report.refuse(scalar.place, scalar.unset, "a value: this is `required`")
    else:
        report.switch_off(what, " and ".join(dict.fromkeys(s.unset for s in unset)))
    return False


def refuse_unset(node: Node, report: Report) -> None:
    """Where nothing can be off, a reference without a value is a problem."""
    for scalar in scalars(node):
        if scalar.unset:
            report.refuse(scalar.place, scalar.unset, "a value")


def is_required(branch: Branch) -> bool:
    entry = branch.entries.get("required")
    return entry is not None and str(plain(entry.value)).lower() == "true"
