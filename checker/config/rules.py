"""The `rules` and `never` rows: the handbook's table. A row that can never decide anything is a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.config.amounts import share_of
from checker.config.form import fill
from checker.config.report import Report
from checker.config.rows import AlertRuleEntry, NeverEntry, RuleEntry, rows
from checker.config.source import Place
from checker.config.symptoms import Vocabulary, is_symptom, symptom_of
from checker.config.tree import Branch, Entry
from checker.core.matchers import matchers
from checker.core.model import Kind, Severity
from checker.core.policy import ANY, IMPLIED_BY
from checker.core.rules import Never, Rule, Scope


@dataclass(frozen=True, slots=True)
class Table:
    """What the rows are read against. `targets`: how many there are, None where nobody knows."""

    words: Vocabulary
    targets: int | None
    report: Report


@dataclass(frozen=True, slots=True)
class NeverRows:
    """What is no incident. `symptoms` are those of the rows that a probe can see; `sentences` are all."""

    symptoms: tuple[Never, ...] = ()
    sentences: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Row:
    rule: Rule
    branch: Branch

    def place(self, key: str) -> Place:
        return self.branch.entries[key].value.place

    @property
    def symptom(self) -> Place:
        """Where it says what must be wrong."""
        return self.place("symptom" if self.rule.alert is None else "alert")


def rules(entry: Entry, never: NeverRows, table: Table) -> tuple[Rule, ...]:
    """The rows, most severe first."""
    read = [_rule(branch, table) for branch in rows("rules", entry, table.report)]
    made = sorted((row for row in read if row), key=lambda row: -row.rule.severity)
    for number, row in enumerate(made):
        _refuse_never(row, never, table.report)
        _refuse_idle(row, made[:number], table)
    return tuple(row.rule for row in made)


def never_rows(entry: Entry, table: Table) -> NeverRows:
    """Rows that a probe can see keep their symptom; the others only keep their sentence from being used."""
    symptoms, sentences = [], set()
    for branch in rows("never", entry, table.report):
        row = fill(NeverEntry, Entry(branch.place, branch), branch, table.report)
        if row is None:
            continue
        sentences.add(row.sentence)
        if is_symptom(row.symptom, table.words.surfaces):
            symptom = symptom_of(branch, table.words, table.report)
            symptoms += [Never(*symptom, row.sentence)] if symptom else []
    return NeverRows(tuple(symptoms), frozenset(sentences))


def _rule(branch: Branch, table: Table) -> _Row | None:
    if "alert" in branch.entries:
        return _alert_rule(branch, table)
    symptom = symptom_of(branch, table.words, table.report)
    row = fill(RuleEntry, Entry(branch.place, branch), branch, table.report)
    if symptom is None or row is None:
        return None
    rule = Rule(
        *symptom,
        Severity[row.severity.upper()],
        row.sentence,
        row.scope,
        row.critical,
        share_of(row.share) if row.share else 0.0,
        row.for_s or 0.0,
    )
    return _Row(rule, branch)


def _alert_rule(branch: Branch, table: Table) -> _Row | None:
    row = fill(AlertRuleEntry, Entry(branch.place, branch), branch, table.report)
    if row is None:
        return None
    rule = Rule(
        ANY,
        Kind.FIRING,
        Severity[row.severity.upper()],
        row.sentence,
        row.scope,
        for_s=row.for_s or 0.0,
        alert=matchers(row.alert),
    )
    return _Row(rule, branch)


def _refuse_never(row: _Row, never: NeverRows, report: Report) -> None:
    """A row may neither rest on the sentence of a `never` row nor be about its symptom."""
    if row.rule.sentence in never.sentences:
        place = row.place("sentence")
        report.refuse(place, "the handbook says this is no incident: see `never`")
    ruled_out = {n.kind for n in never.symptoms if n.surface in (row.rule.surface, ANY)}
    if _kinds(row.rule) <= ruled_out:
        report.refuse(row.symptom, "this row can never hold: see `never`")


def _refuse_idle(row: _Row, before: Sequence[_Row], table: Table) -> None:
    """A row that could be left out without any difference was meant to say something else."""
    rule, report = row.rule, table.report
    if rule.share and rule.kind is not Kind.PARTIAL:
        message = f"only what is partial has a share: {rule.kind} can never reach it"
        report.refuse(row.place("share"), message, "a row for 'partial', or no `share`")
    if rule.scope is Scope.EVERY and table.targets == 1:
        message = "this row can never hold: there is one target only"
        report.refuse(row.place("scope"), message, "scope: one target")
    above = next((other for other in before if _covers(other.rule, rule)), None)
    if above is not None:
        line = above.symptom.line
        message = f"this row can never decide: line {line} holds whenever it does"
        report.refuse(row.symptom, message)


def _covers(above: Rule, rule: Rule) -> bool:
    """Whether a row that goes before another holds whenever that one does."""
    return (
        above.surface in (rule.surface, ANY)
        and _kinds(rule) <= _kinds(above)
        and (above.scope is Scope.ONE or rule.scope is Scope.EVERY)
        and above.critical == rule.critical
        and above.alert == rule.alert
        and above.share <= rule.share
        and above.for_s <= rule.for_s
    )


def _kinds(rule: Rule) -> frozenset[Kind]:
    return IMPLIED_BY.get(rule.kind, frozenset({rule.kind}))
