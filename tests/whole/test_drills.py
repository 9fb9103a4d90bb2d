"""The daemon drills by itself, examines its ways out, and hears PagerDuty's webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.world.daemon import Process, checker, until
from tests.world.faults import status
from tests.world.pagerduty import PagerDuty
from tests.world.pagerduty_rest import SERVICE
from tests.world.pagerduty_webhooks import SECRET, as_bytes, message, signature
from tests.world.world import World

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def practice() -> AsyncIterator[PagerDuty]:
    async with PagerDuty(routing_key="d" * 32) as fake:
        yield fake


@pytest.fixture
def config(world: World, practice: PagerDuty, tmp_path: Path) -> Path:
    slack = {"token": world.slack.token, "base_url": world.slack.api}
    earnest = {"pagerduty": pager(world.pagerduty) | {"webhook_secret": SECRET}, "slack": slack}
    drills = {
        "drill-pager": pager(practice) | {"kind": "pagerduty", "drill": True},
        "drill-room": slack | {"kind": "slack", "drill": True},
    }
    return world.config(tmp_path / "config", drill={"every": "1h"}, responders=earnest | drills)


def pager(fake: PagerDuty) -> dict[str, Any]:
    rest = {"rest_token": fake.rest_token, "rest_url": fake.address, "service": SERVICE}
    return {"routing_key": fake.routing_key, "base_url": fake.address} | rest


async def test_it_drills_by_itself_and_disturbs_nobody(
    world: World, practice: PagerDuty, daemon: Process
):
    async def drilled() -> bool:
        return "checker_drill_ok 1.0" in (await daemon.get("/metrics"))[1]

    await until(drilled, 30, "a drill that goes well")
    assert [incident.state for incident in practice.incidents] == ["resolved"]
    assert world.pagerduty.rings == []


async def test_it_examines_its_ways_out_in_earnest_only(daemon: Process):
    async def examined() -> bool:
        return (
            'checker_doctor_ok{part="responder pagerduty"} 1.0' in (await daemon.get("/metrics"))[1]
        )

    await until(examined, 30, "the examination")
    assert "drill-pager" not in (await daemon.get("/metrics"))[1]


async def test_an_acknowledgement_comes_by_webhook_and_who_is_on_call_is_those_in_earnest(
    world: World, practice: PagerDuty, daemon: Process, config: Path
):
    practice.service.on_call = [(1, "Nobody Inparticular")]
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 30, "the page")
    body = as_bytes(message("incident.acknowledged", world.pagerduty.rings[0].key, by="Ada"))
    headers = {"X-PagerDuty-Signature": signature(body)}
    async with (
        aiohttp.ClientSession(daemon.address) as session,
        session.post("/webhooks/pagerduty", data=body, headers=headers) as answer,
    ):
        assert answer.status == 200

    async def told() -> bool:
        _, said = await checker("incident", "show", "us-1", "--config", config)
        return "page acknowledged by Ada" in said and "on call: Grace Hopper" in said

    await until(told, 20, "the acknowledgement and who is on call")
    _, said = await checker("incident", "show", "us-1", "--config", config)
    assert "Inparticular" not in said
