"""Whose room a channel is: by the channel's name where it says so, else by the receipts of the rooms we opened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from checker.core.incident import is_live
from checker.core.model import Incident
from checker.store.store import Store

RECENT_MAX = 10  # incidents whose receipts are read, live ones first


async def incident_of(
    store: Store, channel: str, name: str, incidents: Sequence[Incident], thread: str = ""
) -> str:
    """The id of the incident whose room this is; empty if it is no room of ours.

    `thread`: ts of the message that this hangs from. In a channel that many incidents share, each is a thread.
    """
    named = [incident.id for incident in incidents if is_named_after(name, incident)]
    if len(named) == 1:
        return named[0]
    live_first = sorted(incidents, key=lambda incident: not is_live(incident))
    for incident in live_first[:RECENT_MAX] if channel else ():
        for tracked in await store.effects(incident.id):
            receipt = tracked.receipt or {}
            # Where channels cannot be opened many incidents share one, which has no name here.
            is_theirs = receipt.get("name") or (thread and receipt.get("thread") == thread)
            if receipt.get("channel") == channel and is_theirs:
                return incident.id
    return ""


def is_named_after(name: str, incident: Incident) -> bool:
    """Whether a room of this incident can have that name: inc-20261123-us-app-42, or with -2 to -9 behind it."""
    day = datetime.fromtimestamp(incident.declared_at, UTC).strftime("%Y%m%d")
    number = incident.id.rpartition("-")[2]
    pattern = rf"inc-{day}-{re.escape(incident.target.lower())}-[a-z0-9_-]+-{number}(-[2-9])?"
    return re.fullmatch(pattern, name) is not None
