"""The ledger beside a PagerDuty and a Slack in which things went wrong: said, and mended when somebody says so."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from tests.world.daemon import Process, checker, until
from tests.world.faults import lose, status
from tests.world.pagerduty_rest import TOKEN
from tests.world.world import World

pytestmark = pytest.mark.timeout(90)

KEY = "world/us-1/1"
LONG_AGO_S = 300.0  # longer than a page or an end is given to be shown
SETTLES_AT_ONCE = """
from checker import cli
from checker.reconcile import at_start

at_start.SETTLE_S = 1.0  # of the minute that what was left undone has first
cli.main()
"""


def responders(world: World) -> dict[str, Any]:
    """PagerDuty can be asked too."""
    pager = {
        "routing_key": world.pagerduty.routing_key,
        "base_url": world.pagerduty.address,
        "rest_url": world.pagerduty.address,
        "rest_token": TOKEN,
        "service": "P43Y0E8",
        "read_every": "1s",
    }
    return {"pagerduty": pager, "slack": {"token": world.slack.token, "base_url": world.slack.api}}


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    return world.config(tmp_path / "config", responders=responders(world))


async def reconcile(config: Path, *words: str) -> tuple[int, str]:
    code, text = await checker("incident", "reconcile", *words, "--config", config)
    return code, " ".join(text.split())


async def goes_down(world: World, daemon: Process) -> None:
    """Until the page and the room are there, and written down: a room that is not is made again."""
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.slack.workspace.channels), 30, "the room")

    async def are_written() -> bool:
        return [await daemon.fates(duty) for duty in ("page", "room")] == [["confirmed"]] * 2

    await until(are_written, 20, "the page and the room to be confirmed")


@asynccontextmanager
async def another(config: Path, *entry: str) -> AsyncIterator[Process]:
    """A daemon that begins now."""
    process = Process(config, entry) if entry else Process(config)
    await process.start()
    try:
        yield process
    finally:
        await process.kill()


def was_long_ago(config: Path) -> None:
    """What has been done, and what is over, in the store of a daemon that does not run."""
    with closing(sqlite3.connect(config / "checker.db")) as store, store:
        store.execute("UPDATE effects SET settled_at = settled_at - ?", (LONG_AGO_S,))
        for id_, body in store.execute("SELECT id, body FROM incidents").fetchall():
            told = json.loads(body)
            if told["closed_at"] is not None:
                told["closed_at"] -= LONG_AGO_S
            store.execute("UPDATE incidents SET body = ? WHERE id = ?", (json.dumps(told), id_))


async def test_where_all_was_done_there_is_no_difference(
    world: World, daemon: Process, config: Path
):
    await goes_down(world, daemon)
    code, text = await reconcile(config)
    assert (code, text) == (0, "Looked at: 1 page, 1 room; found: 0 differences.")


async def test_a_room_that_somebody_deleted_is_made_anew(
    world: World, daemon: Process, config: Path
):
    await goes_down(world, daemon)
    world.slack.workspace.channels.clear()
    code, text = await reconcile(config)
    assert code == 1
    assert "us-1: the room of us-1 is not in slack any more, and us-1 is open." in text
    assert world.slack.workspace.channels == []

    code, text = await reconcile(config, "--repair", "--by", "ada")
    assert code == 0, text
    assert "us-1: done: us-1/room/1~1@slack" in text
    (channel,) = world.slack.workspace.channels
    await until(lambda: bool(channel.pins), 10, "the summary")
    assert (await reconcile(config))[0] == 0
    _, shown = await checker("incident", "show", "us-1", "--config", config)
    assert "made good" in shown
    assert "ada: the room of us-1 is not in slack any more" in " ".join(shown.split())


async def test_a_page_that_the_pager_took_and_does_not_show_is_sent_again(
    world: World, daemon: Process, config: Path
):
    await goes_down(world, daemon)
    await daemon.stop()
    was_long_ago(config)
    world.pagerduty.incidents.clear()
    async with another(config):
        code, text = await reconcile(config)
        assert code == 1
        assert "us-1: page 1 was taken by pagerduty at" in text
        assert not world.pagerduty.is_open(KEY)

        code, text = await reconcile(config, "--repair")
        assert code == 0, text
        assert "us-1: done: us-1/page/1~1@pagerduty" in text
        assert world.pagerduty.is_open(KEY)
        assert (await reconcile(config))[0] == 0


async def test_a_page_of_what_is_over_is_ended(world: World, daemon: Process, config: Path):
    await goes_down(world, daemon)
    await world.hurt("pagerduty", "enqueue", lose())  # the end is accepted, and lost
    said = ("--cause", "a disk", "--fix", "another", "--anyway", "--config", config)
    before = world.pagerduty.requests
    assert (await checker("incident", "close", "us-1", *said))[0] == 0
    await until(lambda: world.pagerduty.requests > before, 10, "the end")
    await daemon.stop()
    was_long_ago(config)
    await world.mend()
    async with another(config):
        code, text = await reconcile(config)
        assert code == 1
        assert "us-1 is closed, and its page 1 is still open at pagerduty" in text
        assert world.pagerduty.is_open(KEY)

        code, text = await reconcile(config, "--repair")
        assert code == 0, text
        assert not world.pagerduty.is_open(KEY)
        assert (await reconcile(config))[0] == 0


async def test_what_is_mended_does_not_hide_what_is_left_to_a_person(
    world: World, daemon: Process, config: Path
):
    await goes_down(world, daemon)
    world.slack.workspace.channels.clear()
    world.pagerduty.ring({"severity": "critical", "summary": "x"}, "world/eu-7/1")
    code, text = await reconcile(config, "--repair")
    assert "us-1: done: us-1/room/1~1@slack" in text
    assert "End it there, by hand" in text
    assert code == 1


async def test_a_daemon_compares_by_itself_after_its_start_and_mends_nothing(
    world: World, daemon: Process, config: Path
):
    await goes_down(world, daemon)
    await daemon.kill()
    world.slack.workspace.channels.clear()
    async with another(config, sys.executable, "-c", SETTLES_AT_ONCE) as again:
        differs = "the ledger and the world differ"
        await until(lambda: differs in again.log.read_text(), 30, "the comparison in the log")
        (line,) = (line for line in again.log.read_text().splitlines() if differs in line)
        assert "the room of us-1 is not in slack any more" in line
        assert "reconcile --repair" in line
    assert world.slack.workspace.channels == []


async def test_an_end_that_was_taken_is_given_time_to_be_heard(
    world: World, daemon: Process, config: Path
):
    await goes_down(world, daemon)
    await world.hurt("pagerduty", "enqueue", lose())  # the end is accepted, and lost
    said = ("--cause", "a disk", "--fix", "another", "--anyway", "--config", config)
    assert (await checker("incident", "close", "us-1", *said))[0] == 0
    await until(lambda: world.pagerduty.requests > 1, 10, "the end")
    await world.mend("pagerduty")
    assert world.pagerduty.is_open(KEY)
    assert "found: 0 differences" in (await reconcile(config))[1]  # it has two minutes


async def test_a_page_of_a_store_that_was_lost_is_said_and_left_to_a_person(
    world: World, daemon: Process, config: Path
):
    world.pagerduty.ring({"severity": "critical", "summary": "x"}, "world/eu-7/1")
    code, text = await reconcile(config, "--repair")
    assert code == 1
    assert "pagerduty shows a page world/eu-7/1 as open, of which this store knows nothing" in text
    assert world.pagerduty.is_open("world/eu-7/1")


async def test_a_pager_that_cannot_be_asked_is_not_taken_for_one_that_agrees(
    world: World, daemon: Process, config: Path
):
    await world.hurt("pagerduty", "incidents", status(500))
    code, text = await reconcile(config)
    assert code == 1
    assert "pagerduty could not be compared: PagerDuty answered 500" in text


async def test_without_a_daemon_it_is_mended_as_soon_as_one_runs(
    world: World, daemon: Process, config: Path
):
    await goes_down(world, daemon)
    await daemon.stop()
    world.slack.workspace.channels.clear()
    code, text = await reconcile(config, "--repair")
    assert code == 1
    assert "No daemon runs on this store: it is mended as soon as one does." in text
    again = Process(config)
    await again.start()
    await until(lambda: bool(world.slack.workspace.channels), 20, "the new room")
    await again.kill()
