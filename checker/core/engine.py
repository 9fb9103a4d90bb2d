"""The one straight line: an event comes in, the state after it and what must be done come out.

    take      the look into its standing
    judge     standings into symptoms
    decide    symptoms into a severity, by the handbook's table
    move      the incident: open, join, escalate, recover, reopen; a person closes or cancels
    call for  effects, page first

Pure: the same policy, state and event give the same step, always. An event that cannot be raises
(IllegalMove, UnknownIncident) and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from checker.core import incident as life
from checker.core import pace
from checker.core.draft import Draft
from checker.core.events import (
    Acknowledged,
    Cancelled,
    Closed,
    Delivered,
    Event,
    Looked,
    Planned,
    Refused,
    SeveritySet,
    Ticked,
)
from checker.core.incident import Move
from checker.core.looks import doubted, looked, review
from checker.core.model import Incident, State, Step
from checker.core.rules import Policy
from checker.core.rulings import grow_old, rule_everywhere, word_of_a_person


class UnknownIncident(LookupError):
    """No live or recent incident has that id. Nothing was changed."""


def step(policy: Policy, state: State, event: Event) -> Step:
    """What `event` leads to. Raises IllegalMove or UnknownIncident for what a person cannot do."""
    draft = Draft(policy, state, event.at)
    match event:
        case Looked():
            looked(draft, event)
        case Ticked():
            draft.state = pace.forgotten(policy, state, event.at)
            review(draft, [*state.symptoms, *doubted(draft)])
            rule_everywhere(draft)
            grow_old(draft)
        case Closed():
            ended = life.closed(
                _find(state, event.incident), event.by, event.cause, event.fix, event.at
            )
            draft.move(ended, Move.CLOSE)
        case Cancelled():
            ended = life.cancelled(_find(state, event.incident), event.by, event.why, event.at)
            draft.move(ended, Move.CANCEL)
        case SeveritySet():
            word_of_a_person(draft, _find(state, event.incident), event.severity, event.by)
        case Planned():
            planned = [m for m in state.maintenance if m.ends > event.at]
            draft.state = replace(state, maintenance=(*planned, event.maintenance))
        case _:
            _heard(draft, event)
    return draft.done()


def _find(state: State, incident: str) -> Incident:
    try:
        return state.incidents[incident]
    except KeyError:
        known = ", ".join(sorted(state.incidents)) or "none"
        raise UnknownIncident(f"no incident {incident!r} here; there are: {known}") from None


def _heard(draft: Draft, event: Acknowledged | Delivered | Refused) -> None:
    current = draft.state.incidents.get(event.incident)
    if current is None:
        return  # about an incident of long ago: nothing depends on it any more
    match event:
        case Acknowledged():
            current = draft.keep(replace(current, acknowledged_at=event.at))
            draft.enter(current, "acknowledged", f"page acknowledged by {event.by}")
        case Delivered() if event.note:
            draft.enter(current, "done", event.note)
        case Refused():
            draft.enter(current, "refused", f"{event.effect} refused: {event.why}")
