"""Forms: what a sentence asks for before it can be said, as a modal of Slack's. Pure.

docs.slack.dev, "Modals", "View interaction payloads". A form knows by its `private_metadata` what it was opened for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from checker.responders.slack_answers import inside
from probes.contract import one_line

CALLBACK = "checker."  # what the callback_id of each of our forms begins with; its kind follows
FIELDS = {"close": ("cause", "fix"), "text": ("text",)}  # kind → what it asks for, in order
LABELS = {"cause": "What was the root cause?", "fix": "What was done about it?", "text": "Text"}
ASKED = {"publish": "What customers read", "cancel": "Why was it no incident?"}  # by the verb

TITLE_MAX = 24  # Slack's, of a title and of a button
FIELD_MAX = 2500  # characters, ours; Slack takes 3000
SAY_MAX = 1000  # of the sentence; private_metadata takes 3000 in all
WARNING_MAX = 1000
ERROR_MAX = 250  # ours; Slack does not say how much it shows
EMPTY = "Something must stand here."


@dataclass(frozen=True, slots=True)
class Form:
    """`say` is the sentence that asks for more, `filled` what stands in the fields."""

    kind: str  # a key of FIELDS
    say: str
    filled: Mapping[str, str] = field(default_factory=dict)

    def block(self, name: str) -> str:
        """The block_id of a field. Another sentence has others: Slack leaves out of what is sent the fields of a form
        that replaced one with the same, if nobody touched them (slackapi/bolt-js#1073).
        """
        return f"{name}.{len(self.say.split())}"

    @property
    def empty(self) -> str:
        """The first field in which nothing stands; empty if there is none."""
        return next((name for name, text in self.filled.items() if not text.strip()), "")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the form was asked for: what comes of it is said there."""

    channel: str = ""
    thread: str = ""


def view(form: Form, origin: Origin, warning: str = "", submit: str = "") -> dict[str, Any]:
    """The form as views.open takes it. `warning` stands above it."""
    verb = form.say.partition(" ")[0]
    blocks: list[Block] = [_field(form, name, verb) for name in FIELDS[form.kind]]
    above = one_line(warning, WARNING_MAX)
    if above:
        blocks.insert(0, SectionBlock(text=PlainTextObject(text=above, emoji=False)))
    about = {"say": one_line(form.say, SAY_MAX), "channel": origin.channel, "thread": origin.thread}
    made: dict[str, Any] = View(
        type="modal",
        callback_id=f"{CALLBACK}{form.kind}",
        title=_short(form.say),
        submit=_short(submit or verb.capitalize()),
        close=_short("Not now"),
        blocks=blocks,
        private_metadata=json.dumps(about, ensure_ascii=False),
    ).to_dict()
    return made


def sent(submitted: Any) -> tuple[Form, Origin] | None:
    """What was written into a form of ours; None if it is none."""
    callback, about = inside(submitted, "callback_id"), _about(submitted)
    kind = callback.removeprefix(CALLBACK) if isinstance(callback, str) else ""
    say = about.get("say")
    if callback != f"{CALLBACK}{kind}" or kind not in FIELDS or not isinstance(say, str):
        return None
    filled = {name: _written(submitted, name) for name in FIELDS[kind]}
    origin = Origin(*(str(about.get(name) or "")[:SAY_MAX] for name in ("channel", "thread")))
    return Form(kind, say, filled), origin


def errors(form: Form, why: str) -> dict[str, Any]:
    """The answer that leaves the form open and says what is wrong, at the first empty field or else the last."""
    place = form.block(form.empty or FIELDS[form.kind][-1])
    return {"response_action": "errors", "errors": {place: one_line(why, ERROR_MAX)}}


def instead(shown: Mapping[str, Any]) -> dict[str, Any]:
    """The answer that shows another form in its place."""
    return {"response_action": "update", "view": dict(shown)}


def _field(form: Form, name: str, verb: str) -> InputBlock:
    label = ASKED.get(verb, LABELS[name]) if name == "text" else LABELS[name]
    written = form.filled.get(name, "")[:FIELD_MAX]
    return InputBlock(
        block_id=form.block(name),
        label=PlainTextObject(text=label, emoji=False),
        element=PlainTextInputElement(
            action_id=name, multiline=True, max_length=FIELD_MAX, initial_value=written or None
        ),
    )


def _short(text: str) -> PlainTextObject:
    return PlainTextObject(text=one_line(text, TITLE_MAX) or "–", emoji=False)


def _about(submitted: Any) -> Mapping[str, Any]:
    try:
        about = json.loads(inside(submitted, "private_metadata") or "")
    except (ValueError, TypeError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def _written(submitted: Any, name: str) -> str:
    blocks = inside(submitted, "state", "values")
    values = blocks.values() if isinstance(blocks, dict) else ()
    found = next((inside(block, name, "value") for block in values if inside(block, name)), "")
    return found[:FIELD_MAX] if isinstance(found, str) else ""
