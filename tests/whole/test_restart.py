"""The daemon is killed in the middle of it: people go on where they were, and nothing is done twice."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from tests.world.daemon import Process, checker, until
from tests.world.door import Fake
from tests.world.engineer import Engineer
from tests.world.faults import Answer, refuse, says, status
from tests.world.slack_socket import APP_TOKEN, SlackSocket
from tests.world.slack_workspace import BOT
from tests.world.world import World

pytestmark = pytest.mark.timeout(120)

WITHIN_S = 20.0


@pytest.fixture
async def slack() -> SlackSocket:
    return SlackSocket()


@pytest.fixture
async def world(slack: SlackSocket) -> AsyncIterator[World]:
    async with World(slack=slack) as world:
        slack.workspace.address = slack.address
        yield world


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    """People are heard in Slack, and customers can be told."""
    return config_with(world, tmp_path / "config")


def config_with(world: World, folder: Path, **more: Any) -> Path:
    written = world.config(folder, public=True) / "checker.yaml"
    responders = yaml.safe_load(written.read_text())["responders"]
    responders["slack"] |= {"app_token": APP_TOKEN, **more}
    return world.config(folder, public=True, responders=responders)


async def again(daemon: Process, slack: SlackSocket) -> None:
    """Killed, and started anew; people are heard again."""
    hellos = slack.hellos
    await daemon.kill()
    await daemon.start()
    await slack.linked(hellos + 1)


async def shown(config: Path, incident: str = "us-1") -> str:
    said = (await checker("incident", "show", incident, "--config", config))[1]
    return " ".join(said.split())


async def noted(config: Path, text: str, incident: str = "us-1") -> None:
    async def is_there() -> bool:
        return text in await shown(config, incident)

    await until(is_there, WITHIN_S, f"“{text}” in the timeline")


def dies_once_it_is_done(daemon: Process, place: Fake, name: str) -> None:
    """The daemon is killed when the first request of this name has had its effect, before it hears so."""

    async def toll(asked: str, _: web.Request, answer: Answer) -> web.StreamResponse:
        done = await answer()
        if asked == name:
            place.toll = None
            daemon.signal(signal.SIGKILL)
            await daemon.ended()
        return done

    place.toll = toll


async def test_a_draft_is_published_after_a_restart_and_put_back_after_another(
    world: World, slack: SlackSocket, daemon: Process, config: Path
):
    bob, banner = Engineer(slack, "U000BOB", "bob"), world.us.banner
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(slack.workspace.channels), 30, "the room")
    (room,) = slack.workspace.channels
    await until(lambda: any("customers" in m.text for m in room.messages), WITHIN_S, "the drafts")
    await again(daemon, slack)
    await bob.presses("Publish on banner", room)
    await until(lambda: "we see problems" in str(banner.shows()), WITHIN_S, "the banner")
    await noted(config, "customers see the banner")
    await again(daemon, slack)
    await bob.types("close us-1 anyway a bad deploy | rolled back")
    await until(lambda: banner.shows() is None, WITHIN_S, "the banner as it was")
    await noted(config, "the banner is as it was before: it is off")
    assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]
    assert [message.text for message in room.messages if "may customers" in message.text] == [
        "🔴 us-1: may customers be told?"
    ]


async def test_what_slack_brings_again_after_a_restart_acts_once(
    world: World, slack: SlackSocket, daemon: Process, config: Path
):
    ada, bob = Engineer(slack, "U000ADA", "ada"), Engineer(slack, "U000BOB", "bob")
    await slack.linked()
    await ada.types("declare us critical exports are empty")
    await until(lambda: bool(slack.workspace.channels), WITHIN_S, "the room")
    (room,) = slack.workspace.channels
    await bob.presses("Publish on banner", room)
    await until(lambda: world.us.banner.shows() is not None, WITHIN_S, "the banner")
    await ada.says("publish us-1 banner Half of them are back.", room)
    half = "Half of them are back."
    await until(lambda: world.us.banner.shows() == half, WITHIN_S, "the edit")
    await again(daemon, slack)
    for person in (ada, bob):
        await person.is_brought_again()
    await ada.says("note what was brought again is heard by now", room)
    await noted(config, "what was brought again is heard by now")
    assert world.us.banner.shows() == half
    assert (await shown(config)).count("tells customers by banner") == 2
    assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]


async def test_a_publish_that_was_under_way_is_done_once_after_a_restart(
    world: World, slack: SlackSocket, daemon: Process, config: Path
):
    bob = Engineer(slack, "U000BOB", "bob")
    await slack.linked()
    await world.hurt("uptimerobot", "create", refuse())
    await bob.types("declare us exports are empty")
    await until(lambda: bool(slack.workspace.channels), WITHIN_S, "the room")
    await bob.presses("Publish on status-page", slack.workspace.channels[0])
    await noted(config, "bob tells customers by status-page")
    await daemon.kill()
    await world.mend("uptimerobot")
    await daemon.start()
    await until(lambda: bool(world.uptimerobot.announcements), WITHIN_S, "the announcement")
    await noted(config, "the status page says")
    assert len(world.uptimerobot.announcements) == 1


async def test_a_suspicion_is_taken_up_again_after_a_death_before_the_decision(
    world: World, tmp_path: Path
):
    patient = {"passed": 20, "declare_after": "10s", "recover_after": "3s", "live_for": "5s"}
    config = world.config(tmp_path / "config", thresholds=patient)
    daemon = Process(config)
    await daemon.start()
    try:
        await world.hurt("us", "app", status(503))
        await until(lambda: is_suspected(config), 10, "the first failed look in the store")
        await daemon.kill()
        died_at = time.time()
        assert world.pagerduty.rings == []
        await daemon.start()
        await until(lambda: bool(world.pagerduty.rings), 30, "the page")
        told = json.loads((await daemon.get("/api/v1/incidents/us-1"))[1])["incident"]
        assert datetime.fromisoformat(told["since"]).timestamp() < died_at
        assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]
    finally:
        await daemon.kill()


def is_suspected(config: Path) -> bool:
    with closing(sqlite3.connect(config / "checker.db")) as store:
        rows = store.execute("SELECT body FROM held WHERE part = 'standing' AND name = 'us/app'")
        return any(json.loads(body)["failing"]["score"] > 0 for (body,) in rows)


async def test_a_page_that_was_sent_and_not_written_down_is_sent_again_and_rings_once(
    world: World, slack: SlackSocket, daemon: Process, config: Path
):
    dies_once_it_is_done(daemon, world.pagerduty, "enqueue")
    await world.hurt("us", "app", status(503))
    await until(lambda: not daemon.is_alive, 30, "its death")
    assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]
    await daemon.start()
    await until(lambda: len(world.pagerduty.events) > 1, WITHIN_S, "the same page again")

    async def is_written() -> bool:
        return await daemon.fates("page") == ["confirmed"]

    await until(is_written, WITHIN_S, "the page to be confirmed")
    assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]


async def test_a_publish_that_was_done_and_not_written_down_is_found_and_not_done_again(
    world: World, slack: SlackSocket, daemon: Process, config: Path
):
    await slack.linked()
    await Engineer(slack, "U000BOB", "bob").types("declare us exports are empty")
    await until(lambda: bool(slack.workspace.channels), WITHIN_S, "the room")
    dies_once_it_is_done(daemon, world.uptimerobot, "create")
    await checker("incident", "publish", "us-1", "status-page", "--config", config)
    await until(lambda: not daemon.is_alive, WITHIN_S, "its death")
    assert len(world.uptimerobot.announcements) == 1
    await daemon.start()
    await noted(config, "the status page says")
    assert len(world.uptimerobot.announcements) == 1


async def test_two_incidents_at_once_are_two_threads_that_stay_apart_over_a_restart(
    world: World, slack: SlackSocket, tmp_path: Path
):
    ada, bob = Engineer(slack, "U000ADA", "ada"), Engineer(slack, "U000BOB", "bob")
    fixed = slack.workspace.add_channel("incidents", BOT)
    await slack.hurt("conversations.create", says("restricted_action"))
    config = config_with(world, tmp_path / "config", fallback_channel=fixed.id)
    daemon = Process(config)
    await daemon.start()
    try:
        await world.hurt("us", "app", status(503))
        await world.hurt("eu", "app", status(503))
        await until(lambda: len(world.pagerduty.rings) == 2, 30, "both pages")
        await until(lambda: len(heads(fixed)) == 2, WITHIN_S, "both threads")
        await again(daemon, slack)
        await until(lambda: both_are_known(daemon), WITHIN_S, "both threads to be found again")
        threads = heads(fixed)
        await ada.says("lead", fixed, threads["us-1"])
        await bob.says("note the deploy of 16:00", fixed, threads["eu-1"])
        await noted(config, "ada leads us-1")
        await noted(config, "bob: the deploy of 16:00", "eu-1")
        assert "the deploy" not in await shown(config, "us-1")
        replies = [m for m in fixed.messages if m.thread == threads["eu-1"]]
        await until(
            lambda: any("bob: the deploy" in m.text for m in fixed.messages), WITHIN_S, "the note"
        )
        assert not any("us-1" in reply.text for reply in replies)
        assert set(heads(fixed)) == {"us-1", "eu-1"}
    finally:
        await daemon.kill()


async def both_are_known(daemon: Process) -> bool:
    """Until then, whoever speaks in a thread is asked which incident they mean."""
    return [await daemon.fates("room", i) for i in ("us-1", "eu-1")] == [["confirmed"]] * 2


def heads(fixed: Any) -> dict[str, str]:
    """The first message of each incident's thread, by the incident."""
    first = [message for message in fixed.messages if not message.thread]
    return {
        incident: message.ts
        for message in first
        for incident in ("us-1", "eu-1")
        if incident in message.text
    }
