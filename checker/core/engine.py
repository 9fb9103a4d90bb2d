"""The one straight line: an event comes in, the state after it and what must be done come out.

    take      the look into its standing
    judge     standings into symptoms
    decide    symptoms into a severity, by the handbook's table
    move      the incident: open, join, escalate, recover, reopen; a person closes or cancels
    call for  effects, page first

Pure: the same policy, state and event give the same step, always. An event that cannot be raises
(IllegalMove, UnknownIncident, UnknownTarget, UnknownOutlet) and changes nothing.
"""

from __future__ import annotations

from checker.core import alerts, pace
from checker.core.alone import paged_alone
from checker.core.amends import redone
from checker.core.draft import Draft
from checker.core.events import (
    Acknowledged,
    Alerted,
    Delivered,
    Documented,
    Event,
    Looked,
    OnCallSeen,
    PageConfirmed,
    PagedAlone,
    PageResolved,
    Redone,
    Refused,
    Ticked,
)
from checker.core.follow_up import documented, follow_up
from checker.core.looks import doubted, looked, review
from checker.core.model import State, Step
from checker.core.paging import answered, keep_ringing
from checker.core.people import on_call_seen
from checker.core.reminders import remind
from checker.core.rules import Policy
from checker.core.rulings import grow_old, rule_everywhere
from checker.core.set_back import until_now
from checker.core.words import hear


def step(policy: Policy, state: State, event: Event) -> Step:
    """What `event` leads to. Raises IllegalMove, UnknownIncident or UnknownTarget for what cannot be."""
    draft = Draft(policy, state, event.at)
    match event:
        case Looked():
            looked(draft, event)
        case Ticked():
            draft.state = pace.forgotten(policy, until_now(state, event.at), event.at)
            review(draft, [*state.symptoms, *doubted(draft)])
            alerts.expire(draft)
            rule_everywhere(draft)
            grow_old(draft)
            keep_ringing(draft)
            remind(draft)
        case Alerted():
            alerts.alerted(draft, event)
        case OnCallSeen():
            on_call_seen(draft, event)
        case Documented():
            documented(draft, event)
        case Delivered() | Refused() | Acknowledged() | PageConfirmed() | PageResolved():
            answered(draft, event)
        case PagedAlone():
            paged_alone(draft, event)
        case Redone():
            redone(draft, event)
        case _:
            hear(draft, event)
    if draft.state.incidents is not state.incidents or isinstance(event, Ticked):
        follow_up(draft)
    return draft.done()
