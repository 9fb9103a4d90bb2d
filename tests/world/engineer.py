"""A person in Slack: reads what is there, presses buttons, fills in forms, mentions us, types commands."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.world.daemon import until
from tests.world.slack_folk import BOT
from tests.world.slack_socket import SlackSocket
from tests.world.slack_workspace import Channel

WITHIN_S = 15.0  # for a button to be there, or a form to open
_triggers = count(1)


class Engineer:
    """Known to Slack by `id`, and by the e-mail that PagerDuty knows too."""

    def __init__(self, slack: SlackSocket, id_: str, name: str, full_name: str = "") -> None:
        self.slack, self.id, self.name = slack, id_, name
        self._last: tuple[str, dict[str, Any]] = ("", {})
        slack.workspace.people[id_] = name
        slack.workspace.full_names[id_] = full_name
        slack.workspace.emails[f"{name}@example.com"] = id_

    async def presses(self, label: str, channel: Channel) -> None:
        """The newest button of that label."""
        await until(lambda: _button(channel, label) is not None, WITHIN_S, f"the button {label!r}")
        button = _button(channel, label)
        assert button is not None
        action = {k: button[k] for k in ("type", "action_id", "value")}
        await self._deliver("block_actions", channel, actions=[action])

    async def fills_in(self, channel: Channel, **filled: str) -> None:
        """The newest form, and sends it."""
        view = self.slack.workspace.views[-1]
        fields = {
            block["element"]["action_id"]: block["block_id"]
            for block in view["blocks"]
            if block["type"] == "input"
        }
        values = {
            fields[name]: {name: {"type": "plain_text_input", "value": text}}
            for name, text in filled.items()
        }
        await self._deliver("view_submission", channel, view=view | {"state": {"values": values}})

    async def says(self, text: str, channel: Channel, thread: str = "") -> None:
        """A message that mentions us; `thread`: the ts of the one that it answers."""
        event = {
            "type": "app_mention",
            "user": self.id,
            "text": f"<@{BOT}> {text}",
            "channel": channel.id,
            "ts": f"1700000000.{next(_triggers):06}",
            **({"thread_ts": thread} if thread else {}),
        }
        payload = {"type": "event_callback", "event": event, "authorizations": [{"user_id": BOT}]}
        await self._bring("events_api", payload)

    async def types(self, text: str) -> None:
        """`/inc` somewhere outside the room."""
        payload = {
            "command": "/inc",
            "text": text,
            "trigger_id": f"trigger-{next(_triggers)}",
            "user_id": self.id,
            "user_name": self.name,
            "channel_id": "C9999",
            "channel_name": "general",
        }
        await self._bring("slash_commands", payload)

    async def _deliver(self, kind: str, channel: Channel, **more: Any) -> None:
        payload = {
            "type": kind,
            "trigger_id": f"trigger-{next(_triggers)}",
            "user": {"id": self.id, "username": self.name},
            "channel": {"id": channel.id, "name": channel.name},
            "message": {"ts": channel.messages[-1].ts},
        }
        await self._bring("interactive", payload | more)

    async def is_brought_again(self) -> None:
        """Slack delivers their last word once more, in an envelope of its own."""
        await self._bring(*self._last)

    async def _bring(self, way: str, payload: dict[str, Any]) -> None:
        self._last = way, payload
        await self.slack.deliver(way, payload)


def _button(channel: Channel, label: str) -> dict[str, Any] | None:
    """The newest button of that label, if there is one."""
    for message in reversed(channel.messages):
        for block in message.blocks:
            for element in block.get("elements", ()):
                if element.get("type") == "button" and element["text"]["text"] == label:
                    found: dict[str, Any] = element
                    return found
    return None
