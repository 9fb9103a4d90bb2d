"""From symptoms to incidents: rule on every target by the handbook's table, and move what must move."""

from __future__ import annotations

from dataclasses import replace

from checker.core import incident as life
from checker.core.choices import action
from checker.core.draft import Draft
from checker.core.incident import Move
from checker.core.model import Incident, Severity, State, Symptom
from checker.core.policy import Ruling, decide, is_explained
from checker.core.rules import Age
from checker.core.wording import what_fails

SPOKEN_OF_S = 48 * 3600.0  # an ended incident is kept for its notes and its sync
KEPT_MAX = 100  # incidents in the state; older ones are history


def newest(state: State, target: str) -> Incident | None:
    """The target's newest incident, live or ended."""
    return state.incidents.get(f"{target}-{state.counters.get(target, 0)}")


def rule_everywhere(draft: Draft) -> None:
    """What fails at one target can raise the severity at another ("completely down")."""
    for target in draft.policy.targets:
        _rule(draft, target)


def _rule(draft: Draft, target: str) -> None:
    ruling = decide(draft.policy, draft.state.symptoms, target, draft.at)
    current = newest(draft.state, target)
    if current is None or not life.is_live(current):
        if ruling is not None and not _is_let_be(draft, current, ruling, target):
            _open(draft, target, ruling)
    elif ruling is None:
        _ease(draft, current)
    elif life.has_recovered(current):
        reopened = life.reopened(current, ruling.symptoms)
        _raise_to(draft, draft.move(reopened, Move.REOPEN), ruling)
    else:
        _raise_to(draft, _update(draft, current, ruling), ruling)


# ── opening ───────────────────────────────────────────────────────────────────────────────────


def _is_let_be(draft: Draft, ended: Incident | None, ruling: Ruling, target: str) -> bool:
    return in_maintenance(draft, target) or _closed_over(draft, ended, ruling)


def in_maintenance(draft: Draft, target: str) -> bool:
    """Whether work is planned there now. It is looked at all the while, and declared after the end."""
    planned = (*draft.policy.maintenance, *draft.state.maintenance)
    return any(m.target == target and m.begins <= draft.at < m.ends for m in planned)


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
    draft.state = with_room_for(draft.state, target, number, draft.at)
    draft.move(fresh, Move.OPEN)


def with_room_for(state: State, target: str, number: int, at: float) -> State:
    """The state that counts one more incident at `target`; ended ones stay while they are spoken of."""
    kept = {
        id_: other
        for id_, other in state.incidents.items()
        if other.target != target or at - (other.closed_at or at) < SPOKEN_OF_S
    }
    newest_first = sorted(kept, key=lambda id_: kept[id_].declared_at, reverse=True)
    incidents = {id_: kept[id_] for id_ in newest_first[:KEPT_MAX]}
    return replace(state, counters={**state.counters, target: number}, incidents=incidents)


# ── while it is live ──────────────────────────────────────────────────────────────────────────


def _ease(draft: Draft, current: Incident) -> None:
    if not current.seen:
        return  # a person's word and no look of ours: nothing that we see ends it
    still = any(s.check in draft.state.symptoms for s in current.symptoms)
    if not life.has_recovered(current) and not still:
        draft.move(life.recovered(current, draft.at), Move.RECOVER)


def _update(draft: Draft, current: Incident, ruling: Ruling) -> Incident:
    """The open incident with what fails now; said aloud only when something new joined."""
    if current.symptoms == ruling.symptoms:
        return current
    joined = life.joined(current, ruling.symptoms)
    fresh = [s for s in ruling.symptoms if s.check not in current.seen]
    if any(not _is_explained(draft, symptom) for symptom in fresh):
        new = _names({f"{symptom.check} {symptom.kind}" for symptom in fresh})
        said = f"{current.id}: {new} too; {what_fails(draft.policy, joined)}"
        return draft.move(joined, Move.JOIN, said)
    was, now = {s.check for s in current.symptoms}, {s.check for s in ruling.symptoms}
    if was - now:
        draft.enter(joined, "eased", f"{_names(was - now)} recovered; other checks still fail")
    if fresh:
        draft.enter(joined, "explained", f"{_names(now - was)} fails too, as it must")
    elif now - was:
        draft.enter(joined, "again", f"{_names(now - was)} fails again")
    return draft.keep(joined)


def _is_explained(draft: Draft, symptom: Symptom) -> bool:
    return is_explained(draft.policy, draft.state.symptoms, symptom.check)


def _names(checks: set[str]) -> str:
    return ", ".join(sorted(checks))


def _raise_to(draft: Draft, current: Incident, ruling: Ruling) -> None:
    if life.rises(current, ruling.severity):
        raised = life.escalated(current, ruling.severity, ruling.rule.sentence, draft.at)
        current = draft.move(raised, Move.ESCALATE)
    if ruling.severity > current.evident:
        draft.keep(replace(current, evident=ruling.severity))


# ── age ───────────────────────────────────────────────────────────────────────────────────────


def grow_old(draft: Draft) -> None:
    """What is not dealt with becomes more severe: proposed to whoever is at it, else done."""
    for target in draft.policy.targets:
        current = newest(draft.state, target)
        if current is not None and life.is_open(current) and current.word is None:
            for age in draft.policy.ages:
                if age.before is current.severity and _is_due(draft, current, age):
                    _age(draft, current, age)
                    break


def _is_due(draft: Draft, current: Incident, age: Age) -> bool:
    return draft.at - current.raised_at >= age.after_s and current.proposed != age.sentence


def _age(draft: Draft, current: Incident, age: Age) -> None:
    if not _is_attended(current):
        raised = life.escalated(current, age.after, age.sentence, draft.at)
        draft.move(raised, Move.ESCALATE)
        return
    asked = f"{_since(current)}: time to call it {age.after.word}?"
    draft.enter(current, "proposed", f"{asked} “{age.sentence}”")
    yes = action(f"severity {current.id} {age.after.word}", f"Call it {age.after.word}")
    proposed = replace(current, proposed=age.sentence)
    draft.offer(proposed, f"{current.id} is {asked}", [("Why", f"“{age.sentence}”")], [yes])


def _is_attended(current: Incident) -> bool:
    """Whether somebody took its page; a minor one pages nobody, and is taken by whoever leads it."""
    leads = current.severity is Severity.MINOR and bool(current.lead)
    return leads or current.acknowledged_at is not None


def _since(current: Incident) -> str:
    return f"{current.severity.word} and still failing"
