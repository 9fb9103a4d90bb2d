"""From looks to symptoms: take what was seen, and judge anew whatever it can have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from checker.core import assessment, standing
from checker.core.draft import Draft
from checker.core.events import Looked
from checker.core.held import Standing, nothing
from checker.core.model import State
from checker.core.rulings import rule_everywhere


def looked(draft: Draft, event: Looked) -> None:
    look = event.observation
    watched = draft.policy.watched.get(look.check)
    if watched is None:
        return  # no longer configured: a late result of a check that is not watched any more
    before = draft.state
    draft.state = standing.take(draft.policy, before, look)
    if watched.target is None:
        _note_blindness(draft, before, look.location)
        review(draft, doubted(draft))
    elif look.check in draft.state.symptoms or is_suspected(draft.state, look.check):
        review(draft, [look.check])


def is_suspected(state: State, check: str) -> bool:
    """Whether any location suspects the check of anything, or has a local problem with it."""
    return check in state.local or _is_doubted(state.standings.get(check, nothing()))


def doubted(draft: Draft) -> list[str]:
    """The checks that are suspected of something, beyond those known to be wrong."""
    state = draft.state
    return [
        check
        for check, held in state.standings.items()
        if (_is_doubted(held) or check in state.local) and check not in state.symptoms
    ]


def _is_doubted(held: Mapping[str, Standing]) -> bool:
    # Asked of every check at every look of a control, where any() would take twice as long.
    for one in held.values():  # noqa: SIM110
        if one.failing.score or one.straining.score:
            return True
    return False


def _note_blindness(draft: Draft, before: State, location: str) -> None:
    was, now = (
        standing.is_blind(before, location),
        standing.is_blind(draft.state, location),
    )
    if now and not was:
        draft.notes.append(f"{location} is blind: most controls fail, so this is our own network")
    elif was and not now:
        draft.notes.append(f"{location} sees again: controls answer")


def review(draft: Draft, checks: Iterable[str]) -> None:
    """Judge `checks` anew; if a symptom came, went or changed, rule on every target."""
    changed = False
    for check in checks:
        if check in draft.policy.watched:  # else its symptom, and so its incident, stays
            _note_local(draft, check)
            changed |= _judge(draft, check)
    if changed:
        rule_everywhere(draft)


def _judge(draft: Draft, check: str) -> bool:
    """Whether what is wrong with the check has changed."""
    held = draft.state.symptoms.get(check)
    found = assessment.judge(draft.policy, draft.state, check, draft.at)
    if found == held:
        return False
    rest = {c: s for c, s in draft.state.symptoms.items() if c != check}
    symptoms = rest if found is None else {**rest, check: found}
    draft.state = replace(draft.state, symptoms=symptoms)
    if held is not None and assessment.is_over(held, found):
        draft.state = standing.begun_anew(draft.state, check)
    return True


def _note_local(draft: Draft, check: str) -> None:
    where = assessment.problem_of_one(draft.policy, draft.state, check, draft.at)
    before = draft.state.local.get(check)
    if where == before:
        return
    local = {c: w for c, w in draft.state.local.items() if c != check}
    if where is not None:
        local[check] = where
        draft.notes.append(f"local problem at {where}: it alone sees {check} fail")
    else:
        draft.notes.append(f"no local problem with {check} any more")
    draft.state = replace(draft.state, local=local)
