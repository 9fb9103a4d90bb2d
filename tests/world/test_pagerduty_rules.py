"""The PagerDuty of the world keeps the rules that the real one documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.world.faults import ANYTHING, lose, status, throttle
from tests.world.pagerduty import PagerDuty


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDuty]:
    async with PagerDuty(now=lambda: 7.0) as fake:
        yield fake


async def send(pagerduty: PagerDuty, action: str, key: str = "k", **changes: Any) -> httpx.Response:
    event: dict[str, Any] = {
        "routing_key": pagerduty.routing_key,
        "event_action": action,
        "dedup_key": key,
    }
    if action == "trigger":
        event["payload"] = {"summary": "down", "source": "us", "severity": "error"}
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(f"{pagerduty.address}/v2/enqueue", json=event | changes)


async def test_a_trigger_is_accepted_and_rings(pagerduty):
    answer = await send(pagerduty, "trigger")
    assert answer.status_code == 202
    assert answer.json() == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "k",
    }
    assert [(ring.at, ring.key, ring.severity) for ring in pagerduty.rings] == [(7.0, "k", "error")]


async def test_the_same_key_on_an_open_incident_is_a_log_entry(pagerduty):
    await send(pagerduty, "trigger")
    await send(pagerduty, "trigger")
    assert len(pagerduty.rings) == len(pagerduty.incidents) == 1
    assert len(pagerduty.open("k").log) == 2


async def test_an_acknowledged_incident_does_not_ring_again(pagerduty):
    await send(pagerduty, "trigger")
    await send(pagerduty, "acknowledge")
    await send(pagerduty, "trigger")
    assert len(pagerduty.rings) == 1
    assert pagerduty.open("k").state == "acknowledged"


async def test_the_same_key_after_a_resolve_is_a_new_incident(pagerduty):
    await send(pagerduty, "trigger")
    await send(pagerduty, "resolve")
    await send(pagerduty, "trigger")
    assert [incident.state for incident in pagerduty.incidents] == ["resolved", "triggered"]
    assert len(pagerduty.rings) == 2


@pytest.mark.parametrize("action", ["resolve", "acknowledge"])
async def test_what_is_not_open_is_dropped_and_accepted_all_the_same(action, pagerduty):
    answer = await send(pagerduty, action, key="unknown")
    assert answer.status_code == 202
    assert pagerduty.incidents == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"routing_key": "0" * 32}, "Invalid routing key"),
        ({"event_action": "shout"}, "'event_action' is invalid"),
        ({"dedup_key": "k" * 256}, "'dedup_key' is too long"),
        ({"links": [{"text": "no href"}]}, "'links' is invalid"),
        ({"payload": {"source": "us", "severity": "error"}}, "'payload.summary' is missing"),
        (
            {"payload": {"summary": "s", "source": "us", "severity": "Error"}},
            "'payload.severity' is invalid",
        ),
        (
            {"payload": {"summary": "s" * 1025, "source": "us", "severity": "error"}},
            "'payload.summary' is too long",
        ),
        ({"client": "x" * 600_000}, "Event is too large"),
    ],
)
async def test_an_event_of_the_wrong_shape_is_refused(changes, wrong, pagerduty):
    answer = await send(pagerduty, "trigger", **changes)
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith(wrong)
    assert pagerduty.rings == []


async def test_what_is_lost_is_accepted_and_rings_nobody(pagerduty):
    await pagerduty.hurt("enqueue", lose(), times=1)
    assert (await send(pagerduty, "trigger")).status_code == 202
    assert pagerduty.rings == []
    await send(pagerduty, "trigger")
    assert len(pagerduty.rings) == 1


async def test_it_can_be_broken_for_a_while_and_mended(pagerduty):
    await pagerduty.hurt(ANYTHING, status(500), times=2)
    codes = [(await send(pagerduty, "trigger")).status_code for _ in range(3)]
    assert codes == [500, 500, 202]
    await pagerduty.hurt("enqueue", throttle(30))
    throttled = await send(pagerduty, "trigger")
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "30")
