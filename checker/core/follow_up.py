"""What follows from how an incident stands: whoever should be there is asked in, and customers' news is drafted."""

from __future__ import annotations

from checker.core import incident as life
from checker.core.draft import Draft
from checker.core.effects import operation
from checker.core.events import Documented
from checker.core.model import Duty, Effect
from checker.core.people import gather
from checker.core.public import offer, put_back


def follow_up(draft: Draft) -> None:
    """Does what is lacking, for every incident; asked again, it does nothing."""
    for current in list(draft.state.incidents.values()):
        if life.is_live(current):
            offer(draft, gather(draft, current))
        else:
            put_back(draft, current)


def documented(draft: Draft, event: Documented) -> None:
    """The analysis document goes where people met: "It'll have a timeline of everything that happened"."""
    current = draft.state.incidents.get(event.incident)
    if current is None or life.is_live(current):
        return
    payload = {
        "name": f"{current.id}.md",
        "title": f"Incident {current.id}: what happened, for the analysis",
        "text": event.text,
    }
    for way in draft.policy.routes.get(Duty.DOCUMENT, ()):
        id_ = operation(current, Duty.DOCUMENT, str(current.posts), way)
        draft.effects.append(Effect(id_, current.id, way, Duty.DOCUMENT, draft.at, payload))
