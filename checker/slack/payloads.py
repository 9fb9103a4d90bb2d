"""What Slack delivers, read into what a person said. Pure, and lenient: what is not for us is None.

docs.slack.dev: "Implementing slash commands", "app_mention", "block_actions payload", "View interaction payloads".
The same thing said has the same id however often, and by whichever way, it is delivered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from checker.responders.slack_answers import inside, listed
from checker.responders.slack_buttons import FORMS, PREFIX, SAY
from checker.slack.forms import Form, sent
from checker.slack.sentence import NAME_MAX
from probes.contract import one_line

ID_MAX = 200  # characters of what Slack names something by
MENTION = re.compile(r"<@([UW]\w+)(?:\|[^<>]*)?>")

Payload = Mapping[str, Any]


class Way(StrEnum):
    """How somebody spoke to us. A command and a form are answered in the reply, the others by a message."""

    COMMAND = "slash_commands"
    MENTION = "events_api"
    BUTTON = "interactive"
    FORM = "view_submission"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that one person said."""

    id: str  # unique to it
    way: Way
    text: str  # verb first
    user: str  # Slack's id of the person
    channel: str  # Slack's id
    name: str = ""  # of the person, where Slack says it
    room: str = ""  # the channel's name, where Slack says it
    thread: str = ""  # ts of the message that it hangs from
    command: str = ""  # "/incident"
    trigger: str = ""  # opens a form, for three seconds
    form: Form | None = None  # that a button asks for, or that was sent
    once: str = ""  # what can be said only once, where that is more than this delivery: the form that was opened

    @property
    def inbox_id(self) -> str:
        """What it is known by in the inbox, so that it acts once."""
        return f"slack/{self.once or self.id}"


def spoken(way: str, payload: Any, envelope: str = "") -> Spoken | None:
    """What was said, if it is something for us. `way` is an envelope's type."""
    match way:
        case Way.COMMAND:
            return _command(payload, envelope)
        case Way.MENTION:
            return _mention(payload)
        case Way.BUTTON if inside(payload, "type") == Way.FORM:
            return _form(payload, envelope)
        case Way.BUTTON:
            return _button(payload, envelope)
        case _:
            return None


def _command(payload: Any, envelope: str) -> Spoken | None:
    user, command = _id(payload, "user_id"), _id(payload, "command")
    id_ = _id(payload, "trigger_id") or envelope[:ID_MAX]
    if not (user and command and id_):
        return None
    return Spoken(
        id=id_,
        way=Way.COMMAND,
        text=_text(payload, "text"),
        user=user,
        channel=_id(payload, "channel_id"),
        name=_name(payload, "user_name"),
        room=_id(payload, "channel_name"),
        command=command,
        trigger=_id(payload, "trigger_id"),
    )


def _mention(payload: Any) -> Spoken | None:
    event = inside(payload, "event")
    user, channel, ts = (_id(event, name) for name in ("user", "channel", "ts"))
    by_a_program = inside(event, "bot_id") or inside(event, "subtype")
    if inside(event, "type") != "app_mention" or by_a_program or not (user and channel and ts):
        return None
    return Spoken(
        id=f"{channel}/{ts}",
        way=Way.MENTION,
        text=_after_the_mention(_text(event, "text"), payload),
        user=user,
        channel=channel,
        thread=_id(event, "thread_ts"),
    )


def _after_the_mention(text: str, payload: Any) -> str:
    """What follows the first mention of us; of whoever is mentioned first, where Slack does not say who we are."""
    us = {_id(one, "user_id") for one in listed(payload, "authorizations")} - {""}
    for mention in MENTION.finditer(text):
        if not us or mention[1] in us:
            return text[mention.end() :].lstrip(" :,")
    return text


def _button(payload: Any, envelope: str) -> Spoken | None:
    """A button is a sentence that somebody presses, or one that asks for a form first."""
    action = next(iter(listed(payload, "actions")), None)
    name, user = _id(action, "action_id"), _id(payload, "user", "id")
    does = name.removeprefix(PREFIX).partition(".")[0]
    id_ = _id(payload, "trigger_id") or envelope[:ID_MAX]
    if not name.startswith(PREFIX) or does not in {SAY, *FORMS} or not (user and id_):
        return None
    sentence, _, text = _text(action, "value").partition("\n")
    return Spoken(
        id=id_,
        way=Way.BUTTON,
        text=sentence,
        user=user,
        channel=_id(payload, "channel", "id"),
        name=_name(payload, "user", "username"),
        room=_id(payload, "channel", "name"),
        thread=_id(payload, "message", "thread_ts"),
        trigger=_id(payload, "trigger_id"),
        form=Form(does, sentence, {"text": text}) if does in FORMS else None,
    )


def _form(payload: Any, envelope: str) -> Spoken | None:
    """A form that was filled in is the sentence that asked for it, with what it asked for."""
    read, user = sent(inside(payload, "view")), _id(payload, "user", "id")
    id_ = _id(payload, "trigger_id") or envelope[:ID_MAX]
    if read is None or not (user and id_):
        return None
    form, origin = read
    return Spoken(
        id=id_,
        way=Way.FORM,
        text=form.say,
        user=user,
        channel=one_line(origin.channel, ID_MAX),
        name=_name(payload, "user", "username"),
        thread=one_line(origin.thread, ID_MAX),
        form=form,
        once=_id(payload, "view", "id"),
    )


def _text(payload: Any, *path: str) -> str:
    found = inside(payload, *path)
    return found if isinstance(found, str) else ""


def _id(payload: Any, *path: str) -> str:
    return one_line(_text(payload, *path), ID_MAX)


def _name(payload: Any, *path: str) -> str:
    return one_line(_text(payload, *path), NAME_MAX)
