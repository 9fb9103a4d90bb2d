"""A slack responder, and a room that it has opened."""

from __future__ import annotations

from typing import Any

from checker.responders.contract import Done
from checker.responders.slack import Responder, Settings
from tests.responders.effects import first, room
from tests.world.slack import Slack
from tests.world.slack_workspace import Channel

NAME = "inc-20261123-us-app-42"


def made_for(slack: Slack, **settings: Any) -> Responder:
    """For whoever closes it."""
    given = {"token": slack.token, "base_url": slack.api, "timeout_s": 2.0}
    return Responder(Settings(**given | settings))


async def opened(slack: Slack) -> tuple[Channel, dict[str, Any]]:
    """A room that is there, and its receipt."""
    responder = made_for(slack)
    answer = await responder.carry_out(first(room()))
    await responder.close()
    assert isinstance(answer, Done)
    return slack.workspace.channel(NAME), dict(answer.receipt)
