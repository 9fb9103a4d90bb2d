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
    async with PagerDuty() as fake:
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
    thresholds = quick | {"page_deadline": "6s"}
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
    assert [ring.key for ring in second.rings] == ["world/us-1/1"]
    said = await timeline(config)
    assert "after 6 s, pagerduty does not show page 1: rung by second too" in said
    await checker("incident", "close", "us-1", "--cause", "c", "--fix", "f", "--config", config)
    await until(lambda: second.incidents[0].state == "resolved", 10, "the end of the second way")
