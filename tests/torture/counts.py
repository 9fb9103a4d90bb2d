"""What there is of each thing in the end, and what the daemon counts itself."""

from __future__ import annotations

import asyncio
import re

from tests.torture.case import Seen
from tests.torture.stage import Stage

ONE_RING = "one ring, one incident"
ONE_TOO_MANY_S = 3.0  # in which a second ring would come


async def rings(here: Stage, wanted: int) -> Seen:
    """The rings and incidents, when there has been time for one too many."""
    await here.until(lambda: len(here.world.pagerduty.rings) >= wanted, 30, "the ring")
    await here.until(lambda: _has_room(here), 30, "the room")
    await here.until(lambda: _answers(here), 30, "the daemon")
    await asyncio.sleep(ONE_TOO_MANY_S)
    keys = [ring.page for ring in here.world.pagerduty.rings]
    known = [one["id"] for one in (await here.get("/api/v1/incidents"))["incidents"]]
    is_right = keys == [f"world/us-1/{n + 1}" for n in range(wanted)] and known == ["us-1"]
    return Seen(f"{_counted(keys, 'ring')}, {_counted(known, 'incident')}", is_right)


async def _answers(here: Stage) -> bool:
    await here.get("/api/v1/incidents")
    return True


def _has_room(here: Stage) -> bool:
    return len(here.world.slack.workspace.channels) == 1


def _counted(what: list[str], name: str) -> str:
    return f"one {name}" if len(what) == 1 else f"{len(what)} {name}s: {', '.join(what)}"


async def looks(here: Stage) -> int:
    return await total(here, "checker_looks_total")


async def failures(here: Stage) -> int:
    return await total(here, "checker_look_failures_total")


async def total(here: Stage, metric: str) -> int:
    """The sum of a metric over its labels."""
    found = re.findall(rf"^{metric}(?:{{[^}}]*}})? ([0-9.e+]+)$", await here.metrics(), re.M)
    return round(sum(map(float, found)))
