"""A drill in a world that can be broken: the whole way out and back, and what it says when a part of it fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from checker.config import load
from checker.config.settings import Settings
from checker.drill.drill import Clocks, drill
from checker.drill.report import Report
from tests.world.faults import drop, hang, lose, refuse
from tests.world.pagerduty import PagerDuty
from tests.world.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
async def practice() -> AsyncIterator[PagerDuty]:
    async with PagerDuty(routing_key="d" * 32) as fake:
        yield fake


@pytest.fixture
def settings(world: World, practice: PagerDuty, tmp_path: Path) -> Settings:
    """A pager and a Slack in earnest, and both for drills too."""
    earnest = {
        "pagerduty": {
            "routing_key": world.pagerduty.routing_key,
            "base_url": world.pagerduty.address,
        },
        "slack": {"token": world.slack.token, "base_url": world.slack.api},
    }
    drills = {
        "drill-pager": pager(practice) | {"kind": "pagerduty", "drill": True},
        "drill-room": earnest["slack"] | {"kind": "slack", "drill": True},
    }
    return load(world.config(tmp_path / "config", responders=earnest | drills), {})


def pager(fake: PagerDuty) -> dict[str, Any]:
    rest = {"rest_token": fake.rest_token, "rest_url": fake.address}
    return {"routing_key": fake.routing_key, "base_url": fake.address} | rest


def at(seconds: float) -> Clocks:
    """The wall clock stands; the others go on."""
    return Clocks(wall=lambda: seconds)


def went(report: Report) -> dict[str, bool]:
    return {step.what: step.ok for step in report.steps}


def said(report: Report, what: str) -> str:
    (step,) = [step for step in report.steps if step.what == what]
    assert not step.ok
    return step.said


def stores(folder: Path) -> list[Path]:
    return list(folder.glob("**/*.db"))


STEPS = [
    "declared",
    "page accepted by drill-pager",
    "page shown by drill-pager",
    "room, with its message, by drill-room",
    "closed",
    "the close, said by drill-room",
    "end of the page accepted by drill-pager",
    "end of the page shown by drill-pager",
]


async def test_the_whole_way_out_and_back_is_measured(settings: Settings):
    report = await drill(settings)
    assert report.ok, report
    assert [step.what for step in report.steps] == STEPS
    assert all(step.seconds is not None and 0 <= step.seconds < 20 for step in report.steps)


async def test_a_test_service_rings_and_is_quiet_again(settings: Settings, practice: PagerDuty):
    await drill(settings)
    assert len(practice.rings) == 1
    assert [incident.state for incident in practice.incidents] == ["resolved"]


async def test_nobody_is_rung_in_earnest(settings: Settings, world: World):
    await drill(settings)
    assert (world.pagerduty.rings, world.pagerduty.events) == ([], [])


async def test_a_drill_is_no_incident_of_the_daemon_s(settings: Settings, tmp_path: Path):
    await drill(settings)
    assert stores(tmp_path) == []


async def test_everything_that_is_sent_says_that_it_is_a_drill(
    settings: Settings, world: World, practice: PagerDuty
):
    await drill(settings)
    (channel,) = world.slack.workspace.channels
    assert "drill" in channel.name
    assert channel.topic.startswith("DRILL")
    assert channel.purpose.startswith("DRILL")
    assert len(channel.messages) == 2
    for message in channel.messages:
        told = message.text + json.dumps(message.blocks, ensure_ascii=False)
        assert "DRILL" in message.text
        assert "This is a drill. Nothing is wrong, and there is nothing to do." in told
    trigger = practice.events[0]["payload"]
    assert trigger["summary"].startswith("DRILL")
    assert "nothing to do" in trigger["custom_details"]["DRILL"]
    assert all("DRILL" in json.dumps(change) for change in practice.changes)


async def test_two_drills_have_a_room_and_a_page_each(
    settings: Settings, world: World, practice: PagerDuty
):
    first = await drill(settings, clocks=at(1_795_435_200.0))
    second = await drill(settings, clocks=at(1_795_435_260.0))
    assert (first.ok, second.ok) == (True, True)
    assert [ring.key for ring in practice.rings] == [
        "world/drill-20261123120000/1",
        "world/drill-20261123120100/1",
    ]
    assert len(world.slack.workspace.channels) == 2


# ── what fails is said, and the rest goes on ──────────────────────────────────────────────────


async def test_a_page_that_is_accepted_and_lost_is_not_shown(
    settings: Settings, practice: PagerDuty
):
    await practice.hurt("enqueue", lose())
    report = await drill(settings, within_s=1.0)
    assert went(report)["page accepted by drill-pager"]
    assert said(report, "page shown by drill-pager") == (
        "within 1 s it showed: nothing under that key"
    )


async def test_a_pager_that_cannot_be_reached_is_said_with_why(
    settings: Settings, practice: PagerDuty
):
    await practice.hurt("enqueue", refuse())
    report = await drill(settings, within_s=1.0)
    assert "cannot be reached" in said(report, "page accepted by drill-pager")
    assert went(report)["room, with its message, by drill-room"]


async def test_a_revoked_token_is_said_and_the_page_goes_out_and_ends_all_the_same(
    settings: Settings, world: World, practice: PagerDuty
):
    world.slack.revoked = True
    report = await drill(settings, within_s=1.0)
    assert "token_revoked" in said(report, "room, with its message, by drill-room")
    assert went(report)["end of the page shown by drill-pager"]
    assert practice.incidents[0].state == "resolved"


async def test_one_that_never_answers_is_given_up(settings: Settings, world: World):
    await world.hurt("slack", "*", hang())
    report = await drill(settings, within_s=0.5)
    assert said(report, "room, with its message, by drill-room") == "no answer within 0.5 s"


async def test_an_answer_that_is_lost_once_costs_time_and_not_the_drill(
    settings: Settings, practice: PagerDuty
):
    await practice.hurt("enqueue", drop(), times=1)
    report = await drill(settings)
    assert report.ok, report
    assert len(practice.rings) == 1


async def test_what_is_there_in_earnest_and_not_drilled_fails_it(
    world: World, settings: Settings, tmp_path: Path
):
    no_pager = {
        "pagerduty": pager(world.pagerduty),
        "drill-room": {
            "kind": "slack",
            "token": world.slack.token,
            "base_url": world.slack.api,
            "drill": True,
        },
    }
    report = await drill(load(world.config(tmp_path / "config", responders=no_pager), {}))
    assert said(report, "nothing is left out") == (
        "pagerduty pages, but nothing of the kind has `drill: true`"
    )
    assert went(report)["room, with its message, by drill-room"]
