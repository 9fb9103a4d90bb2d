"""The handbook's table: which symptoms are an incident, and how bad.

The rows are data (`config/severity.yaml`), each with the sentence it comes from. The most severe row
that holds decides: "If you are unsure, it's usually better to over-estimate than under-estimate!"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.core.model import Kind, Policy, Rule, Scope, Severity, Symptom

ANY = "any"  # a rule for whichever surface

# What is down is failing too: a surface without a row of its own is still an elevated error rate.
IMPLIED_BY: Mapping[Kind, frozenset[Kind]] = {
    Kind.DOWN: frozenset({Kind.DOWN}),
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


def decide(policy: Policy, symptoms: Mapping[str, Symptom], target: str) -> Ruling | None:
    """The most severe row that holds for `target`; None: no incident by the handbook's words."""
    here = tuple(s for s in symptoms.values() if _target(policy, s) == target)
    if not here:
        return None
    rows = [rule for rule in policy.rules if _holds(policy, symptoms, rule, target)]
    if not rows:
        return None
    return Ruling(max(rows, key=lambda rule: rule.severity), here)


def _holds(policy: Policy, symptoms: Mapping[str, Symptom], rule: Rule, target: str) -> bool:
    if not _holds_at(policy, symptoms, rule, target):
        return False
    if rule.scope is Scope.ONE:
        return True
    others = [t for t in policy.targets if t != target]
    return bool(others) and all(_holds_at(policy, symptoms, rule, t) for t in others)


def _holds_at(policy: Policy, symptoms: Mapping[str, Symptom], rule: Rule, target: str) -> bool:
    surfaces = _surfaces(policy, target) if rule.surface == ANY else {rule.surface}
    kinds = {kind_of(policy, symptoms, target, s, rule.critical) for s in surfaces}
    return not kinds.isdisjoint(IMPLIED_BY[rule.kind])


def kind_of(
    policy: Policy,
    symptoms: Mapping[str, Symptom],
    target: str,
    surface: str,
    critical: bool,
) -> Kind | None:
    """What is wrong with a surface: down when every check of it is down, failing when any is not well.

    "completely unavailable" has to be seen by all that look: one page that fails beside a login that
    works is an error, not an outage.
    """
    checks = [
        w.name
        for w in policy.watched.values()
        if w.target == target and w.surface == surface and w.critical == critical
    ]
    kinds = [symptoms[name].kind for name in checks if name in symptoms]
    if not kinds:
        return None
    if len(kinds) == len(checks) and all(kind is Kind.DOWN for kind in kinds):
        return Kind.DOWN
    return Kind.FAILING


def _surfaces(policy: Policy, target: str) -> set[str]:
    return {w.surface for w in policy.watched.values() if w.target == target}


def _target(policy: Policy, symptom: Symptom) -> str | None:
    watched = policy.watched.get(symptom.check)
    return watched.target if watched else symptom.check.partition("/")[0]
