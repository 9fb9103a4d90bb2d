"""Who is listened to follows the config."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from checker.slack.listening import Listening
from tests.slack.house import House, settings_for
from tests.slack.said import command
from tests.world.slack_socket import APP_TOKEN, SlackSocket

SECRET = "a signing secret"


@pytest.fixture
async def listening(home: House) -> AsyncIterator[Listening]:
    listening = Listening(home.ports)
    yield listening
    await listening.close()


async def test_with_an_app_token_slack_is_connected_to(listening: Listening, slack: SlackSocket):
    await listening.use({"slack": settings_for(slack, app_token=APP_TOKEN)})
    await slack.linked()
    ack = await slack.deliver("slash_commands", command("declare us exports are empty"))
    assert ack["payload"]["text"] == "us-1 is declared."
    assert listening.connected() == {"slack": True}


async def test_with_a_signing_secret_it_may_deliver(listening: Listening, slack: SlackSocket):
    await listening.use({"slack": settings_for(slack, signing_secret=SECRET)})
    (ear,) = listening.ears()
    assert ear.signing_secret.get_secret_value() == SECRET
    assert listening.connected() == {}


async def test_with_neither_it_is_only_written_to(listening: Listening, slack: SlackSocket):
    await listening.use({"slack": settings_for(slack)})
    assert (listening.ears(), listening.connected()) == ([], {})


async def test_what_did_not_change_stays_connected(listening: Listening, slack: SlackSocket):
    await listening.use({"slack": settings_for(slack, app_token=APP_TOKEN)})
    await slack.linked()
    await listening.use({"slack": settings_for(slack, app_token=APP_TOKEN)})
    await slack.deliver("slash_commands", command("show"))
    assert slack.hellos == 1


async def test_what_changed_is_connected_anew(listening: Listening, slack: SlackSocket):
    await listening.use({"slack": settings_for(slack, app_token=APP_TOKEN)})
    await slack.linked()
    settings = settings_for(slack, app_token=APP_TOKEN, commands=["/outage"])
    await listening.use({"slack": settings})
    await slack.linked(hellos=2)
    ack = await slack.deliver("slash_commands", command("show"))
    assert ack["payload"]["text"] == "/inc is not among my commands: /outage."


async def test_who_is_no_longer_configured_is_left(listening: Listening, slack: SlackSocket):
    await listening.use({"slack": settings_for(slack, app_token=APP_TOKEN)})
    await slack.linked()
    await listening.use({})
    assert (listening.connected(), listening.ears()) == ({}, [])
