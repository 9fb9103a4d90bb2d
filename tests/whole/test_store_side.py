"""What happens to the database under a running daemon: the disk is full, somebody locks it, another server takes over."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.postgres import Own, own_server, speak, standby_of
from tests.several.fleet import fleet
from tests.world.daemon import ENTRY, Process, until
from tests.world.faults import status
from tests.world.world import World

pytestmark = pytest.mark.timeout(120)

# A disk of the daemon's own, in a namespace that only it sees. Once $1 is there it is filled to the last byte, and once
# $2 is there it has room again.
SMALL_DISK = """
mount -t tmpfs -o size=2m none "$0"
(for _ in $(seq 600); do
  [ -e "$1" ] && [ ! -e "$0/filler" ] && cat /dev/zero > "$0/filler" 2> /dev/null
  [ -e "$2" ] && exec rm "$0/filler"
  sleep 0.1
done) &
shift 2
exec "$@"
"""
NAMESPACE = ("unshare", "--map-root-user", "--mount")


def needs_namespaces() -> None:
    found = shutil.which("unshare")
    if not found or subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody make a namespace")


async def figure(daemon: Process, family: str) -> float:
    """The sum of what the daemon tells of that family."""
    _, text = await daemon.get("/metrics")
    lines = [line for line in text.splitlines() if line.startswith((f"{family} ", f"{family}{{"))]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


# ── the disk is full ──────────────────────────────────────────────────────────────────────────


async def test_with_the_disk_full_a_page_goes_out_and_is_written_when_there_is_room(
    world: World, tmp_path: Path
):
    needs_namespaces()
    disk, full, room = tmp_path / "disk", tmp_path / "full", tmp_path / "room"
    disk.mkdir()
    config = world.config(tmp_path / "config", store=f"sqlite:///{disk / 'checker.db'}")
    on_a_small_disk = (*NAMESPACE, "sh", "-c", SMALL_DISK, str(disk), str(full), str(room))
    daemon = Process(config, (*on_a_small_disk, *ENTRY))
    try:
        await daemon.start()
        full.touch()
        await until(lambda: is_over(daemon, "checker_store_failures_total"), 20, "a failed write")
        await world.hurt("us", "app", status(503))
        await until(lambda: bool(world.pagerduty.rings), 20, "the page")
        assert await figure(daemon, "checker_store_owed_commits") > 0
        room.touch()

        async def owes_nothing() -> bool:
            return await figure(daemon, "checker_store_owed_commits") == 0

        await until(owes_nothing, 20, "all to be written")
        assert '"id": "us-1"' in (await daemon.get("/api/v1/incidents"))[1]
        assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]
    finally:
        room.touch()
        await daemon.kill()


async def is_over(daemon: Process, family: str, figure_: float = 0) -> bool:
    return await figure(daemon, family) > figure_


# ── somebody locks it ─────────────────────────────────────────────────────────────────────────


@contextmanager
def locked(config: Path) -> Iterator[None]:
    """As by somebody who has it open beside the daemon and forgot to commit."""
    [path] = config.rglob("*.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as hand:
        hand.execute("BEGIN IMMEDIATE")
        yield
        hand.execute("ROLLBACK")


async def test_while_the_database_is_locked_looks_are_on_time_and_a_page_goes_out(
    world: World, daemon: Process, config: Path
):
    with locked(config):
        made = await figure(daemon, "checker_looks_total")
        await world.hurt("us", "app", status(503))
        await until(lambda: bool(world.pagerduty.rings), 20, "the page")
        assert await figure(daemon, "checker_looks_total") > made
        assert '"incidents": []' in (await daemon.get("/api/v1/incidents"))[1]

    async def is_written() -> bool:
        return '"id": "us-1"' in (await daemon.get("/api/v1/incidents"))[1]

    await until(is_written, 20, "the incident to be written")
    assert await figure(daemon, "checker_looks_skipped_total") == 0
    assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]


# ── another server takes over ─────────────────────────────────────────────────────────────────


async def test_after_a_failover_that_lost_an_incident_it_is_found_again_and_not_repeated(
    world: World, tmp_path: Path
):
    async with own_server() as primary, standby_of(primary) as standby:
        both = primary.url.replace("/postgres", f",127.0.0.1:{standby.port}/postgres")
        async with fleet(world, both, tmp_path, ("l1", "l2")) as them:
            await cut_off(standby)
            await world.hurt("us", "app", status(503))
            await until(lambda: bool(them.keys() and them.rooms()), 40, "the page and the room")
            primary.stop(signal.SIGQUIT)
            [[known]] = await speak(standby.url, "SELECT count(*) FROM incidents")
            assert known == 0
            await standby.speak("SELECT pg_promote()")
            leads = await them.led_by(within_s=40)

            async def is_known() -> bool:
                return "us-1" in str(await them.incident(await them.led_by()))

            await until(is_known, 40, f"the incident to be known again, see {leads}")
            await asyncio.sleep(5)  # in which a second page, room or incident would have come
            assert them.keys() == ["world/us-1/1"]
            assert len(them.rooms()) == 1
            assert await them.incident(await them.led_by(), "us-2") == {}


async def cut_off(standby: Own) -> None:
    """From now on it learns nothing of what is written."""
    await standby.speak("ALTER SYSTEM SET primary_conninfo = ''")
    await standby.speak("SELECT pg_reload_conf()")

    async def is_alone() -> bool:
        [[receivers]] = await speak(standby.url, "SELECT count(*) FROM pg_stat_wal_receiver")
        return receivers == 0

    await until(is_alone, 20, "the standby to be cut off")
