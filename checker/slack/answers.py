"""What goes back to whoever spoke: at once, with the delivery's acknowledgement, or as a message that only they see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checker.responders.slack_message import escaped_lines
from checker.slack.forms import errors
from checker.slack.payloads import Spoken, Way
from checker.slack.people import WHISPER_MAX


@dataclass(frozen=True, slots=True)
class Reply:
    """For the one who spoke. Not `taken`: it may not be in the inbox yet, so let Slack bring it again."""

    text: str  # empty: nothing needs to be said
    taken: bool = True
    form: Mapping[str, Any] | None = None  # what becomes of the form that was sent; None: it closes


def at_once(said: Spoken, reply: Reply) -> Mapping[str, Any] | None:
    """The body of the acknowledgement, perhaps an empty one; None: none, for it is not taken yet."""
    if said.way is Way.COMMAND:
        return ephemeral(reply.text)
    if said.way is Way.FORM and said.form is not None and not reply.taken:
        return errors(said.form, reply.text)  # nobody brings a form again but the one who sent it
    if not reply.taken:
        return None
    return reply.form or {}


def later(said: Spoken, reply: Reply) -> str:
    """What is said in a message; empty if all was said at once."""
    settled = reply.taken and reply.form is None
    return reply.text if settled and said.way is not Way.COMMAND else ""


def refused(said: Spoken, text: str, taken: bool = True) -> Reply:
    """It cannot be done: a form stays open and says why."""
    kept = said.form if said.way is Way.FORM else None
    return Reply(text, taken, errors(kept, text) if kept else None)


def ephemeral(text: str) -> dict[str, str]:
    """The answer to a slash command, for the one who gave it."""
    return {"response_type": "ephemeral", "text": escaped_lines(text, WHISPER_MAX)}
