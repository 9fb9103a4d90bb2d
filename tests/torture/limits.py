"""What the system can refuse the daemon: descriptors, memory. It says of nobody else that they are down, and stays."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.torture.case import Case, Seen
from tests.torture.clocks import PATIENT
from tests.torture.counts import ONE_RING, failures, rings, total
from tests.torture.stage import Stage, stage
from tests.world.daemon import ENTRY
from tests.world.faults import status

NONE_S = 8.0  # for which there is none
OPEN = 3  # descriptors, all of which every process has open
FEW = 64
ROOM_MB = 2.0  # beyond what it has, when there is as good as no memory left
RUNG_S = 20.0
LIVES_MAX = 2  # it may die of it once


async def cases(_: int | None = None) -> list[Case]:
    return list(_cases())


def _cases() -> Iterator[Case]:
    limits = partial(Case, "limits")
    well = "no incident, no failed look, it stays up"
    yield limits(f"no descriptor to be had for {NONE_S:.0f} s", well, no_descriptors)
    ring = f"{ONE_RING}, once there are some"
    yield limits("no descriptor while something fails", ring, no_descriptors_in_an_outage)
    yield limits(f"{FEW} descriptors in all", ONE_RING, few_descriptors)
    lives = f"at most {LIVES_MAX} lives"
    there = f"no incident, no failed look, {lives}"
    yield limits(f"no memory to be had for {NONE_S:.0f} s", there, no_memory)
    ring = f"{ONE_RING}, at the latest when there is some, {lives}"
    yield limits("no memory while something fails", ring, no_memory_in_an_outage)


@contextmanager
def limited(pid: int, kind: int, to: int) -> Iterator[None]:
    """The process has no more than that of it, for a while. One that has died of it is no error."""
    was = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (to, was[1]))
    yield
    if os.path.exists(f"/proc/{pid}"):
        resource.prlimit(pid, kind, was)


def address_space(pid: int) -> int:
    """Bytes."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as figures:
        return int(figures.read().split()[0]) * resource.getpagesize()


# ── descriptors ───────────────────────────────────────────────────────────────────────────────


async def no_descriptors(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        pid = here.daemon.pid
        with limited(pid, resource.RLIMIT_NOFILE, OPEN):
            await asyncio.sleep(NONE_S)
        return await as_if_nothing_had_been(here)


async def as_if_nothing_had_been(here: Stage) -> Seen:
    await here.until(here.daemon.is_ready, 30, "it to be there again")
    await asyncio.sleep(5)
    known, failed = (await here.get("/api/v1/incidents"))["incidents"], await failures(here)
    doubts = await total(here, "checker_look_inconclusive_total")
    text = f"{len(known)} incidents, {failed} failed looks, {doubts} that could not tell"
    is_right = not known and not failed and not here.world.pagerduty.rings
    return Seen(f"{text}, {here.lives or 1} life", is_right and doubts > 0 and here.lives <= 1)


async def no_descriptors_in_an_outage(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        pid = here.daemon.pid
        with limited(pid, resource.RLIMIT_NOFILE, OPEN):
            await here.world.hurt("us", "signup", status(503))
            await asyncio.sleep(NONE_S)
        return await rings(here, 1)


async def few_descriptors(folder: Path) -> Seen:
    few = ("prlimit", f"--nofile={FEW}", *ENTRY)
    async with stage(folder, config={"thresholds": PATIENT}, entry=few) as here:
        await here.daemon.start()
        await here.world.hurt("us", "signup", status(503))
        return await rings(here, 1)


# ── memory ────────────────────────────────────────────────────────────────────────────────────


async def no_memory(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.keep()
        await here.until(here.daemon.is_ready, 40, "the daemon")
        await starved(here)
        await here.until(here.daemon.is_ready, 40, "it to be there again")
        await asyncio.sleep(5)
        known, failed = (await here.get("/api/v1/incidents"))["incidents"], await failures(here)
    text = f"{len(known)} incidents, {failed} failed looks, {_lives(here)}"
    return Seen(text, not known and not failed and here.lives <= LIVES_MAX)


async def starved(here: Stage) -> None:
    pid = here.daemon.pid
    room = round(ROOM_MB * 1024 * 1024)
    with limited(pid, resource.RLIMIT_AS, address_space(pid) + room):
        await asyncio.sleep(NONE_S)


async def no_memory_in_an_outage(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.keep()
        await here.until(here.daemon.is_ready, 40, "the daemon")
        await here.world.hurt("us", "signup", status(503))
        await starved(here)
        await here.until(lambda: bool(here.world.pagerduty.rings), RUNG_S, "the ring")
        found = await rings(here, 1)
    return Seen(f"{found.text}, {_lives(here)}", found.is_right and here.lives <= LIVES_MAX)


def _lives(here: Stage) -> str:
    return "in one life" if here.lives == 1 else f"in {here.lives} lives"
