"""The `rules` and `never` rows: the handbook's table."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from checker.config.entries import NeverEntry, RuleEntry
from checker.config.form import branch_of, fill
from checker.config.needs import refuse_unset
from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.source import Place
from checker.config.tree import Branch, Entry, Scalar, Sequence, plain
from checker.core.model import Kind, Severity
from checker.core.rules import Rule

ANY = "any"
SURFACES = ("app", "flags", "insights", "capture", "ingestion", "signup")


def rules(
    entry: Entry, surfaces: Collection[str] | None, never: Collection[str], report: Report
) -> tuple[Rule, ...]:
    """The rows, most severe first.

    `surfaces`: those that checks have, None if nobody knows; `never`: sentences that no row may rest on.
    """
    known = None if surfaces is None else {*SURFACES, *surfaces, ANY}
    first: dict[tuple[object, ...], Place] = {}
    made = []
    for branch in _rows("rules", entry, report):
        symptom = _symptom(branch, known, report)
        row = fill(RuleEntry, Entry(branch.place, branch), branch, report)
        if symptom is None or row is None:
            continue
        place = branch.entries["symptom"].value.place
        before = first.setdefault((*symptom, row.scope, row.critical), place)
        if before is not place:
            report.refuse(place, f"this row can never hold: line {before.line} says the same")
        if row.sentence in never:
            place = branch.entries["sentence"].value.place
            report.refuse(place, "the handbook says this is no incident: see `never`")
        severity = Severity[row.severity.upper()]
        made.append(Rule(*symptom, severity, row.sentence, row.scope, row.critical))
    return tuple(sorted(made, key=lambda rule: -rule.severity))


def never(entry: Entry, report: Report) -> frozenset[str]:
    """The sentences that say what is no incident."""
    filled = [
        fill(NeverEntry, Entry(branch.place, branch), branch, report)
        for branch in _rows("never", entry, report)
    ]
    return frozenset(row.sentence for row in filled if row)


def _rows(name: str, entry: Entry, report: Report) -> Iterator[Branch]:
    """Each row of a list that is a mapping; what is not is told."""
    refuse_unset(entry.value, report)
    match entry.value:
        case Sequence(items=items):
            for item in items:
                if branch := branch_of(Entry(item.place, item), name, report):
                    yield branch
        case Scalar() as scalar if plain(scalar) is None:
            return
        case node:
            report.refuse(node.place, f"wrong value for `{name}`", "a list of rows")


def _symptom(
    branch: Branch, surfaces: Collection[str] | None, report: Report
) -> tuple[str, Kind] | None:
    """A row's "app down" as surface and kind; None if it is not that, which is told."""
    entry = branch.entries.get("symptom")
    if entry is None or not isinstance(entry.value, Scalar) or entry.value.unset:
        return None  # that is told elsewhere
    surface, _, kind = entry.value.text.partition(" ")
    kinds = [k.value for k in Kind]
    if kind not in kinds:
        expected = f"a surface (or '{ANY}') and one of {', '.join(kinds)}: 'app down'"
        report.refuse(entry.value.place, "not a symptom", expected, did_you_mean(kind, kinds))
        return None
    if surfaces is not None and surface not in surfaces:
        expected = f"one of {', '.join(sorted(surfaces))}"
        hint = did_you_mean(surface, surfaces)
        report.refuse(entry.value.place, "no check has this surface", expected, hint)
        return None
    return surface, Kind(kind)
