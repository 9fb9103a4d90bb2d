"""What is said again until somebody has heard it: that nobody leads, and that the sync is due.

A minor incident "can be addressed within normal working hours": of one, people are reminded then and not at night.
"""

from __future__ import annotations

from checker.core import incident as life
from checker.core.draft import Draft
from checker.core.incident import Move
from checker.core.model import Incident
from checker.core.people import may_disturb

LEAD_EVERY_S = 600.0  # "nobody leads" is said this often,
LEAD_TIMES = 6  # and so many times at most
SYNC_AFTER_S = 24 * 3600.0  # "24-48 hours after an incident, we should have a quick sync meeting"


def remind(draft: Draft) -> None:
    """Say what is due to be said now."""
    for current in list(draft.state.incidents.values()):
        if not may_disturb(draft.policy, current, draft.at):
            continue
        if life.is_open(current) and not current.lead:
            _remind_of_lead(draft, current)
        elif life.is_closed(current) and not current.synced:
            _remind_of_sync(draft, current)


def _remind_of_lead(draft: Draft, current: Incident) -> None:
    if current.reminded < LEAD_TIMES and draft.at >= lead_due_at(current):
        said = f"{current.id}: nobody leads yet"
        draft.move(life.reminded(current, draft.at), Move.REMIND, said)


def lead_due_at(current: Incident) -> float:
    """When it is to be said next that nobody leads it, seconds since the epoch."""
    return max(current.declared_at, current.reminded_at) + LEAD_EVERY_S


def _remind_of_sync(draft: Draft, current: Incident) -> None:
    if current.closed_at is not None and draft.at - current.closed_at >= SYNC_AFTER_S:
        names = (current.declared_by, current.lead, *current.there, current.closed_by)
        who = ", ".join(dict.fromkeys(filter(None, names)))
        said = f"{current.id}: time for the sync, within the next day; there were {who}"
        draft.move(life.reminded(current, draft.at), Move.REMIND, said)
