"""The other ways in, through the real daemon: Alertmanager, the API, and Slack over its socket."""

from pathlib import Path

import aiohttp
import pytest

from tests.web.test_webhooks import message
from tests.world.daemon import Process, until
from tests.world.slack_socket import APP_TOKEN, SlackSocket
from tests.world.world import World

pytestmark = pytest.mark.timeout(60)

BEARER = {"Authorization": "Bearer token-of-the-world"}
ALERTS = (
    "Various alerts defined as critical, such as disk space full, OOM or >5 minute ingestion lag"
)
CRITICAL_ALERT = {"alert": 'severity="critical"', "severity": "major", "sentence": ALERTS}


async def post(daemon: Process, path: str, body: object) -> int:
    async with (
        aiohttp.ClientSession(headers=BEARER) as session,
        session.post(daemon.address + path, json=body) as answer,
    ):
        return answer.status


async def running(config: Path) -> Process:
    daemon = Process(config)
    await daemon.start()
    return daemon


async def test_a_critical_alert_is_an_incident_and_pages(world: World, tmp_path: Path):
    daemon = await running(world.config(tmp_path / "config", rules=[CRITICAL_ALERT]))
    assert await post(daemon, "/webhooks/alertmanager", message()) == 200
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")
    assert world.pagerduty.rings[0].page == "world/us-1/1"
    await daemon.kill()


async def test_a_person_declares_over_http(world: World, daemon: Process):
    said = {"target": "us", "by": "ada", "what": "exports are empty"}
    assert await post(daemon, "/api/v1/incidents", said) in (200, 201)
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")


async def test_nobody_declares_without_the_token(world: World, daemon: Process):
    async with (
        aiohttp.ClientSession() as session,
        session.post(daemon.address + "/api/v1/incidents", json={}) as answer,
    ):
        assert answer.status == 401


async def test_a_person_declares_in_slack(world: World, tmp_path: Path):
    async with SlackSocket() as slack:
        told = {"token": slack.token, "base_url": slack.api, "app_token": APP_TOKEN}
        pager = {
            "routing_key": world.pagerduty.routing_key,
            "base_url": world.pagerduty.address,
        }
        config = world.config(tmp_path / "config", responders={"pagerduty": pager, "slack": told})
        daemon = await running(config)
        await slack.linked()
        command = {
            "command": "/inc",
            "text": "declare us exports are empty",
            "trigger_id": "trigger-1",
            "user_id": "U1",
            "user_name": "ada",
            "channel_id": "C9",
            "channel_name": "general",
        }
        for _ in range(2):  # delivered again: it acts once
            await slack.deliver("slash_commands", command)
        await until(lambda: bool(world.pagerduty.rings), 20, "the page")
        assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]
        await daemon.kill()
