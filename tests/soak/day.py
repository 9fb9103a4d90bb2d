"""The day: what happens in the world, and what is read of the daemon meanwhile.

One daemon on SQLite with the shipped pace and thresholds. Two cores do not carry three daemons on one PostgreSQL at
this speed, so an outage of one location is what it is for a location that is alone: its own network is lost, it
is blind, and says nothing of anybody. (That of three locations one is wrong, `tests/core` and the simulation try.)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.soak.readings import Reading, lateness, read
from tests.torture.gauges import Buckets
from tests.torture.stage import Stage, rewrite, stage
from tests.world import watching
from tests.world.faults import errors, status
from tests.world.posthog_flags import CANARY

NOISE = 0.01  # of all answers of both clouds
BLIP_S = 20.0  # shorter than `declare_after`, 30 s
BLIPS_EVERY_S = 5400.0
LOSSES_S = (
    300.0,
    900.0,
)  # two losses of the own network; after ten minutes the heartbeat stops as well
OUTAGE_S = 1200.0
ACKNOWLEDGED_AFTER_S = 240.0
CLOSED_AFTER_S = 900.0  # once it has recovered
READ_EVERY_S = 1800.0
LOOK_S = 1.0  # between two looks at whether something has happened
READY_WITHIN_S = 900.0  # a second of ours is a minute there

BLIPS = ("app", "flags", "capture")
FASTEST_H = 4.0  # a day shorter than this has no room for all of it


@dataclass
class Day:
    """What was seen. Times are virtual seconds."""

    hours: float
    keeps_h: float  # for which looks are kept
    readings: list[Reading] = field(default_factory=list)
    lags: Buckets = field(default_factory=dict)
    blind: list[bool] = field(default_factory=list)  # at the end of each loss of the own network
    blips: int = 0
    paged_after_s: float = 0.0
    recovered_after_s: float = 0.0
    rings: list[str] = field(default_factory=list)
    severities: list[str] = field(default_factory=list)  # of all incidents
    phases: list[str] = field(default_factory=list)
    pending: int = -1
    real_s: float = 0.0


async def lived(folder: Path, hours: float, seed: int, told: Callable[[Reading], None]) -> Day:
    """The whole day; `told` gets each reading. What the daemon does not do in time is a TimeoutError."""
    day = Day(hours, keeps_h=hours / 4)
    config = {
        "pace": {},
        "thresholds": {},
        "reload": "30s",
        "retention": f"{round(day.keeps_h * 60)}m",
        **watching.whole_table(),
    }
    async with stage(folder, config=config) as here:
        _watch_more(here, folder)
        await here.daemon.spawn()
        await _until(here.daemon.is_ready, READY_WITHIN_S, "the daemon")
        await _noise(here, seed)
        await _live(here, day, told)
    return day


def _watch_more(here: Stage, folder: Path) -> None:
    """Four surfaces of two clouds, at the shipped pace; PagerDuty is asked at its own, too."""

    def change(told: dict[str, Any]) -> None:
        clouds = {"us": here.world.us, "eu": here.world.eu}
        told["targets"] = {name: watching.target(it, keys=True) for name, it in clouds.items()}
        told["checks"] = dict(_checks())
        del told["responders"]["pagerduty"]["read_every"]

    rewrite(folder, change)


def _checks() -> Iterator[tuple[str, dict[str, Any]]]:
    seldom = {"every": "4m", "thresholds": {"failed": 25, "passed": 25}}
    yield "app", watching.page("app", "/login")
    yield "flags", _look("flags", canary=CANARY)
    yield "capture", _look("capture", every="15s")
    yield "ingestion", _look("ingestion", **seldom)


def _look(kind: str, **params: Any) -> dict[str, Any]:
    """At the surface of that name, at both clouds."""
    return {"probe": kind, "surface": kind, "targets": [*watching.TARGETS], **params}


# ── what happens ──────────────────────────────────────────────────────────────────────────────


async def _live(here: Stage, day: Day, told: Callable[[Reading], None]) -> None:
    begun = time.time()
    reader = asyncio.create_task(_read_on(here, day, begun, told))
    try:
        await _blips(here, day, begun + 0.25 * day.hours * 3600)
        await _own_network_lost(here, day, LOSSES_S[0])
        await _blips(here, day, begun + 0.5 * day.hours * 3600)
        await _own_network_lost(here, day, LOSSES_S[1])
        await _blips(here, day, begun + 0.7 * day.hours * 3600)
        await _outage(here, day)
        await _blips(here, day, begun + day.hours * 3600)
        await asyncio.wait_for(reader, 2 * READ_EVERY_S)
    finally:
        reader.cancel()
        await asyncio.wait([reader])
    await _end(here, day)


async def _noise(here: Stage, seed: int) -> None:
    for number, cloud in enumerate(("us", "eu")):
        await here.world.hurt(cloud, "*", errors(NOISE, 2 * seed + number))


async def _blips(here: Stage, day: Day, end: float) -> None:
    """Now and then one surface of one cloud fails for some seconds, until then."""
    while (rest := end - time.time()) > BLIPS_EVERY_S:
        await asyncio.sleep(BLIPS_EVERY_S)
        cloud, surface = watching.TARGETS[day.blips % 2], BLIPS[day.blips % len(BLIPS)]
        await here.world.hurt(cloud, surface, status(503))
        await asyncio.sleep(BLIP_S)
        await here.world.mend(cloud, surface)
        day.blips += 1
    await asyncio.sleep(rest)


async def _own_network_lost(here: Stage, day: Day, seconds: float) -> None:
    """Nobody can be reached from here: neither cloud, no control."""
    doors = [
        host.door for cloud in (here.world.us, here.world.eu) for host in (cloud.app, cloud.ingest)
    ]
    await here.world.controls.cut()
    for door in doors:
        await door.shut()
    await asyncio.sleep(seconds)
    day.blind.append(_is_blind(await here.metrics()))
    for door in doors:
        await door.open()
    await here.world.controls.restore()


def _is_blind(metrics: str) -> bool:
    return any(
        line.startswith("checker_blind{") and line.endswith(" 1.0") for line in metrics.splitlines()
    )


async def _outage(here: Stage, day: Day) -> None:
    """The app of one cloud is down; somebody is woken, takes it, and closes it when it is over."""
    rings = here.world.pagerduty.rings
    begun, before = time.time(), len(rings)
    await here.world.hurt("us", "app", status(503))
    await _until(lambda: len(rings) > before, OUTAGE_S, "the page")
    day.paged_after_s = rings[before].at - begun
    await asyncio.sleep(ACKNOWLEDGED_AFTER_S)
    here.world.pagerduty.acknowledge(rings[before].key)
    await asyncio.sleep(max(0.0, begun + OUTAGE_S - time.time()))
    ended = time.time()
    await here.world.mend("us", "app")
    name = (await here.get("/api/v1/incidents"))["incidents"][0]["id"]

    async def is_over() -> bool:
        return bool((await here.incident(name))["incident"]["phase"] == "recovered")

    await _until(is_over, 3600, "the recovery")
    day.recovered_after_s = time.time() - ended
    await asyncio.sleep(CLOSED_AFTER_S)
    body = {"by": "ada", "cause": "a full disk", "fix": "a bigger one"}
    await here.post(f"/api/v1/incidents/{name}/close", body, "closed")


# ── what is read ──────────────────────────────────────────────────────────────────────────────


async def _read_on(here: Stage, day: Day, begun: float, told: Callable[[Reading], None]) -> None:
    for number in range(1, round(day.hours * 3600 / READ_EVERY_S) + 1):
        await asyncio.sleep(begun + number * READ_EVERY_S - time.time())
        reading = await _read(here, number * READ_EVERY_S / 3600)
        day.readings.append(reading)
        told(reading)


async def _read(here: Stage, hour: float) -> Reading:
    """A few tries: its answer may come too late for a clock that runs so fast."""
    for _ in range(10):
        try:
            return await read(here, hour)
        except (aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(LOOK_S)
    return await read(here, hour)


async def _end(here: Stage, day: Day) -> None:
    day.lags = await lateness(here)
    day.rings = [ring.page for ring in here.world.pagerduty.rings]
    known = (await here.get("/api/v1/incidents"))["incidents"]
    day.severities = [one["severity"] for one in known]
    day.phases = [one["phase"] for one in known]
    metrics = await here.metrics()
    day.pending = sum(
        round(float(line.rpartition(" ")[2]))
        for line in metrics.splitlines()
        if line.startswith(("checker_outbox_pending{", "checker_outbox_stranded "))
    )


async def _until(holds: Callable[[], bool | Awaitable[bool]], within_s: float, what: str) -> None:
    """Wait until `holds`; a daemon that does not answer yet is waited for. TimeoutError names `what`."""
    end = time.time() + within_s
    while time.time() < end:
        try:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
        except (aiohttp.ClientError, TimeoutError, LookupError):
            pass
        await asyncio.sleep(LOOK_S)
    raise TimeoutError(f"waited {within_s:.0f} s in vain for {what}")
