"""The incident's channel: made once, however often we have to start again.

Its name is derived from the incident, and its purpose holds the incident's id. So a channel whose name is taken is
ours if its purpose says so; and so is one that the bot is in and that says nothing yet, because we were cut off
between making it and saying what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checker.responders.contract import Later
from checker.responders.slack_answers import inside
from checker.responders.slack_message import TOPIC_MAX, escaped
from checker.responders.slack_refusals import Refused, verdict_on_wish
from checker.responders.slack_workspace import Workspace

NAME_MAX = 80
SUFFIXES = range(2, 10)


@dataclass(frozen=True, slots=True)
class Room:
    """A channel of the incident. `new`: nobody, and so not we either, has said anything in it."""

    channel: str
    name: str
    new: bool


async def room_for(workspace: Workspace, name: str, purpose: str, incident: str) -> Room:
    """The incident's channel under that name, or under the next free one; raises Refused if there is none."""
    mine: Mapping[str, Mapping[str, Any]] | None = None
    for candidate in names(name):
        try:
            channel = await workspace.create(candidate)
        except Refused as no:
            if no.word != "name_taken":
                raise
            taken = no
        else:
            await _say_what_for(workspace, channel, purpose)
            return Room(channel, candidate, new=True)
        if mine is None:
            mine = {str(inside(c, "name")): c for c in await workspace.mine()}
        if candidate in mine and is_ours(mine[candidate], incident):
            channel = str(inside(mine[candidate], "id"))
            await _say_what_for(workspace, channel, purpose)
            return Room(channel, candidate, new=False)
    raise taken


async def _say_what_for(workspace: Workspace, channel: str, purpose: str) -> None:
    """Sets the purpose. Without it the room is known by its topic; what ails every call is raised."""
    try:
        await workspace.set_purpose(channel, escaped(purpose, TOPIC_MAX))
    except Refused as no:
        if isinstance(verdict_on_wish(no), Later):
            raise


def names(name: str) -> Iterator[str]:
    """The name, then name-2 to name-9."""
    yield name[:NAME_MAX]
    yield from (f"{name[: NAME_MAX - 2]}-{n}" for n in SUFFIXES)


def is_ours(channel: Mapping[str, Any], incident: str) -> bool:
    """Whether the channel says that it is this incident's, or says nothing yet."""
    said = [inside(channel, part, "value") or "" for part in ("purpose", "topic")]
    word = rf"(?<![\w-]){re.escape(incident)}(?![\w-])"
    return not any(said) or any(re.search(word, text) for text in said)
