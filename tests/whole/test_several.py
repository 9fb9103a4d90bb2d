"""Several daemons on one PostgreSQL: one judgement, whoever dies, freezes or is cut off."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from tests.postgres import own_server
from tests.several.fleet import Fleet, fleet
from tests.world.daemon import until
from tests.world.faults import Answer, status
from tests.world.world import World

pytestmark = pytest.mark.timeout(120)

FREEZES_IN_A_STATEMENT = """
import os, signal
from pathlib import Path
import asyncpg
from checker import cli

prepare = asyncpg.Connection.prepare

async def prepare_and_freeze(self, query, **told):
    prepared = await prepare(self, query, **told)
    if query.startswith("INSERT INTO incidents") and not Path({mark!r}).exists():
        Path({mark!r}).touch()
        os.kill(os.getpid(), signal.SIGSTOP)
    return prepared

asyncpg.Connection.prepare = prepare_and_freeze
cli.main()
"""


def on_the_first_page(world: World, then: Callable[[], None]) -> None:
    """`then` happens when the first page is on its way, and that page never arrives."""

    async def toll(name: str, request: web.Request, answer: Answer) -> web.StreamResponse:
        if name != "enqueue" or (await request.json())["event_action"] != "trigger":
            return await answer()  # the doctor's own key is ended at the start: that is no page
        world.pagerduty.toll = None
        then()
        return web.Response(status=503)

    world.pagerduty.toll = toll


async def settled(them: Fleet) -> None:
    """Long enough for a second page, room or incident, had there been one coming."""
    await until(lambda: bool(them.keys()), 40, "the page")
    await until(lambda: bool(them.rooms()), 30, "the room")
    await asyncio.sleep(3)


async def test_what_all_see_is_paged_once_and_goes_on_when_the_leader_is_restarted(
    world: World, database: str, tmp_path: Path
):
    async with fleet(world, database, tmp_path) as them:
        await world.hurt("us", "app", status(503))
        await until(lambda: bool(them.rooms()), 30, "the room")
        was = await them.led_by()
        assert await them.daemons[was].stop() == 0
        leads = await them.led_by(was, within_s=5)
        follower = next(name for name in them.daemons if name not in (was, leads))
        assert (await them.incident(follower))["incident"]["phase"] == "open"
        await them.daemons[was].start()
        assert them.keys() == ["world/us-1/1"]
        assert len(them.rooms()) == 1


async def test_a_leader_that_dies_after_the_first_failed_looks_loses_no_page(
    world: World, database: str, tmp_path: Path
):
    async with fleet(world, database, tmp_path) as them:
        leader = await them.led_by()
        await world.hurt("us", "app", status(503))
        score = f'checker_standing_score{{check="app",location="{leader}",target="us"}}'

        async def is_suspected() -> bool:
            return await them.figure(leader, score) > 0

        await until(is_suspected, 10, "the first failed look")
        await them.daemons[leader].kill()
        await settled(them)
        assert them.keys() == ["world/us-1/1"]
        assert len(them.rooms()) == 1


async def test_a_leader_that_dies_between_the_decision_and_the_page_is_paged_for(
    world: World, database: str, tmp_path: Path
):
    async with fleet(world, database, tmp_path, ("l1", "l2")) as them:
        leader = them.daemons[await them.led_by()]
        on_the_first_page(world, lambda: leader.signal(signal.SIGKILL))
        await world.hurt("us", "app", status(503))
        await settled(them)
        assert them.keys() == ["world/us-1/1"]
        assert len(them.rooms()) == 1


async def test_a_leader_that_wakes_from_a_freeze_finds_itself_fenced(
    world: World, database: str, tmp_path: Path
):
    async with fleet(world, database, tmp_path, ("l1", "l2")) as them:
        was = await them.led_by()
        on_the_first_page(world, lambda: them.daemons[was].signal(signal.SIGSTOP))
        await world.hurt("us", "app", status(503))
        await settled(them)
        them.daemons[was].signal(signal.SIGCONT)

        async def stands_by() -> bool:
            return await them.figure(was, "checker_leading") == 0

        await until(stands_by, 15, "it to stand by")
        assert await them.led_by() != was
        await asyncio.sleep(2)
        assert them.keys() == ["world/us-1/1"]
        assert len(them.rooms()) == 1


async def test_a_leader_that_freezes_in_the_midst_of_a_statement_locks_nobody_out(
    world: World, database: str, tmp_path: Path
):
    mark = tmp_path / "frozen"
    entry = (sys.executable, "-c", FREEZES_IN_A_STATEMENT.format(mark=str(mark)))
    async with fleet(world, database, tmp_path, ("l1", "l2"), entry) as them:
        was = await them.led_by()
        await world.hurt("us", "app", status(503))
        await until(mark.exists, 20, "the freeze")
        await settled(them)
        assert await them.led_by() != was
        them.daemons[was].signal(signal.SIGCONT)

        async def stands_by() -> bool:
            return await them.figure(was, "checker_leading") == 0

        await until(stands_by, 15, "it to stand by")
        await asyncio.sleep(2)
        assert them.keys() == ["world/us-1/1"]
        assert len(them.rooms()) == 1


async def test_with_the_store_away_all_page_under_one_key_and_it_is_one_incident_later(
    world: World, tmp_path: Path
):
    async with (
        own_server() as server,
        fleet(world, server.url, tmp_path, ("l1", "l2")) as them,
    ):
        server.stop(signal.SIGQUIT)
        await world.hurt("us", "app", status(503))
        await until(lambda: bool(them.keys()), 40, "the page")
        assert them.rooms() == []
        server.start()
        await until(lambda: bool(them.rooms()), 40, "the room")
        leader = await them.led_by()

        async def is_told() -> bool:
            return "judged alone" in json.dumps(await them.incident(leader))

        await until(is_told, 20, "the line in the timeline")
        await asyncio.sleep(2)
        assert them.keys() == ["world/us-1/1"]
        assert len(them.rooms()) == 1
        assert [await them.figure(name, "checker_alone") for name in them.daemons] == [0, 0]


async def test_of_two_in_one_location_one_looks_and_the_other_takes_its_place(
    world: World, database: str, tmp_path: Path
):
    async with fleet(world, database, tmp_path, ("l1", "l1b")) as them:
        looks = 'checker_looks_total{check="app",target="us"}'
        made = {name: await them.figure(name, looks) for name in them.daemons}
        idle = min(made, key=made.__getitem__)
        assert made.pop(idle) == 0
        await them.daemons[next(iter(made))].kill()

        async def looks_now() -> bool:
            return await them.figure(idle, looks) > 0

        await until(looks_now, 20, "the other one to look")
        assert await them.led_by() == idle
