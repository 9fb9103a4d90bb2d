"""The straight line, whole: from a failing URL to a page, and to the end."""

import json
from pathlib import Path

import pytest

from tests.world import watching
from tests.world.daemon import Process, checker, until
from tests.world.faults import hang, refuse, status
from tests.world.world import World

pytestmark = pytest.mark.timeout(90)


async def phase(daemon: Process, incident: str = "us-1") -> str:
    _, body = await daemon.get("/api/v1/status")
    return next((i["phase"] for i in json.loads(body)["incidents"] if i["id"] == incident), "")


async def is_open(daemon: Process) -> bool:
    return await phase(daemon) == "open"


async def has_recovered(daemon: Process) -> bool:
    return await phase(daemon) == "recovered"


def everything_is_resolved(world: World) -> bool:
    return all(incident.state == "resolved" for incident in world.pagerduty.incidents)


async def test_an_outage_is_paged_once_given_one_room_and_closed_by_a_person(
    world: World, daemon: Process, config: Path
):
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")
    await until(lambda: bool(world.slack.workspace.channels), 10, "the room")
    await world.mend("us", "app")
    await until(lambda: has_recovered(daemon), 60, "the recovery")
    code, said = await checker(
        "incident", "close", "us-1", "--cause", "c", "--fix", "f", "--config", config
    )
    assert (code, said.strip()) == (0, "us-1 is closed, critical, led by nobody yet.")
    await until(lambda: everything_is_resolved(world), 10, "the end at PagerDuty")
    assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]
    assert len(world.slack.workspace.channels) == 1


async def test_twenty_checks_that_fail_together_are_one_page_one_room_and_one_opening(
    world: World, tmp_path: Path
):
    pages = {f"app-{n}": watching.page("app", f"/login?{n}") for n in range(20)}
    pace = {"every": "2s", "timeout": "1s", "recheck": "500ms"}
    daemon = Process(world.config(tmp_path / "config", checks=pages, pace=pace))
    await daemon.start()
    try:
        await world.hurt("us", "app", refuse())
        await until(lambda: bool(world.pagerduty.rings), 30, "the page")
        await until(lambda: bool(world.slack.workspace.channels), 10, "the room")
        (room,) = world.slack.workspace.channels

        async def all_are_known() -> bool:
            _, body = await daemon.get("/api/v1/incidents/us-1")
            return len(json.loads(body)["incident"]["failing"]) == 20

        await until(all_are_known, 20, "all twenty in one incident")
        assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]
        openings = [m for m in room.messages if "/room/" in str(m.metadata)]
        assert len(openings) == 1
        assert len(world.slack.workspace.channels) == 1
    finally:
        await daemon.kill()


@pytest.mark.parametrize("fault", [refuse(), hang()], ids=["refuse", "hang"])
async def test_a_cloud_that_does_not_answer_is_paged(world: World, daemon: Process, fault):
    await world.hurt("eu", "app", fault)
    await until(lambda: bool(world.pagerduty.rings), 30, "the page")
    assert world.pagerduty.rings[0].page == "world/eu-1/1"


async def test_the_loss_of_our_own_network_pages_nobody_and_is_shown(world: World, daemon: Process):
    await world.controls.cut()
    for cloud in ("us", "eu"):
        await world.hurt(cloud, "app", refuse())

    async def is_blind() -> bool:
        _, text = await daemon.get("/metrics")
        return 'checker_blind{location="l1"} 1.0' in text

    await until(is_blind, 20, "the metric that says blind")
    assert "l1 is blind" in daemon.log.read_text()
    assert world.pagerduty.rings == []
    assert (await daemon.get("/-/ready"))[0] == 200


async def test_a_restart_goes_on_with_the_incident_and_pages_nobody_again(
    world: World, daemon: Process, config: Path
):
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")
    await until(lambda: bool(world.slack.workspace.channels), 10, "the room")
    await daemon.kill()
    await daemon.start()
    assert await phase(daemon) == "open"
    await world.mend("us", "app")
    await until(lambda: has_recovered(daemon), 60, "the recovery")
    assert len(world.pagerduty.rings) == 1
    assert len(world.slack.workspace.channels) == 1


async def test_a_page_that_could_not_be_sent_goes_out_after_a_restart(
    world: World, daemon: Process
):
    await world.hurt("pagerduty", "enqueue", refuse())
    await world.hurt("us", "app", status(503))
    await until(lambda: is_open(daemon), 20, "the declaration")
    await daemon.kill()
    await world.mend("pagerduty")
    await daemon.start()
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")
    assert len(world.pagerduty.rings) == 1


async def test_a_dead_slack_delays_no_page(world: World, daemon: Process):
    await world.hurt("slack", "*", hang())
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")
    assert world.slack.workspace.channels == []
