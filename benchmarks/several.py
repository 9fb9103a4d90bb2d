"""Several daemons on one PostgreSQL: how soon a look is judged, and what a death of the leader costs.

    python -m benchmarks.several [kills]

Whole daemons, real sockets, a PostgreSQL of its own; exit 1 if a goal is missed. The simulated writers put looks as a
daemon does, through the same code, for a real daemon that leads.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.idle import cpu_of
from checker import journal
from checker.core.model import Observation
from checker.several.courier import Courier
from checker.several.roster import SAY_S
from checker.store.presence import Presence
from checker.store.store import Store
from probes.contract import Outcome, Verdict
from tests.postgres import own_server
from tests.several.fleet import Fleet, fleet
from tests.world.daemon import Process, until
from tests.world.faults import status
from tests.world.world import World

LAG = "checker_shared_look_lag_seconds"
TOKEN = {"Authorization": "Bearer token-of-the-world"}
SEED = 3
WARM_S, MEASURE_S = 15.0, 40.0
EVERY_S = 30.0
WORST_S = 2.0  # of an outage: it is suspected, declared, paged and has its room in these
TAKE_OVER_GOAL_S, PAGE_GOAL_S = 15.0, 75.0

BEYOND = ", which is beyond the ceiling"

missed: list[str] = []


def report(what: str, figure: float, goal: float) -> None:
    is_met = figure <= goal
    print(f"{what}: {figure:.3g} s, goal {goal:g} s {'ok' if is_met else 'MISSED'}", flush=True)
    if not is_met:
        missed.append(what)


def many_checks(count: int, every_s: float) -> dict[str, Any]:
    """So many checks of the login page, half of them at each cloud."""
    page = {"probe": "page", "surface": "app", "path": "/login"}
    pace = {"every": f"{every_s:g}s", "timeout": "5s", "recheck": "5s"}
    return {
        "checks": {f"app{n}": {**page, "targets": ["us", "eu"]} for n in range(count // 2)},
        "pace": pace,
        "thresholds": {},
    }


# ── how late the leader is ────────────────────────────────────────────────────────────────────


async def buckets(daemon: Process) -> dict[float, float]:
    """The lag's histogram: upper bound → how many looks were no later."""
    _, text = await daemon.get("/metrics")
    found = re.findall(rf'^{LAG}_bucket{{le="(\S+)"}} (\S+)$', text, re.MULTILINE)
    return {float(bound): float(count) for bound, count in found}  # the last one is inf


@dataclass(frozen=True)
class Lag:
    """Of the looks of one measurement, seconds; the leader's share of a core."""

    p50: float
    p99: float
    looks_per_s: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.looks_per_s:.0f} looks/s, p50 {self.p50:.2f} s, the leader {self.cpu:.0%} of a core"


async def lag_of(daemon: Process) -> Lag:
    await asyncio.sleep(WARM_S)
    before, cpu = await buckets(daemon), cpu_of(daemon.pid)
    await asyncio.sleep(MEASURE_S)
    after, cpu = await buckets(daemon), cpu_of(daemon.pid) - cpu
    new = {bound: after[bound] - before.get(bound, 0.0) for bound in after}
    return Lag(_quantile(new, 0.5), _quantile(new, 0.99), new[inf] / MEASURE_S, cpu / MEASURE_S)


def _quantile(new: dict[float, float], share: float) -> float:
    """As Prometheus reads it out of buckets: evenly spread within each."""
    wanted, below, low = share * new[inf], 0.0, 0.0
    for bound in sorted(new):
        if new[bound] >= wanted:
            part = (wanted - below) / max(1.0, new[bound] - below)
            return inf if bound == inf else low + part * (bound - low)
        below, low = new[bound], bound
    return inf


async def three_locations(store: str, folder: Path) -> None:
    async with World() as world:
        them = Fleet(world, store, folder, ("l1", "l2", "l3"), **many_checks(40, 5.0))
        try:
            await them.start()
            lag = await lag_of(them.daemons[await them.led_by()])
        finally:
            await them.kill()
    report(f"3 locations, 40 checks ({lag}): observation to leader, p99", lag.p99, 0.5)


@asynccontextmanager
async def writers(
    store: str, locations: int, checks: list[str], every_s: float
) -> AsyncIterator[None]:
    """So many locations that look at everything, evenly, and find it well."""
    stores = [await Store.open(store, deadline_s=20.0) for _ in range(locations)]
    works = [
        asyncio.create_task(_write(f"w{n:02}", one, checks, every_s))
        for n, one in enumerate(stores)
    ]
    try:
        yield
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        for one in stores:
            await one.close()


async def _write(name: str, store: Store, checks: list[str], every_s: float) -> None:
    courier = Courier(store.sharing, name, print, print)
    carrying = asyncio.create_task(courier.run())
    fine, said = Outcome(Verdict.PASSED), 0.0
    due = time.monotonic() + random.random() * every_s / len(checks)
    try:
        while True:
            for check in checks:
                if time.monotonic() - said > SAY_S:
                    said = time.monotonic()
                    await store.sharing.say(Presence(name, name, "1"))
                due += every_s / len(checks)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                courier.take(Observation(check, name, time.time(), fine))
    finally:
        carrying.cancel()


async def twenty_locations(store: str, folder: Path) -> None:
    """One real daemon leads and looks; nineteen more only write. Then faster, until it is too much."""
    async with World() as world:
        config = world.config(folder, store=store, locations=20, **many_checks(200, EVERY_S))
        daemon = Process(config)
        await daemon.start()
        checks = [f"{target}/app{n}" for target in ("us", "eu") for n in range(100)]
        try:
            for every_s in (EVERY_S, EVERY_S / 2, EVERY_S / 4):
                async with writers(store, 19, checks, every_s):
                    lag = await lag_of(daemon)
                what = f"20 locations × 200 checks every {every_s:g} s ({lag})"
                if every_s == EVERY_S:
                    report(f"{what}: p99", lag.p99, 1.0)
                else:
                    print(f"{what}: p99 {lag.p99:.3g} s{BEYOND if lag.p99 > 1 else ''}", flush=True)
        finally:
            await daemon.kill()


# ── deaths of the leader ──────────────────────────────────────────────────────────────────────


async def close(them: Fleet, incident: str) -> None:
    """Whoever is asked: what is said reaches the leader through the store."""
    daemon = next(iter(them.daemons.values()))
    url = f"{daemon.address}/api/v1/incidents/{incident}/close"
    said = {"by": "ada", "cause": "c", "fix": "f"}
    async with (
        aiohttp.ClientSession(headers=TOKEN) as session,
        session.post(url, json=said) as answer,
    ):
        assert answer.status < 300, await answer.text()


async def one_kill(them: Fleet, number: int, dice: random.Random) -> tuple[float, float]:
    """An outage in whose first seconds the leader dies: seconds until another leads, and until the page."""
    leader, key = await them.led_by(), f"world/us-{number}/1"
    began = time.monotonic()
    await them.world.hurt("us", "app", status(503))

    async def paged() -> float:
        await until(lambda: them.keys().count(key) > 0, 120, f"the page {key}")
        return time.monotonic() - began

    paging = asyncio.create_task(paged())
    await asyncio.sleep(dice.uniform(0.0, WORST_S))
    await them.daemons[leader].kill()
    died = time.monotonic()
    await them.led_by(leader, within_s=60)
    led_s, paged_s = time.monotonic() - died, await paging
    await until(lambda: len(them.rooms()) >= number, 60, f"the room of us-{number}")
    await them.daemons[leader].start()
    await them.world.mend("us", "app")
    other = next(name for name in them.daemons if name != leader)

    async def has_recovered() -> bool:
        told = await them.incident(other, f"us-{number}")
        return bool(told) and told["incident"]["phase"] == "recovered"

    await until(has_recovered, 90, f"us-{number} to recover")
    await close(them, f"us-{number}")
    return led_s, paged_s


async def kills(store: str, folder: Path, count: int) -> None:
    dice = random.Random(SEED)
    async with World() as world, fleet(world, store, folder) as them:
        took = []
        for number in range(1, count + 1):
            took.append(await one_kill(them, number, dice))
            print(
                f"  kill {number}: led after {took[-1][0]:.1f} s, paged after {took[-1][1]:.1f} s"
            )
        await asyncio.sleep(3)
        expected = [f"world/us-{n}/1" for n in range(1, count + 1)]
        is_right = sorted(them.keys()) == sorted(expected) and len(them.rooms()) == count
    led, paged = zip(*took, strict=True)
    print(
        f"{count} kills: {len(them.keys())} pages, {len(them.rooms())} rooms",
        "ok" if is_right else "WRONG",
    )
    if not is_right:
        missed.append(f"pages {them.keys()}, rooms {them.rooms()}")
    report(f"take-over, median {statistics.median(led):.1f} s, longest", max(led), TAKE_OVER_GOAL_S)
    report(
        f"outage to page, median {statistics.median(paged):.1f} s, longest", max(paged), PAGE_GOAL_S
    )


async def main(count: int) -> int:
    journal.write_to(sys.stderr, "error")
    async with own_server() as server:
        for part in (three_locations, twenty_locations):
            async with server.database(made=True) as store:
                with tempfile.TemporaryDirectory() as folder:
                    await part(store, Path(folder))
        async with server.database(made=True) as store:
            with tempfile.TemporaryDirectory() as folder:
                await kills(store, Path(folder), count)
    for what in missed:
        print(f"missed: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else 50)))
