"""What Slack would deliver when somebody says something."""

from __future__ import annotations

from typing import Any

from tests.world.slack_workspace import BOT

ADA = "U000ADA"


def command(text: str, trigger: str = "t1", **more: Any) -> dict[str, Any]:
    """The form of a slash command."""
    return {
        "command": "/inc",
        "text": text,
        "user_id": ADA,
        "user_name": "ada",
        "channel_id": "C0099",
        "channel_name": "general",
        "trigger_id": trigger,
        "response_url": "https://hooks.slack.test/commands/1",
    } | more


def mention(text: str, /, ts: str = "1700000001.000100", **more: Any) -> dict[str, Any]:
    """The event of a message that mentions us before `text`."""
    event = {
        "type": "app_mention",
        "user": ADA,
        "text": f"<@{BOT}> {text}",
        "channel": "C0099",
        "ts": ts,
    }
    return {
        "type": "event_callback",
        "event_id": "Ev1",
        "event": event | more,
        "authorizations": [{"user_id": BOT}],
    }


def press(
    value: str, trigger: str = "t1", action: str = "checker.say.0", **more: Any
) -> dict[str, Any]:
    """The payload of a pressed button."""
    return {
        "type": "block_actions",
        "trigger_id": trigger,
        "user": {"id": ADA, "username": "ada"},
        "channel": {"id": "C0099", "name": "general"},
        "message": {"ts": "1700000000.000100"},
        "actions": [{"type": "button", "action_id": action, "value": value}],
    } | more


def fill(view: dict[str, Any], trigger: str = "t9", /, **filled: str) -> dict[str, Any]:
    """The payload of a form that was filled in and sent."""
    fields = {
        block["element"]["action_id"]: block["block_id"]
        for block in view["blocks"]
        if block["type"] == "input"
    }
    values = {
        fields[name]: {name: {"type": "plain_text_input", "value": text or None}}
        for name, text in filled.items()
    }
    return {
        "type": "view_submission",
        "trigger_id": trigger,
        "user": {"id": ADA, "username": "ada"},
        "view": view | {"state": {"values": values}},
    }
