"""Buttons: each is a sentence that somebody presses, or a form that the sentence asks for first.

docs.slack.dev, "Button element": `action_id` is unique within its block, and `value` comes back when it is pressed.
Ours are `checker.<what happens>.<number>` and the sentence; what stands in the form at first is below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, PlainTextObject

from probes.contract import one_line

PREFIX = "checker."  # what the action_id of each of our buttons begins with
SAY = "say"  # what happens: it is said at once
FORMS = frozenset({"close", "text"})  # or one of these forms is shown
STYLES = frozenset({"primary", "danger"})

LABEL_MAX = 75  # Slack's, of a button's text
VALUE_MAX = 2000  # Slack's
BUTTONS_MAX = 25  # Slack's, of an actions block
WEIGHT_MAX = 6000  # ours, of all labels and values: what a message may weigh is not documented

Action = Mapping[str, str]


def button_row(actions: Iterable[Action]) -> ActionsBlock | None:
    """The actions of a notice, as far as there is room; None if there are none."""
    made = list(_buttons(actions))
    return ActionsBlock(elements=made) if made else None


def weight(row: ActionsBlock | None) -> int:
    """Characters of all its labels and values."""
    return sum(_weight(button.to_dict()) for button in row.elements) if row else 0


def _buttons(actions: Iterable[Action]) -> Iterator[ButtonElement]:
    left, number = WEIGHT_MAX, 0
    for action in actions:
        button = _button(action, number)
        left -= _weight(button.to_dict())
        if left < 0 or number == BUTTONS_MAX:
            return
        if len(action["say"]) <= VALUE_MAX:  # one that is cut would say something else
            number += 1
            yield button


def _button(action: Action, number: int) -> ButtonElement:
    form, style = action.get("form", ""), action.get("style", "")
    label = one_line(action["label"], LABEL_MAX) or "–"
    return ButtonElement(
        text=PlainTextObject(text=label, emoji=False),
        action_id=f"{PREFIX}{form if form in FORMS else SAY}.{number}",
        value=_value(action),
        style=style if style in STYLES else None,
    )


def _value(action: Action) -> str:
    sentence = one_line(action["say"], VALUE_MAX)
    text = action.get("text", "") if action.get("form") == "text" else ""
    whole = f"{sentence}\n{text}" if text else sentence
    return whole if len(whole) <= VALUE_MAX else whole[: VALUE_MAX - 1] + "…"


def _weight(button: Mapping[str, object]) -> int:
    text = button["text"]
    label = text["text"] if isinstance(text, Mapping) else ""
    return len(str(label)) + len(str(button.get("value", "")))
