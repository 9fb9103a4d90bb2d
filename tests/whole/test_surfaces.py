"""Every surface of a PostHog, through the real command line and the real daemon."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.world.daemon import Process, checker, until
from tests.world.faults import Fault, empty, hang, page, status, throttle
from tests.world.world import World

pytestmark = pytest.mark.timeout(120)

ROW = re.compile(r"^(us|eu)/(\S+)\s+(passed|degraded|failed|inconclusive) +([a-z_]*)")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World(tls=True) as world:
        yield world


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    return world.config(tmp_path / "config", surfaces="all")


# ── one look at each ──────────────────────────────────────────────────────────────────────────

PATIENT = {"every": "5s", "timeout": "5s", "recheck": "1s"}  # a busy machine is no outage


@pytest.fixture
def once(world: World, tmp_path: Path) -> Path:
    return world.config(tmp_path / "config", surfaces="all", pace=PATIENT, thresholds={})


@dataclass(frozen=True)
class Shown:
    """What `checker check` shows: its exit code, and "verdict reason" of each check by target."""

    code: int
    text: str
    us: dict[str, str] = field(default_factory=dict)
    eu: dict[str, str] = field(default_factory=dict)


async def look(config: Path) -> Shown:
    code, text = await checker("check", "--config", config)
    shown = Shown(code, text)
    for row in filter(None, map(ROW.match, text.splitlines())):
        target, check, verdict, reason = row.groups()
        getattr(shown, target)[check] = f"{verdict} {reason}".strip()
    return shown


async def test_every_surface_passes_when_all_is_well(once: Path):
    shown = await look(once)
    assert shown.code == 0
    assert set(shown.us.values()) == {"passed"}
    assert shown.us.keys() >= {"app", "flags", "insights", "capture", "ingestion", "signup"}


async def test_each_look_shows_its_phases_and_what_it_measured(once: Path):
    text = (await look(once)).text
    [row] = [line for line in text.splitlines() if line.startswith("us/flags ")]
    assert len(re.findall(r"\d+\.\d", row)) == 6  # five phases, and the total
    assert "us/flags: flags_errors=0 flags_returned=2 http_status_code=200" in text
    assert re.search(r"us/ingestion: [^:]*lag_seconds=0", text)  # over two lines
    assert re.search(r"us/tls-us: days_left=(90|89\.99)", text)


ANSWERS: dict[str, tuple[Fault, dict[str, str]]] = {
    "app": (status(503), {"app": "failed status", "health": "failed status"}),
    "signup": (empty(), {"signup": "failed body"}),
    "flags": (throttle(30), {"flags": "failed status"}),
    "insights": (throttle(30), {"insights": "inconclusive own_limit"}),
    "capture": (
        status(503),
        {"capture": "failed status", "ingestion": "inconclusive look_up"},
    ),
}
NO_ANSWERS: dict[str, tuple[Fault, dict[str, str]]] = {
    "app": (hang(), {"app": "failed timeout", "health": "failed timeout"}),
    "signup": (status(500), {"signup": "failed status"}),
    "flags": (page(), {"flags": "failed body"}),
    "insights": (status(512), {"insights": "failed status"}),
    "capture": (page(), {"capture": "failed event", "ingestion": "inconclusive look_up"}),
}
CONTENTS: dict[str, dict[str, dict[str, str]]] = {
    "nothing comes": {
        "app migrating": {"health": "failed status"},
        "flags missing": {"flags": "failed flags"},
        "insights cached": {"insights": "inconclusive look_up"},
        "signup login": {"signup": "failed redirect"},
    },
    "half of it comes": {
        "flags database": {"flags": "degraded incomplete"},
        "insights later": {"insights": "inconclusive look_up"},
        "signup script": {"signup": "failed body"},
        "tls expiring": {"tls-us": "degraded expiry"},
    },
    "it is ours": {
        "flags quota": {"flags": "inconclusive own_quota"},
        "capture quota": {
            "capture": "inconclusive own_quota",
            "ingestion": "inconclusive look_up",
        },
    },
}


def worse(shown: Shown) -> dict[str, str]:
    """The checks at us that do not simply pass. `stored` follows what `ingestion` has seen."""
    return {
        check: found for check, found in shown.us.items() if found != "passed" and check != "stored"
    }


@pytest.mark.parametrize("faults", [ANSWERS, NO_ANSWERS], ids=["refused", "no answer"])
async def test_each_surface_that_is_broken_gives_its_reason(
    faults: dict[str, tuple[Fault, dict[str, str]]], world: World, once: Path
):
    for surface, (fault, _) in faults.items():
        await world.hurt("us", surface, fault)
    shown = await look(once)
    assert worse(shown) == {
        check: said for _, found in faults.values() for check, said in found.items()
    }
    assert set(shown.eu.values()) == {"passed"}
    assert shown.code == 1


@pytest.mark.parametrize("spoilt", CONTENTS.values(), ids=CONTENTS)
async def test_each_answer_that_holds_something_else_gives_its_reason(
    spoilt: dict[str, dict[str, str]], world: World, once: Path
):
    for what in spoilt:
        world.spoil("us", *what.split())
    shown = await look(once)
    assert worse(shown) == {
        check: said for found in spoilt.values() for check, said in found.items()
    }
    assert set(shown.eu.values()) == {"passed"}


async def test_an_expired_certificate_is_the_reason_wherever_it_is_shown(world: World, once: Path):
    world.spoil("us", "tls", "expired")
    shown = await look(once)
    assert {shown.us[check] for check in ("app", "flags", "capture", "tls-us")} == {"failed tls"}
    assert re.search(r"us/tls-us: certificate has expired days_left=-1", shown.text)
    assert shown.us["tcp-us"] == "passed"


# ── the daemon ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def daemon(config: Path) -> AsyncIterator[Process]:
    """Not started: what is wrong from the beginning can be said first."""
    process = Process(config)
    yield process
    await process.kill()


async def stands(daemon: Process) -> dict[str, Any]:
    return dict(json.loads((await daemon.get("/api/v1/status"))[1]))


async def measured(daemon: Process, metric: str, check: str) -> float:
    """The newest figure at us, NaN while there is none."""
    _, text = await daemon.get("/metrics")
    found = re.search(rf'^{metric}{{check="{check}",target="us"}} (\S+)', text, re.MULTILINE)
    return float(found[1]) if found else float("nan")


async def test_when_all_is_well_every_surface_is_and_nobody_is_paged(world: World, daemon: Process):
    await daemon.start()

    async def all_is_well() -> bool:
        words = {c["name"]: c["now"] for c in (await stands(daemon))["checks"]}
        return {word for name, word in words.items() if "stored" not in name} == {"well"}

    await until(all_is_well, 60, "every check to have been found well")
    assert world.pagerduty.rings == []


@pytest.mark.parametrize(
    ("surface", "fault", "severity"),
    [("flags", throttle(30), "major"), ("capture", status(503), "critical")],
    ids=["flags answer 429", "events are refused"],
)
async def test_an_outage_of_a_surface_is_paged_as_the_handbook_says(
    surface: str, fault: Fault, severity: str, world: World, daemon: Process
):
    await daemon.start()
    await world.hurt("us", surface, fault)
    await until(lambda: bool(world.pagerduty.rings), 45, "the page")
    [incident] = (await stands(daemon))["incidents"]
    assert incident["severity"] == severity
    assert incident["failing"] == [f"us/{surface}"]


async def test_a_save_that_fails_is_shown_and_wakes_nobody(world: World, daemon: Process):
    await world.hurt("us", "save", status(500))
    await daemon.start()

    async def is_shown() -> bool:
        checks = (await stands(daemon))["checks"]
        return any(c["name"] == "us/insights" and c["reason"] == "save" for c in checks)

    await until(is_shown, 45, "a save that failed")
    assert (await stands(daemon))["incidents"] == []


async def test_canaries_that_are_out_are_still_waited_for_after_a_restart_and_declared_late(
    world: World, daemon: Process
):
    world.spoil("us", "ingestion", "stalled")
    await daemon.start()

    async def some_are_out() -> bool:
        return await measured(daemon, "checker_canaries_outstanding", "capture") >= 4

    await until(some_are_out, 30, "canaries that do not arrive")
    await daemon.kill()
    restarted = time.time()
    await daemon.start()

    async def is_late() -> bool:
        return await measured(daemon, "checker_lag_seconds", "ingestion") > 0

    await until(is_late, 45, "a look for them")
    assert await measured(daemon, "checker_lag_seconds", "ingestion") > time.time() - restarted
    await until(lambda: bool(world.pagerduty.rings), 45, "the page")
    [incident] = (await stands(daemon))["incidents"]
    assert incident["severity"] == "major"
    assert incident["sentence"].endswith(">5 minute ingestion lag")
