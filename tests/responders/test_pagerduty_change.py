"""A change of severity and the end of an incident become change events: they ring nobody."""

from __future__ import annotations

import httpx
import pytest
import respx

from checker.core.model import Duty, Effect
from checker.responders.contract import Done, Later, Never
from checker.responders.pagerduty import Responder, Settings
from tests.responders.effects import AT, effect, first
from tests.world.pagerduty import PagerDuty

ROUTING_KEY = "0123456789abcdef0123456789abcdef"
URL = "https://events.pagerduty.com/v2/change/enqueue"


def change(**changes: object) -> Effect:
    payload = {
        "summary": "us-42 closed by ada",
        "source": "us",
        "at": AT,
        "details": {"Severity": "critical", "Fix": "rolled back"},
        "links": [{"href": "https://runbooks.example/app", "text": "Runbook"}],
    }
    return effect("change/3", Duty.CHANGE, payload | changes)


async def test_a_change_is_marked_on_the_service_and_rings_nobody():
    async with PagerDuty() as pagerduty:
        settings = Settings(routing_key=pagerduty.routing_key, base_url=pagerduty.address)
        responder = Responder(settings)
        answer = await responder.carry_out(first(change()))
        await responder.close()
        assert answer == Done(receipt={"status": "accepted"})
        assert pagerduty.rings == []
        assert pagerduty.changes == [
            {
                "routing_key": pagerduty.routing_key,
                "payload": {
                    "summary": "us-42 closed by ada",
                    "source": "us",
                    "timestamp": "2026-11-23T12:00:00.000+00:00",
                    "custom_details": {"Severity": "critical", "Fix": "rolled back"},
                },
                "links": [{"href": "https://runbooks.example/app", "text": "Runbook"}],
            }
        ]


@pytest.mark.parametrize(("status", "kind"), [(400, Never), (429, Later), (503, Later)])
async def test_a_change_that_is_not_taken_is_answered_like_a_page(
    status, kind, respx_mock: respx.MockRouter
):
    respx_mock.post(URL).mock(return_value=httpx.Response(status))
    responder = Responder(Settings(routing_key=ROUTING_KEY))
    assert isinstance(await responder.carry_out(first(change())), kind)
    await responder.close()


async def test_a_second_way_rings_like_the_first():
    async with PagerDuty() as pagerduty:
        settings = Settings(routing_key=pagerduty.routing_key, base_url=pagerduty.address)
        responder = Responder(settings)
        told = {"key": "checker/us-42/1", "severity": "critical", "summary": "us: app is down"}
        more = {"source": "us", "component": "app", "since": AT, "details": {}, "links": []}
        await responder.carry_out(first(effect("fallback/1", Duty.FALLBACK, told | more)))
        await responder.close()
        assert [ring.key for ring in pagerduty.rings] == ["checker/us-42/1"]
