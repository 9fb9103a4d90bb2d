"""The world is there as a whole, can be broken over HTTP, and can be watched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from checker.config.kinds import installed
from checker.config.loading import load
from checker.core.model import Duty
from tests.world.switchboard import switchboard
from tests.world.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as made:
        yield made


@pytest.fixture
async def switches(world: World) -> AsyncIterator[httpx.AsyncClient]:
    door = switchboard(world)
    await door.open()
    async with httpx.AsyncClient(base_url=door.address, trust_env=False) as client:
        yield client
    await door.close()


async def code(address: str) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{address}/login")).status_code


async def test_its_config_is_one_that_the_daemon_takes(world: World, tmp_path: Path):
    settings = load(world.config(tmp_path), env={})
    assert sorted(check.name for check in settings.checks) == [
        "control/cloudflare",
        "control/google",
        "control/wikipedia",
        "eu/app",
        "eu/signup",
        "us/app",
        "us/signup",
    ]
    assert settings.policy.routes[Duty.PAGE] == ("pagerduty",)
    assert settings.policy.routes[Duty.ROOM] == ("slack",)
    assert settings.off == ()


async def test_it_can_be_watched_whole(tmp_path: Path):
    async with World(tls=True) as world:
        settings = load(world.config(tmp_path, surfaces="all"), env={})
    watched = settings.policy.watched.values()
    surfaces = {check.surface for check in watched if check.target == "us"}
    assert surfaces >= {"app", "flags", "insights", "capture", "ingestion", "signup"}
    assert {check.kind for check in settings.checks} == set(installed().probes) - {"dns", "promql"}
    assert settings.off == ()


async def test_it_can_tell_customers_where_it_is_asked_to(world: World, tmp_path: Path):
    settings = load(world.config(tmp_path, public=True), env={})
    assert settings.policy.routes[Duty.PUBLISH] == ("banner", "status-page", "announcements")
    assert settings.policy.routes[Duty.WITHDRAW] == settings.policy.routes[Duty.PUBLISH]
    assert Duty.PUBLISH not in load(world.config(tmp_path), env={}).policy.routes


async def test_a_part_of_its_config_can_be_replaced(world: World, tmp_path: Path):
    settings = load(world.config(tmp_path, location="l2", responders={"console": {}}), env={})
    assert settings.location == "l2"
    assert [responder.name for responder in settings.responders] == ["console"]


async def test_a_surface_is_broken_and_mended_over_http(world, switches):
    assert (await switches.post("/break/us/app/status/503")).status_code == 200
    assert await code(world.us.app.address) == 503
    assert await code(world.eu.app.address) == 200
    assert (await switches.post("/mend/us/app")).status_code == 200
    assert await code(world.us.app.address) == 200


async def test_everything_is_mended_at_once(world, switches):
    await switches.post("/break/us/app/refuse")
    await switches.post("/break/eu/app/status/500")
    await switches.post("/cut")
    await switches.post("/mend")
    assert await code(world.us.app.address) == 200
    assert await code(world.eu.app.address) == 200
    assert all(party.is_open for party in world.controls.parties.values())


async def test_what_is_in_an_answer_is_spoilt_over_http(world, switches):
    assert (await switches.post("/spoil/us/flags/missing")).status_code == 200
    assert (await switches.post("/spoil/us/ingestion/late/400")).status_code == 200
    assert world.us.flags.forgotten
    assert world.us.events.lag_s == 400.0
    await switches.post("/mend/us")
    assert not world.us.flags.forgotten
    assert world.us.events.lag_s == 0.0


@pytest.mark.parametrize(
    "path",
    [
        "/break/us/app/explode",
        "/break/us/nothing/hang",
        "/break/mars/app/hang",
        "/mend/mars",
        "/mend/us/nothing",
        "/spoil/us/flags/explode",
        "/spoil/us/nothing/missing",
        "/spoil/slack/flags/missing",
        "/spoil/us/ingestion/late/long",
        "/spoil/us/tls/expired",
    ],
)
async def test_what_cannot_be_broken_is_said(path, switches):
    assert (await switches.post(path)).status_code == 400


async def test_it_shows_what_people_there_have_seen(world, switches):
    channel = world.slack.workspace.add_channel("inc-1", "UBOT")
    world.slack.workspace.call("chat.postMessage", {"channel": channel.id, "text": "down"})
    shown = (await switches.get("/")).json()
    assert shown["channels"] == {"inc-1": ["down"]}
    assert shown["rings"] == []
    assert shown["addresses"]["us app"] == world.us.app.address
