"""Mending: what was found undone is called for again, through the inbox of whichever daemon runs on the store."""

from __future__ import annotations

from checker.core.events import Redone
from checker.reconcile.difference import Difference


def mends(difference: Difference, by: str, at: float) -> tuple[str, Redone]:
    """The event, and the id under which it is heard once, however often it is said."""
    event = Redone(at, difference.incident, by, difference.says, difference.effects)
    what = difference.effects[0].id if difference.effects else f"{difference.says} {at // 60:.0f}"
    return f"reconcile/{difference.incident}/{what}", event
