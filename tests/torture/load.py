"""A flood of strangers at the door, while something fails: the looks are on time, and so is the page."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from checker.desk import Desk
from tests.torture.case import Case, Seen
from tests.torture.clocks import PATIENT
from tests.torture.counts import rings
from tests.torture.gauges import LATE_MAX_S, RSS_MAX_MB, kept_by_99, lags, peak_mb
from tests.torture.stage import Stage, rewrite, stage
from tests.world.faults import status

PER_S, FLOOD_S = 1000, 30
SLOW, CROWD, SLOW_S = 200, 1000, 12
SENT = 0.95  # of the strangers that are to come, at least; the flood shares the machine with us
BEFORE_S = 5.0  # into the flood, when something begins to fail
PAGE_S = 1.0  # from the declaration until PagerDuty has the page: the figure of benchmarks/room.py
ASK_S, ANSWER_S = 0.1, 1.0  # between two who ask for health; kubelet waits for a second


async def cases(_: int | None = None) -> list[Case]:
    return list(_cases())


def _cases() -> Iterator[Case]:
    late = f"{LATE_MAX_S * 1000:.0f} ms"
    wanted = f"99 of 100 looks within {late}, the page within {PAGE_S:.0f} s, {RSS_MAX_MB:.0f} MB"
    for name, per_second, slow, seconds, share in (
        (f"{PER_S} strangers a second at the webhooks", PER_S, 0, FLOOD_S, 0.95),
        (f"{SLOW} slow clients", 0, SLOW, SLOW_S, 0.95),
        (f"{CROWD} slow clients", 0, CROWD, SLOW_S, 0.8),
        (f"{PER_S} strangers a second and {SLOW} slow clients", PER_S, SLOW, FLOOD_S, 0.95),
    ):
        asking = f"{share:.0%} of those who ask for health answered"
        run = partial(flooded, per_second, slow, seconds, share)
        title = f"{name}, for {seconds} s"
        yield Case("load", title, f"{wanted}; {asking}", run, is_alone=True)


async def flooded(per_second: int, slow: int, seconds: int, share: float, folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        rewrite(folder, signed)
        await here.daemon.start()
        await asyncio.sleep(2)
        before = lags(await here.metrics())
        async with flood(here.daemon.port, per_second, slow, seconds) as strangers:
            asking = asyncio.create_task(health(here))
            await asyncio.sleep(BEFORE_S)
            await here.world.hurt("us", "signup", status(503))
            said, _ = await strangers.communicate()
            asking.cancel()
            answered, asked = await asking
        found = await rings(here, 1)
        late = kept_by_99(before, lags(await here.metrics()))
        page_s, peak = await paged_after(here), peak_mb(here.daemon.pid)
        became = json.loads(said)
    is_right = found.is_right and late <= LATE_MAX_S and page_s <= PAGE_S and peak <= RSS_MAX_MB
    is_right = is_right and were_there(became, per_second * seconds, slow)
    figures = f"≤ {late * 1000:.0f} ms, page after {page_s:.2f} s, {peak:.0f} MB"
    health_told = f"health {answered} of {asked}"
    text = f"{figures}, {health_told}; {told(became)}"
    return Seen(text, is_right and answered >= share * asked)


def signed(config: dict[str, Any]) -> None:
    """Have both webhooks that need a signature."""
    config["responders"]["pagerduty"]["webhook_secret"] = "f" * 32
    config["responders"]["slack"]["signing_secret"] = "f" * 32


@asynccontextmanager
async def flood(
    port: int, per_second: int, slow: int, seconds: int = FLOOD_S
) -> AsyncIterator[asyncio.subprocess.Process]:
    numbers = map(str, (port, per_second, seconds, slow))
    strangers = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.torture.flood", *numbers), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield strangers
    finally:
        with suppress(ProcessLookupError):
            strangers.kill()
        await strangers.wait()


async def health(here: Stage) -> tuple[int, int]:
    """How often somebody was answered who asks for it now and then, and how often they asked; until it is cancelled."""
    answered = asked = 0
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(ASK_S)
            asked += 1
            answered += await is_healthy(here)
    return answered, asked


async def is_healthy(here: Stage) -> bool:
    try:
        async with asyncio.timeout(ANSWER_S):
            return (await here.daemon.get("/-/healthy"))[0] == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def paged_after(here: Stage) -> float:
    """Seconds from the declaration to the ring."""
    async with Desk.at(f"sqlite:///{here.store}") as desk:
        declared_at = (await desk.story("us-1")).incident.declared_at
    return here.world.pagerduty.rings[0].at - declared_at


def were_there(became: dict[str, int], wanted: int, slow: int) -> bool:
    """Whether as many came as were to come: a flood that is none shows nothing."""
    return became["sent"] >= SENT * wanted and became.get("slow ones let in", 0) >= slow


def told(seen: dict[str, Any]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
