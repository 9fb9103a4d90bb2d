"""What was found undone is done again: the ledger says that it was done or refused, and the world that it is not there.

Somebody looked, and says so; nothing is judged here. A summary is always said as things stand now.
"""

from __future__ import annotations

from checker.core import incident as life
from checker.core.draft import Draft
from checker.core.events import Redone
from checker.core.model import Entry


def redone(draft: Draft, event: Redone) -> None:
    """Calls for the effects once more, also of an incident of long ago: a page of it may ring still."""
    draft.effects += event.effects
    draft.entries.append(Entry(event.incident, event.at, "made good", f"{event.by}: {event.why}"))
    current = draft.state.incidents.get(event.incident)
    if current is not None and life.is_live(current):
        draft.refresh(current)
