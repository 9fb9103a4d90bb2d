"""The `alerts` section: which target an alert of Alertmanager's is about."""

from __future__ import annotations

from collections.abc import Collection

from checker.config.entries import AlertsEntry
from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.tree import Branch
from checker.core.rules import AlertTerms


def alert_terms(
    given: AlertsEntry, section: Branch, targets: Collection[str] | None, report: Report
) -> AlertTerms:
    """The terms, which are right if every target that is meant is one. `targets`: None where nobody knows."""
    entry = section.entries.get("targets")
    named = entry.value.entries if entry and isinstance(entry.value, Branch) else {}
    for label, target in given.targets.items():
        if targets is not None and target not in targets and label in named:
            expected, hint = f"one of {', '.join(targets)}", did_you_mean(target, targets)
            report.refuse(named[label].value.place, f"no target `{target[:60]}`", expected, hint)
    return AlertTerms(given.label, given.targets, given.hold_s)
