"""What was found undone is done again: the ledger says that it was done or refused, and the world that it is not there.

Somebody looked, and says so; nothing is judged here. A summary is always said as things stand now.
"""

from __future__ import annotations

from checker.core import incident as life
from checker.core.draft import Draft
from checker.core.events import Redone
from checker.core.model import RINGS, Effect, Entry, Incident

TOO_LATE = "not rung again: it is over by now, or a newer page was sent"


def redone(draft: Draft, event: Redone) -> None:
    """Calls for the effects once more, also of an incident of long ago: a page of it may ring still."""
    current = draft.state.incidents.get(event.incident)
    wanted = [effect for effect in event.effects if _is_wanted(current, effect)]
    draft.effects += wanted
    late = f" ({TOO_LATE})" if len(wanted) < len(event.effects) else ""
    said = f"{event.by}: {event.why}{late}"
    draft.entries.append(Entry(event.incident, event.at, "made good", said))
    if current is not None and life.is_live(current):
        draft.refresh(current)


def _is_wanted(current: Incident | None, effect: Effect) -> bool:
    """Whoever looked did so a while ago: a page that came after the end of what it is about, nobody would end."""
    if effect.duty not in RINGS:
        return True
    if current is None or not life.is_open(current):
        return False
    return str(effect.payload["key"]).rpartition("/")[2] == str(current.page)
