"""From symptoms to incidents: rule on every target by the handbook's table, and move what must move."""

from __future__ import annotations

from dataclasses import replace

from checker.core import incident as life
from checker.core.draft import Draft
from checker.core.incident import Move
from checker.core.model import Incident, State
from checker.core.policy import Ruling, decide


def newest(state: State, target: str) -> Incident | None:
    """The target's newest incident, live or ended."""
    return state.incidents.get(f"{target}-{state.counters.get(target, 0)}")


def rule_everywhere(draft: Draft) -> None:
    """What fails at one target can raise the severity at another ("completely down")."""
    for target in draft.policy.targets:
        _rule(draft, target)


def _rule(draft: Draft, target: str) -> None:
    ruling = decide(draft.policy, draft.state.symptoms, target)
    current = newest(draft.state, target)
    if current is None or not life.is_live(current):
        if ruling is not None and not _closed_over(draft, current, ruling):
            _open(draft, target, ruling)
    elif ruling is None:
        _ease(draft, current)
    elif life.has_recovered(current):
        reopened = life.reopened(current, ruling.symptoms)
        _raise_to(draft, draft.move(reopened, Move.REOPEN), ruling)
    else:
        _raise_to(draft, _update(draft, current, ruling), ruling)


def _closed_over(draft: Draft, ended: Incident | None, ruling: Ruling) -> bool:
    """A person ended it while this was failing: respected for a while, for these symptoms only."""
    if ended is None or ended.closed_at is None:
        return False
    if draft.at - ended.closed_at >= draft.policy.thresholds.redeclare_after_s:
        return False
    return all(s.check in ended.seen and s.since <= ended.closed_at for s in ruling.symptoms)


def _open(draft: Draft, target: str, ruling: Ruling) -> None:
    number = draft.state.counters.get(target, 0) + 1
    rule = ruling.rule
    fresh = life.opened(number, target, rule.severity, rule.sentence, ruling.symptoms, draft.at)
    rest = {i: x for i, x in draft.state.incidents.items() if x.target != target}
    counters = {**draft.state.counters, target: number}
    draft.state = replace(draft.state, counters=counters, incidents=rest)
    draft.move(fresh, Move.OPEN)


def _ease(draft: Draft, current: Incident) -> None:
    still = any(s.check in draft.state.symptoms for s in current.symptoms)
    if not life.has_recovered(current) and not still:
        draft.move(life.recovered(current, draft.at), Move.RECOVER)


def _update(draft: Draft, current: Incident, ruling: Ruling) -> Incident:
    """The open incident with what fails now; said aloud only when something new joined."""
    if current.symptoms == ruling.symptoms:
        return current
    joined = life.joined(current, ruling.symptoms)
    if len(joined.seen) > len(current.seen):
        return draft.move(joined, Move.JOIN)
    was, now = {s.check for s in current.symptoms}, {s.check for s in ruling.symptoms}
    if was - now:
        draft.enter(joined, "eased", f"{_names(was - now)} recovered; other checks still fail")
    if now - was:
        draft.enter(joined, "again", f"{_names(now - was)} fails again")
    return draft.keep(joined)


def _names(checks: set[str]) -> str:
    return ", ".join(sorted(checks))


def _raise_to(draft: Draft, current: Incident, ruling: Ruling) -> None:
    if ruling.severity > current.severity:
        draft.move(
            life.escalated(current, ruling.severity, ruling.rule.sentence),
            Move.ESCALATE,
        )
