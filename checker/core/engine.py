"""The one straight line: an event comes in, the state after it and what must be done come out.

    take      the look into its standing
    judge     standings into symptoms
    decide    symptoms into a severity, by the handbook's table
    move      the incident: open, join, escalate, recover, reopen; a person closes or cancels
    call for  effects, page first

Pure: the same policy, state and event give the same step, always. An event that cannot be raises
(IllegalMove, UnknownIncident, UnknownTarget) and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from checker.core import alerts, pace
from checker.core.draft import Draft
from checker.core.events import (
    Acknowledged,
    Alerted,
    Delivered,
    Event,
    Looked,
    Refused,
    Ticked,
)
from checker.core.looks import doubted, looked, review
from checker.core.model import State, Step
from checker.core.reminders import remind
from checker.core.rules import Policy
from checker.core.rulings import grow_old, rule_everywhere
from checker.core.words import hear


def step(policy: Policy, state: State, event: Event) -> Step:
    """What `event` leads to. Raises IllegalMove, UnknownIncident or UnknownTarget for what cannot be."""
    draft = Draft(policy, state, event.at)
    match event:
        case Looked():
            looked(draft, event)
        case Ticked():
            draft.state = pace.forgotten(policy, state, event.at)
            review(draft, [*state.symptoms, *doubted(draft)])
            alerts.expire(draft)
            rule_everywhere(draft)
            grow_old(draft)
            remind(draft)
        case Alerted():
            alerts.alerted(draft, event)
        case Delivered() | Refused() | Acknowledged():
            _heard(draft, event)
        case _:
            hear(draft, event)
    return draft.done()


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
