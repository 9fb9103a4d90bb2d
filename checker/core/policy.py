"""The handbook's table: which symptoms are an incident, and how bad.

The rows are data (`config/severity.yaml`), each with the sentence it comes from. The most severe row
that holds decides: "If you are unsure, it's usually better to over-estimate than under-estimate!"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.core.matchers import Matchers
from checker.core.model import Kind, Severity, Symptom
from checker.core.rules import Policy, Rule, Scope

ANY = "any"  # a rule for whichever surface

# What is down is failing too: a surface without a row of its own is still an elevated error rate.
IMPLIED_BY: Mapping[Kind, frozenset[Kind]] = {
    Kind.FAILING: frozenset({Kind.FAILING, Kind.DOWN}),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the policy says of one target: the row that holds, and everything that fails there."""

    rule: Rule
    symptoms: tuple[Symptom, ...]

    @property
    def severity(self) -> Severity:
        return self.rule.severity


def decide(
    policy: Policy, symptoms: Mapping[str, Symptom], target: str, now: float
) -> Ruling | None:
    """The most severe row that holds for `target`; None: no incident by the handbook's words."""
    case = Case(policy, _countable(policy, symptoms), now)
    here = tuple(s for s in case.symptoms.values() if _target(policy, s) == target)
    rows = [rule for rule in policy.rules if _holds(case, rule, target)] if here else []
    if not rows:
        return None
    return Ruling(max(rows, key=lambda rule: rule.severity), here)


@dataclass(frozen=True, slots=True)
class Case:
    """What is ruled on: everything that fails and may count, at this moment."""

    policy: Policy
    symptoms: Mapping[str, Symptom]
    now: float


def _countable(policy: Policy, symptoms: Mapping[str, Symptom]) -> Mapping[str, Symptom]:
    """Without what the handbook says is no incident."""
    if not policy.never or not symptoms:
        return symptoms
    never = {(row.surface, row.kind) for row in policy.never}
    return {
        check: symptom
        for check, symptom in symptoms.items()
        if never.isdisjoint({(_surface(policy, symptom), symptom.kind), (ANY, symptom.kind)})
    }


def is_explained(policy: Policy, symptoms: Mapping[str, Symptom], check: str) -> bool:
    """Whether something that this check depends on is down: listed, not shouted."""
    watched = policy.watched.get(check)
    return watched is not None and any(
        other in symptoms and symptoms[other].kind is Kind.DOWN for other in watched.depends_on
    )


def _holds(case: Case, rule: Rule, target: str) -> bool:
    if not _holds_at(case, rule, target):
        return False
    if rule.scope is Scope.ONE:
        return True
    others = [t for t in case.policy.targets if t != target]
    return bool(others) and all(_holds_at(case, rule, other) for other in others)


def _holds_at(case: Case, rule: Rule, target: str) -> bool:
    if rule.alert is not None:
        return _fires_at(case, rule, rule.alert, target)
    surfaces = _surfaces(case.policy, target) if rule.surface == ANY else {rule.surface}
    return any(_holds_for(case, rule, target, surface) for surface in surfaces)


def _fires_at(case: Case, rule: Rule, alert: Matchers, target: str) -> bool:
    """Whether an alert of the row's holds there, long enough."""
    return any(
        s.row == alert.text
        and _target(case.policy, s) == target
        and case.now - s.since >= rule.for_s
        for s in case.symptoms.values()
        if s.kind is Kind.FIRING
    )


def _holds_for(case: Case, rule: Rule, target: str, surface: str) -> bool:
    """Whether the row's kind is true of one surface, long enough and in its own right.

    A surface is down when every check of it is: "completely unavailable" has to be seen by all that
    look. One page that fails beside a login that works is an error, not an outage.
    """
    checks = [
        w.name
        for w in case.policy.watched.values()
        if w.target == target and w.surface == surface and w.critical == rule.critical
    ]
    found = [case.symptoms[name] for name in checks if name in case.symptoms]
    matching = [s for s in found if s.kind in IMPLIED_BY.get(rule.kind, {rule.kind})]
    if rule.kind is Kind.DOWN and len(matching) < len(checks):
        return False
    return any(
        s.share >= rule.share
        and case.now - s.since >= rule.for_s
        and not is_explained(case.policy, case.symptoms, s.check)
        for s in matching
    )


def _surfaces(policy: Policy, target: str) -> set[str]:
    return {w.surface for w in policy.watched.values() if w.target == target}


def _surface(policy: Policy, symptom: Symptom) -> str:
    watched = policy.watched.get(symptom.check)
    return watched.surface if watched else ""


def _target(policy: Policy, symptom: Symptom) -> str | None:
    watched = policy.watched.get(symptom.check)
    return watched.target if watched else symptom.check.partition("/")[0]
