"""Who is there, as everybody who may ask is told: the command line, the API, Prometheus."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.several.fleet import fleet
from tests.world.daemon import Process, checker, until
from tests.world.world import World

pytestmark = pytest.mark.timeout(120)


async def test_a_daemon_on_a_file_is_one_location_that_leads(daemon: Process, config: Path):
    async def is_told() -> bool:
        return (await daemon.get("/api/v1/locations"))[0] == 200

    await until(is_told, 10, "the roll to be called")
    [found] = json.loads((await daemon.get("/api/v1/locations"))[1])["locations"]
    code, said = await checker("locations", "--config", config)
    assert (found["troubles"], found["daemons"][0]["leads"]) == ([], True)
    assert (code, "looks  leads" in said) == (0, True)
    assert (
        f'checker_location_up{{location="{found["name"]}"}} 1.0'
        in (await daemon.get("/metrics"))[1]
    )


async def test_a_location_that_froze_is_told_by_the_others(
    world: World, database: str, tmp_path: Path
):
    async with fleet(world, database, tmp_path, ("l1", "l2")) as them:
        leader = await them.led_by()
        other = next(name for name in them.daemons if name != leader)
        up = f'checker_location_up{{location="{leader}"}}'

        async def sees(value: float) -> bool:
            return await them.figure(other, up) == value

        await until(lambda: sees(1), 10, "it to be there")
        them.daemons[leader].signal(signal.SIGSTOP)
        await until(lambda: sees(0), 30, "it to be gone")
        code, said = await checker("locations", "--config", tmp_path / other)
        assert code == 1
        assert f"{leader}: gone, or cut off from the store" in said
        assert "2 locations are configured, 1 looked from." in said
