"""What a reload from one config to another would change, before anybody does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from checker.backtest.changes import Change, Row, of_checks, of_rows
from checker.config.settings import Settings
from checker.core.model import Incident, Symptom
from checker.core.policy import decide
from checker.core.rules import Policy


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is different. Names of checks are full: "us/app"."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    rows: tuple[Row, ...]
    affected: tuple[str, ...]  # what becomes of live incidents, in words

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.rows)


def plan(here: Settings, there: Settings, live: Iterable[Incident] = (), now: float = 0.0) -> Plan:
    """From `here` to `there`. `live`: the incidents that a person has not closed yet, at `now`."""
    old = {check.name: check for check in here.checks}
    new = {check.name: check for check in there.checks}
    return Plan(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=of_checks(old, new),
        rows=of_rows(here.policy, there.policy),
        affected=tuple(_affected(here.policy, there.policy, tuple(live), now)),
    )


# ── what is open ──────────────────────────────────────────────────────────────────────────────


def _affected(here: Policy, there: Policy, live: tuple[Incident, ...], now: float) -> Iterator[str]:
    failing = {s.check: s for incident in live for s in incident.symptoms}
    for incident in live:
        for check in incident.seen:
            if check in here.watched and check not in there.watched:
                yield f"{incident.id}: {check} is not watched any more; a person ends the incident"
        said = _ruled(here, there, failing, incident, now) if incident.symptoms else ""
        if said:
            yield f"{incident.id}: {said}"


def _ruled(
    here: Policy, there: Policy, failing: Mapping[str, Symptom], incident: Incident, now: float
) -> str:
    before = decide(here, failing, incident.target, now)
    after = decide(there, failing, incident.target, now)
    if after is None:
        return (
            "no row holds for it any more; it stays open until a person ends it" if before else ""
        )
    if after.severity > incident.severity:
        return f"is raised from {incident.severity.word} to {after.severity.word}"
    if before is not None and after.severity < before.severity:
        return f"would be {after.severity.word} now; it stays {incident.severity.word}, for severity never falls by itself"
    return ""
