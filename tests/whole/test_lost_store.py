"""Somebody deletes the database under a running daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.daemon import Process, checker, until
from tests.world.faults import status
from tests.world.world import World

pytestmark = pytest.mark.timeout(60)


def database(config: Path) -> Path:
    (found,) = config.rglob("*.db")
    return found


async def gone(daemon: Process, config: Path) -> str:
    """Delete the database, and wait until the daemon is not ready any more; what it says then."""
    database(config).unlink()

    async def is_missed() -> bool:
        return (await daemon.get("/-/ready"))[0] == 503

    await until(is_missed, 20, "the daemon to miss its database")
    return (await daemon.get("/-/ready"))[1]


async def test_whoever_asks_whether_it_is_ready_is_told_what_to_do(daemon: Process, config: Path):
    path = database(config)
    said = await gone(daemon, config)

    assert f"- the store {path} is gone" in said
    assert "put the file back from a backup" in said
    assert "store_gone" in daemon.log.read_text()
    failures = 'checker_store_failures_total{operation="file_gone"}'
    assert failures in (await daemon.get("/metrics"))[1]


async def test_the_command_line_says_that_it_was_deleted(daemon: Process, config: Path):
    path = database(config)
    await gone(daemon, config)
    code, listed = await checker("incident", "list", "--config", config)
    _, examined = await checker("doctor", "--config", config)

    assert code == 1
    assert f"there is no store at {path}" in listed
    assert f"A daemon (pid {daemon.pid}) has opened it" in listed
    assert "was deleted under the daemon" in " ".join(examined.split())


async def test_it_pages_all_the_same(world: World, daemon: Process, config: Path):
    await gone(daemon, config)
    await world.hurt("us", "app", status(503))

    await until(lambda: bool(world.pagerduty.rings), 20, "the page")


async def test_the_first_page_of_a_new_store_rings_beside_an_old_one_that_is_open(
    world: World, daemon: Process, config: Path
):
    """It is us-1 again: under the same key PagerDuty would take it, and ring nobody."""
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")
    await daemon.kill()
    database(config).unlink()
    again = Process(config)
    await again.start()
    await until(lambda: len(world.pagerduty.rings) == 2, 30, "the page of the new store")
    old, new = world.pagerduty.rings
    assert old.key != new.key
    assert old.page == new.page == "world/us-1/1"
    assert world.pagerduty.is_open(old.key)
    await again.kill()
