"""What can happen to a process beside a sudden end: asked to end, ended again and again, doubled."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.torture import clocks
from tests.torture.case import Case, Seen
from tests.torture.clocks import PATIENT
from tests.torture.counts import ONE_RING, rings
from tests.torture.stage import Stage, stage
from tests.torture.watch import Bell
from tests.world.daemon import ENTRY, Process
from tests.world.faults import Fault, hang, slow, status

EXIT_S = 10.0  # the figure for a shutdown
LIFE_S = 1.5  # of a daemon in a crash loop, once it is ready
LIVES = 12


async def cases(_: int | None = None) -> list[Case]:
    return [*_of_lives(), *clocks.cases()]


def _of_lives() -> Iterator[Case]:
    lives = partial(Case, "lives")
    ends = f"ends in {EXIT_S:.0f} s; {ONE_RING}"
    for how, fault in (("takes 2 s for", slow(2)), ("hangs over", hang())):
        yield lives(f"SIGTERM while PagerDuty {how} the page", ends, partial(told_to_end, fault))
    loop = f"kill -9 {LIFE_S} s after it is ready, {LIVES} times, while something fails"
    yield lives(loop, f"{ONE_RING}, before it ends", crash_loop)
    yield lives("a second daemon on the same store", "refused; then it takes over", doubled)
    beside = "a second daemon beside one that is frozen"
    yield lives(beside, "refused while the other lives", doubled_by_a_frozen_one)


# ── asked to end ──────────────────────────────────────────────────────────────────────────────


async def told_to_end(fault: Fault, folder: Path) -> Seen:
    async with stage(folder) as here:
        bell = Bell(here.world)
        await here.daemon.start()
        await here.world.hurt("pagerduty", "enqueue", fault)
        await here.world.hurt("us", "signup", status(503))
        await asyncio.wait_for(bell.asked.wait(), 30)
        begun = time.monotonic()
        code = await here.daemon.stop()
        took = time.monotonic() - begun
        await here.world.mend("pagerduty")
        await here.keep()
        found = await rings(here, 1)
    text = f"ended with {code} after {took:.1f} s; {found.text}"
    return Seen(text, found.is_right and took <= EXIT_S and code == 0)


async def crash_loop(folder: Path) -> Seen:
    """No life is as long as a failure must last until it is declared."""
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.world.hurt("us", "signup", status(503))
        for _ in range(LIVES):
            await here.daemon.start()
            await asyncio.sleep(LIFE_S)
            await here.daemon.kill()
        so_far = len(here.world.pagerduty.rings)
        await here.keep()
        found = await rings(here, 1)
    when = "in the loop" if so_far else "only after the loop"
    return Seen(f"{found.text}, {when}", found.is_right and so_far == 1, LIVES)


# ── doubled ───────────────────────────────────────────────────────────────────────────────────


async def doubled(folder: Path) -> Seen:
    async with stage(folder) as here:
        await here.daemon.start()
        code, said = await second(here)
        await here.daemon.kill()
        other = Process(folder)
        begun = time.monotonic()
        await other.start()
        took = time.monotonic() - begun
        await other.kill()
    refused = code == 1 and "in use by another checker" in said
    return Seen(
        f"{'refused' if refused else said}; ready {took:.1f} s after the first died", refused
    )


async def doubled_by_a_frozen_one(folder: Path) -> Seen:
    async with stage(folder) as here:
        await here.daemon.start()
        here.daemon.signal(signal.SIGSTOP)
        code, said = await second(here)
        here.daemon.signal(signal.SIGCONT)
        refused = code == 1 and "in use by another checker" in said
    return Seen("refused" if refused else said, refused)


async def second(here: Stage) -> tuple[int, str]:
    """Exit code and words of another daemon on the same config."""
    other = await asyncio.create_subprocess_exec(
        *ENTRY, "run", "--config", str(here.daemon.config), "--listen", "127.0.0.1:0",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(other.communicate(), 30)
    return other.returncode or 0, said.decode()
