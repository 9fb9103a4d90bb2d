"""A page through the real daemon: taken, or lost and gone the second way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.world.daemon import Process, checker, until
from tests.world.faults import lose, status
from tests.world.pagerduty import PagerDuty
from tests.world.world import World

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def second() -> AsyncIterator[PagerDuty]:
    async with PagerDuty(routing_key="d" * 32) as fake:
        yield fake


@pytest.fixture
def config(world: World, second: PagerDuty, tmp_path: Path) -> Path:
    """Two ways to page; the first can be asked what became of it."""
    quick = {"passed": 20, "declare_after": "3s", "recover_after": "3s", "live_for": "5s"}
    responders = {
        "pagerduty": pager(world.pagerduty)
        | {"rest_token": world.pagerduty.rest_token, "rest_url": world.pagerduty.address}
        | {"read_every": "1s"},
        "second": pager(second) | {"kind": "pagerduty", "duties": ["fallback", "resolve"]},
        "slack": {"token": world.slack.token, "base_url": world.slack.api},
    }
    thresholds = quick | {"page_deadline": "6s", "repage_after": "5s"}
    return world.config(tmp_path / "config", responders=responders, thresholds=thresholds)


def pager(fake: PagerDuty) -> dict[str, Any]:
    return {"routing_key": fake.routing_key, "base_url": fake.address}


async def timeline(config: Path) -> str:
    return (await checker("incident", "show", "us-1", "--config", config))[1]


async def test_a_page_that_was_accepted_and_lost_goes_the_second_way(
    world: World, second: PagerDuty, daemon: Process, config: Path
):
    await world.hurt("pagerduty", "enqueue", lose())
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(second.rings), 30, "the page by the second way")
    assert world.pagerduty.rings == []
    assert [ring.page for ring in second.rings] == ["world/us-1/1"]
    said = await timeline(config)
    assert "after 6 s, pagerduty does not show page 1: rung by second too" in said
    await checker(
        "incident", "close", "us-1", "--anyway", "--cause", "c", "--fix", "f", "--config", config
    )
    await until(lambda: second.incidents[0].state == "resolved", 10, "the end of the second way")


async def test_a_page_that_is_shown_goes_no_second_way_and_the_room_hears_who_took_it(
    world: World, second: PagerDuty, daemon: Process, config: Path
):
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 30, "the page")
    await is_entered(config, "pagerduty shows page 1, ringing Grace Hopper")
    world.pagerduty.acknowledge("world/us-1/1", by="Ada")
    await is_entered(config, "page acknowledged by Ada")
    (channel,) = world.slack.workspace.channels
    await until(
        lambda: any("acknowledged by Ada" in message.text for message in channel.messages),
        10,
        "the message in the room",
    )
    assert second.rings == []


async def test_whoever_ends_the_page_while_it_fails_is_rung_again_later_on_a_new_key(
    world: World, second: PagerDuty, daemon: Process, config: Path
):
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 30, "the page")
    world.pagerduty.resolve("world/us-1/1", by="Ada")
    await is_entered(config, "page 1 ended at the pager by Ada, while it still fails")
    assert len(world.pagerduty.rings) == 1
    await until(lambda: len(world.pagerduty.rings) == 2, 20, "the page anew")
    assert world.pagerduty.rings[1].page == "world/us-1/2"


async def is_entered(config: Path, text: str) -> None:
    """Waits for a line of the timeline, however it is broken on the screen."""

    async def is_said() -> bool:
        return text in " ".join((await timeline(config)).split())

    await until(is_said, 15, text)
