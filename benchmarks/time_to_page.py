"""How long from an outage to a page that PagerDuty has accepted: whole daemons, real sockets, real time.

    python -m benchmarks.time_to_page [outages]

Each outage has a world and a daemon of its own, one location, the default pace; it begins at a random
moment of the schedule. The goal is the third figure of each line.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.world.daemon import Process, until
from tests.world.faults import Fault, hang, refuse
from tests.world.world import World

SETTLE_S = 35.0  # every check and control has been looked at by then
AT_ONCE = 10  # worlds at the same time: more would measure this machine


@dataclass(frozen=True)
class Case:
    name: str
    every_s: int
    fault: Fault
    goal_s: float  # of the 95th percentile


CASES = (
    Case("refuses, every 30 s", 30, refuse(), 65.0),
    Case("refuses, every 15 s", 15, refuse(), 50.0),
    Case("hangs, every 30 s", 30, hang(), 75.0),
)


def defaults(case: Case) -> dict[str, Any]:
    """The shipped pace and thresholds, in place of the world's quick ones."""
    return {
        "pace": {"every": f"{case.every_s}s", "timeout": "10s", "recheck": "5s"},
        "thresholds": {"declare_after": "30s"},
    }


async def outage(case: Case, folder: Path, dice: random.Random) -> float:
    """Seconds from the outage's beginning to the first ring."""
    async with World() as world:
        daemon = Process(world.config(folder, **defaults(case)))
        try:
            await daemon.start()
            await asyncio.sleep(SETTLE_S + dice.uniform(0, case.every_s))
            began = time.time()
            await world.hurt("us", "app", case.fault)
            await until(lambda: bool(world.pagerduty.rings), 180, "the page")
            return world.pagerduty.rings[0].at - began
        finally:
            await daemon.kill()


async def measure(case: Case, outages: int, folder: Path) -> list[float]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> float:
        async with room:
            place = folder / f"{case.every_s}-{case.fault.what}-{number}"
            return await outage(case, place, random.Random(number))

    return sorted(await asyncio.gather(*map(one, range(outages))))


def line(case: Case, seconds: list[float]) -> str:
    p95 = seconds[min(len(seconds) - 1, round(0.95 * len(seconds)))]
    verdict = "ok" if p95 <= case.goal_s else "MISSED"
    middle = statistics.median(seconds)
    shown = " ".join(f"{s:.0f}" for s in seconds)
    return (
        f"{case.name:22} p50 {middle:5.1f} s  p95 {p95:5.1f} s  goal {case.goal_s:.0f} s {verdict}\n"
        f"{'':22} {shown}"
    )


async def main(outages: int) -> int:
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            told = line(case, await measure(case, outages, Path(folder)))
            missed += "MISSED" in told
            print(told, flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else 20)))
