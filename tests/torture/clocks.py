"""Time that stands still or jumps: a daemon that is frozen, a clock that is set."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tests.torture.case import Case, Seen, Skipped
from tests.torture.counts import ONE_RING, failures, looks, rings, total
from tests.torture.stage import Stage, stage
from tests.torture.story import Story
from tests.torture.watch import Bell
from tests.world.faults import slow, status

FREEZE_S = 12.0
HOGGED_S = 10.0
HOGS = 2  # on each core
STEP_S = 2 * 3600.0  # by which the clock is set
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
CHECKS = 7  # with the controls; each is looked at once a second

# A failure must last for three seconds until it is declared, so that a hiccup is none.
PATIENT = {"passed": 20, "declare_after": "3s", "recover_after": "3s", "live_for": "5s"}


def cases() -> Iterator[Case]:
    lives, frozen = partial(Case, "lives"), f"frozen for {FREEZE_S:.0f} s"
    yield lives(f"{frozen} while all is well", "no incident, no failed look", frozen_while_well)
    yield lives(f"{frozen} while a page is under way", ONE_RING, frozen_at_a_page)
    woke = f"{ONE_RING}, after it woke"
    yield lives(f"{frozen} when it begins to fail", woke, frozen_at_first)
    hogged = f"every core busy with something else for {HOGGED_S:.0f} s while all is well"
    yield lives(hogged, "no incident, no failed look", hogged_while_well, is_alone=True)
    for by_s in (STEP_S, -STEP_S):
        is_set, while_well = f"clock set {by_s / 3600:+.0f} h", partial(clock_set_while_well, by_s)
        yield lives(f"{is_set} while all is well", "no incident, looks go on", while_well)
        in_one = partial(clock_set_in_an_incident, by_s)
        yield lives(f"{is_set} in an incident", "it goes on, each ring once", in_one)


# ── frozen ────────────────────────────────────────────────────────────────────────────────────


async def freeze(here: Stage) -> None:
    here.daemon.signal(signal.SIGSTOP)
    await asyncio.sleep(FREEZE_S)
    here.daemon.signal(signal.SIGCONT)


async def frozen_while_well(folder: Path) -> Seen:
    """Answers take a while, so that looks are always under way: those straddle the freeze."""
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        for cloud in ("us", "eu"):
            await here.world.hurt(cloud, "*", slow(0.4))
        await here.daemon.start()
        await asyncio.sleep(3)
        before = await looks(here)
        await freeze(here)
        await asyncio.sleep(5)
        after, failed = await looks(here), await failures(here)
        known = (await here.get("/api/v1/incidents"))["incidents"]
    burst = after - before
    text = (
        f"{len(known)} incidents, {failed} failed looks, {burst} looks in the {FREEZE_S + 5:.0f} s"
    )
    return Seen(text, not known and not failed and burst <= FREEZE_S * CHECKS)


async def frozen_at_a_page(folder: Path) -> Seen:
    async with stage(folder) as here:
        bell = Bell(here.world)
        await here.keep()
        await here.until(here.daemon.is_ready, 40, "the daemon")
        await here.world.hurt("pagerduty", "enqueue", slow(1))
        await here.world.hurt("us", "signup", status(503))
        await asyncio.wait_for(bell.asked.wait(), 30)
        await freeze(here)
        return await rings(here, 1)


async def frozen_at_first(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        await here.world.hurt("us", "signup", status(503))
        await asyncio.sleep(0.5)
        await freeze(here)
        early = len(here.world.pagerduty.rings)
        found = await rings(here, 1)
    return Seen(f"{found.text}, {early} of them while frozen", found.is_right and not early)


# ── no time to be had ─────────────────────────────────────────────────────────────────────────


async def hogged_while_well(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here, AsyncExitStack() as hogs:
        await here.daemon.start()
        await asyncio.sleep(2)
        before = await looks(here)
        for _ in range(HOGS * (os.cpu_count() or 1)):
            hog = await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")
            hogs.push_async_callback(hog.wait)
            hogs.callback(hog.kill)
        await asyncio.sleep(HOGGED_S)
        made, failed = await looks(here) - before, await failures(here)
        known = (await here.get("/api/v1/incidents"))["incidents"]
    text = f"{len(known)} incidents, {failed} failed looks of {made}"
    return Seen(text, not known and not failed and made >= HOGGED_S * CHECKS / 2)


# ── its clock is set ──────────────────────────────────────────────────────────────────────────


class Clock:
    """The wall clock of one daemon, which can be set; its monotonic clock goes on."""

    def __init__(self, folder: Path) -> None:
        if not FAKETIME.exists():
            raise Skipped("libfaketime is missing: apt-get install faketime")
        self._file = folder.with_suffix(".clock")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self.set(0)
        told = {
            "LD_PRELOAD": FAKETIME,
            "FAKETIME_TIMESTAMP_FILE": self._file,
            "FAKETIME_NO_CACHE": 1,
            "DONT_FAKE_MONOTONIC": 1,
            "FAKETIME_FORCE_MONOTONIC_FIX": 0,  # else each switch of threads takes milliseconds
        }
        self.entry = (
            "env",
            *(f"{name}={value}" for name, value in told.items()),
            sys.executable,
            "-m",
            "checker",
        )

    def set(self, by_s: float) -> None:
        """So many seconds beside the real time."""
        self._file.write_text(f"{by_s:+.0f}\n", encoding="ascii")


async def clock_set_while_well(by_s: float, folder: Path) -> Seen:
    clock = Clock(folder)
    async with stage(folder, config={"thresholds": PATIENT}, entry=clock.entry) as here:
        await here.daemon.start()
        await asyncio.sleep(2)
        clock.set(by_s)
        await asyncio.sleep(2)
        before = await looks(here)
        await asyncio.sleep(5)
        made = await looks(here) - before
        known, failed = (await here.get("/api/v1/incidents"))["incidents"], await failures(here)
        steps = await total(here, "checker_clock_steps_total")
    text = f"{len(known)} incidents, {failed} failed looks, {made} looks in the next 5 s, {steps} step noticed"
    return Seen(text, not known and not failed and made >= 4 * CHECKS and steps == 1)


async def clock_set_in_an_incident(by_s: float, folder: Path) -> Seen:
    clock = Clock(folder)
    async with stage(folder, entry=clock.entry) as here:
        await here.keep()
        story = Story(here)
        await story.open()
        await story.acknowledge(1)
        clock.set(by_s)
        await story.join()
        await story.escalate()
        await story.recover()
        await story.close()
        await here.until(lambda: _is_over(here), 40, "the end at PagerDuty")
        keys = [ring.page for ring in here.world.pagerduty.rings]
        await here.leave()
    return Seen(f"rings: {', '.join(keys)}; closed", keys == ["world/us-1/1", "world/us-1/2"])


def _is_over(here: Stage) -> bool:
    return all(one.state == "resolved" for one in here.world.pagerduty.incidents)
