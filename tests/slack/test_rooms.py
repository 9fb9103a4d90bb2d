"""A channel is an incident's room by its name, or because we opened it."""

from __future__ import annotations

import pytest

from checker.core.model import Duty, Incident, Phase, Severity
from checker.slack.rooms import incident_of, is_named_after
from tests.slack.house import House
from tests.slack.said import command, mention

NOON = 1_795_435_200.0  # 2026-11-23 12:00 UTC


def incident(id_: str = "us-42") -> Incident:
    return Incident(
        id_, id_.rpartition("-")[0], Phase.OPEN, Severity.MAJOR, NOON, NOON, "a sentence"
    )


async def room_opened(home: House, channel: str, name: str, **more: str) -> None:
    """us-1, and the receipt of its room."""
    await home.hear("slash_commands", command("declare us exports are empty", "t0"))
    (effect,) = [t.effect for t in await home.store.effects("us-1") if t.effect.duty is Duty.ROOM]
    await home.store.confirmed(effect.id, NOON, {"channel": channel, "name": name, **more})


@pytest.mark.parametrize("name", ["inc-20261123-us-app-42", "inc-20261123-us-app-42-3"])
def test_a_room_is_named_after_its_incident(name: str):
    assert is_named_after(name, incident())


@pytest.mark.parametrize(
    "name",
    [
        "inc-20261124-us-app-42",
        "inc-20261123-eu-app-42",
        "inc-20261123-us-app-4",
        "inc-20261123-us-app-142",
        "inc-20261123-us-42",
        "inc-20261123-us-app-42-10",
        "general",
        "",
    ],
)
def test_another_name_is_no_room_of_it(name: str):
    assert not is_named_after(name, incident())


async def test_in_a_room_that_we_opened_the_id_may_be_left_out(home: House):
    await room_opened(home, "C0099", "inc-20261123-us-declared-1")
    reply = await home.hear("events_api", mention("close a disk | a bigger one"))
    assert reply.text == "us-1 is closed, major, led by ada."


async def test_a_room_whose_name_two_could_have_is_told_by_its_receipt(home: House):
    await room_opened(home, "C0099", "inc-20261123-us-app-42-1")
    both = [incident("us-42"), incident("us-2"), await home.incident()]
    assert await incident_of(home.store, "C0099", "inc-20261123-us-app-42-2", both) == "us-1"


async def test_a_channel_that_incidents_share_is_nobodys_room(home: House):
    await room_opened(home, "C0099", "")
    reply = await home.hear("events_api", mention("lead"))
    assert reply.text.startswith("Which incident?")


async def test_in_a_channel_that_incidents_share_a_thread_is_a_room(home: House):
    await room_opened(home, "C0099", "", thread="1700000000.1")
    reply = await home.hear("events_api", mention("lead", thread_ts="1700000000.1"))
    assert reply.text == "us-1 is open, major, led by ada."
    other = await home.hear("events_api", mention("lead", ts="3.1", thread_ts="1700000000.2"))
    assert other.text.startswith("Which incident?")


async def test_another_channel_is_nobodys_room(home: House):
    await room_opened(home, "C0001", "inc-20261123-us-declared-1")
    reply = await home.hear("events_api", mention("lead"))
    assert reply.text.startswith("Which incident?")
