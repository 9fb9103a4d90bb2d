"""A flood of strangers at the door, while something fails: the looks are on time, and so is the page."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from checker.desk import Desk
from tests.torture.case import Case, Seen
from tests.torture.clocks import PATIENT
from tests.torture.counts import rings
from tests.torture.gauges import LATE_MAX_S, RSS_MAX_MB, lags, p99, peak_mb
from tests.torture.stage import Stage, stage
from tests.world.faults import status

PER_S, FLOOD_S, SLOW = 1000, 30, 200
BEFORE_S = 10.0  # into the flood, when something begins to fail
PAGE_S = 1.0  # from the declaration until PagerDuty has the page: the figure of benchmarks/room.py
RUNG_S = 15.0


async def cases(_: int | None = None) -> list[Case]:
    return list(_cases())


def _cases() -> Iterator[Case]:
    late = f"{LATE_MAX_S * 1000:.0f} ms"
    wanted = f"99 of 100 looks within {late}, the page within {PAGE_S:.0f} s, {RSS_MAX_MB:.0f} MB"
    for name, per_second, slow in (
        (f"{PER_S} strangers a second at the webhooks", PER_S, 0),
        (f"{SLOW} slow clients", 0, SLOW),
        (f"{PER_S} strangers a second and {SLOW} slow clients", PER_S, SLOW),
    ):
        run = partial(flooded, per_second, slow)
        yield Case("load", f"{name}, for {FLOOD_S} s", wanted, run, is_alone=True)


async def flooded(per_second: int, slow: int, folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        await asyncio.sleep(2)
        before = lags(await here.metrics())
        flood = await start(here.daemon.port, per_second, slow)
        await asyncio.sleep(BEFORE_S)
        answers = await is_answered(here)
        await here.world.hurt("us", "signup", status(503))
        await here.until(lambda: bool(here.world.pagerduty.rings), RUNG_S, "the ring")
        said, _ = await flood.communicate()
        found = await rings(here, 1)
        late = p99(before, lags(await here.metrics()))
        page_s, peak = await paged_after(here), peak_mb(here.daemon.pid)
    is_right = found.is_right and late <= LATE_MAX_S and page_s <= PAGE_S and peak <= RSS_MAX_MB
    figures = f"{late * 1000:.0f} ms, page after {page_s:.2f} s, {peak:.0f} MB"
    return Seen(f"{figures}; {answers}; {told(json.loads(said))}", is_right)


async def start(port: int, per_second: int, slow: int) -> asyncio.subprocess.Process:
    numbers = map(str, (port, per_second, FLOOD_S, slow))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.torture.flood", *numbers), stdout=asyncio.subprocess.PIPE
    )


async def is_answered(here: Stage) -> str:
    """Whether somebody who asks once is answered meanwhile."""
    try:
        async with asyncio.timeout(5):
            return "health is answered" if (await here.daemon.get("/-/healthy"))[0] == 200 else "?"
    except (aiohttp.ClientError, TimeoutError):
        return "health is not answered"


async def paged_after(here: Stage) -> float:
    """Seconds from the declaration to the ring."""
    async with Desk.at(f"sqlite:///{here.store}") as desk:
        declared_at = (await desk.story("us-1")).incident.declared_at
    return here.world.pagerduty.rings[0].at - declared_at


def told(seen: dict[str, Any]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
