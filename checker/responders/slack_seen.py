"""A look into a room, some time after it was made: whether it is there, and what stands in it. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.responders.contract import Later, Unread
from checker.responders.contract_seen import RoomSeen
from checker.responders.slack_answers import inside
from checker.responders.slack_line import Place
from checker.responders.slack_refusals import MEND, Refused, Unanswered
from checker.responders.slack_workspace import Workspace

NO_MORE = frozenset(["channel_not_found", "thread_not_found"])
BEFORE_S = 1.0  # `oldest` leaves out the message of that very moment
MENDED_S = 300.0  # no sense in asking sooner: a person must mend a token or a scope first


async def seen(workspace: Workspace, place: Place, opened: str) -> RoomSeen | Unread | None:
    """The room at `place`, from the message with the ts `opened` on."""
    try:
        channel = await workspace.info(place.channel)
        messages, is_whole = await workspace.said(place, float(opened) - BEFORE_S)
    except Refused as no:
        if no.word in NO_MORE:
            return None
        return Unread(f"Slack refused {no.method}: {MEND.get(no.word, no.word)}", MENDED_S)
    except Unanswered as lost:
        later: Later = lost.later
        return Unread(later.why, later.after_s)
    said = {str(inside(one, "ts")): _mark(one) for one in messages}
    name = str(inside(channel, "name") or place.channel)
    return RoomSeen(f"#{name}", inside(channel, "is_archived") is True, said, is_whole)


def opening(receipts: Mapping[str, Mapping[str, Any]], channel: str) -> str:
    """The ts of the first thing that was said there; LookupError if nothing was."""
    said = [
        str(one["ts"]) for one in receipts.values() if one.get("channel") == channel and "ts" in one
    ]
    return min(said, key=float)


def _mark(message: Any) -> str:
    return str(inside(message, "metadata", "event_payload", "id") or "")
