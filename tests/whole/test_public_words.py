"""Customers are told by a person's word, read what was said, and find everything as before when it is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.world.daemon import Process, until
from tests.world.faults import refuse, status
from tests.world.world import World

pytestmark = pytest.mark.timeout(90)

BEARER = {"Authorization": "Bearer token-of-the-world"}
OUTLETS = ("banner", "status-page", "announcements")
NOTED_WITHIN_S = 15.0


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    return world.config(tmp_path / "config", public=True)


async def say(daemon: Process, path: str, **body: Any) -> None:
    """A word of ada's over HTTP."""
    url = f"{daemon.address}/api/v1/incidents{path}"
    async with (
        aiohttp.ClientSession(headers=BEARER) as session,
        session.post(url, json={"by": "ada", **body}) as answer,
    ):
        assert answer.status in (200, 201), await answer.text()


async def declare(daemon: Process) -> None:
    await say(daemon, "", target="us", what="exports are empty")


async def publish(daemon: Process, text: str, *outlets: str) -> None:
    for outlet in outlets:
        await say(daemon, "/us-1/publish", outlet=outlet, text=text)


async def close(daemon: Process) -> None:
    await say(daemon, "/us-1/close", cause="a full disk", fix="a bigger one")


async def noted(daemon: Process, what: str) -> None:
    """Waits until the timeline says so."""

    async def is_there() -> bool:
        return what in (await daemon.get("/api/v1/incidents/us-1"))[1]

    await until(is_there, NOTED_WITHIN_S, f"“{what}” in the timeline")


def read(world: World) -> list[Any]:
    """What customers read: the banner, the status page's newest, #announcements' newest."""
    pages, messages = world.uptimerobot.announcements, world.announcements.messages
    return [
        world.us.banner.shows(),
        pages[-1]["content"].partition("\n")[0] if pages else None,
        messages[-1].text.partition("\n")[2] if messages else None,
    ]


async def test_a_person_publishes_edits_and_all_is_as_before_at_the_end(
    world: World, daemon: Process
):
    await declare(daemon)
    await publish(daemon, "Exports are empty.", *OUTLETS)
    await until(lambda: read(world) == ["Exports are empty."] * 3, 15, "the words")
    await publish(daemon, "Half of them are back.", *OUTLETS)
    await until(lambda: read(world) == ["Half of them are back."] * 3, 15, "the edit")
    await close(daemon)
    await until(lambda: world.us.banner.shows() is None, 15, "the banner to go")
    await until(lambda: world.announcements.messages[0].text.startswith("✅"), 15, "the end")
    await until(lambda: world.uptimerobot.announcements[0]["type"] == "Info", 15, "the end")
    assert len(world.uptimerobot.announcements) == 1
    assert len(world.announcements.messages) == 1
    await noted(daemon, "the banner is as it was before: it is off")


async def test_nothing_is_said_without_a_person(world: World, daemon: Process):
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.slack.workspace.channels), 30, "the room")
    (room,) = world.slack.workspace.channels
    await until(lambda: any("customers" in m.text for m in room.messages), 15, "the drafts")
    assert read(world) == [None, None, None]


async def test_an_outlet_that_is_dead_delays_no_page_and_no_other_outlet(
    world: World, daemon: Process
):
    await world.hurt("uptimerobot", "create", refuse())
    await declare(daemon)
    await publish(daemon, "Exports are empty.", *OUTLETS)
    await until(lambda: bool(world.pagerduty.rings), 10, "the page")
    words = ["Exports are empty.", None, "Exports are empty."]
    await until(lambda: read(world) == words, 10, "the others' words")
    await world.mend("uptimerobot")
    await until(lambda: read(world) == ["Exports are empty."] * 3, 20, "the words")


async def test_what_somebody_else_puts_in_the_banner_stays(world: World, daemon: Process):
    await declare(daemon)
    await publish(daemon, "Exports are empty.", "banner")
    await until(lambda: world.us.banner.shows() == "Exports are empty.", 15, "the banner")
    world.us.banner.set(payloads={"true": '"Maintenance on Sunday."'})
    await close(daemon)
    await noted(daemon, "left alone: somebody has changed it")
    assert world.us.banner.shows() == "Maintenance on Sunday."
