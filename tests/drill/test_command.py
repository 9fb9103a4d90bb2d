"""`checker drill` says it plainly, fails when a step did not happen, and is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from checker.config import load
from checker.drill.memory import recall
from checker.store.store import Store
from tests.world.daemon import checker
from tests.world.world import World

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


def config(world: World, folder: Path, drill: bool = True) -> Path:
    earnest: dict[str, Any] = {"routing_key": "e" * 32, "base_url": world.pagerduty.address}
    pager = earnest | {"routing_key": world.pagerduty.routing_key}
    marked = {"pager": pager | {"kind": "pagerduty", "drill": True}} if drill else {}
    return world.config(folder / "config", responders={"pagerduty": earnest} | marked)


async def test_it_shows_each_step_with_its_seconds(world: World, tmp_path: Path):
    code, said = await checker("drill", "--config", config(world, tmp_path))
    assert code == 0, said
    assert "page accepted by pager" in said
    assert "The drill went well: 4 steps." in said
    assert "It is not remembered: there is no store" in said
    assert world.pagerduty.incidents[0].state == "resolved"


async def test_beside_a_daemon_it_is_remembered(world: World, tmp_path: Path):
    folder = config(world, tmp_path)
    store = await Store.open(load(folder, {}).store)
    try:
        code, said = await checker("drill", "--config", folder)
        remembered = await recall(store)
    finally:
        await store.close()
    assert code == 0, said
    assert "not remembered" not in said
    assert remembered.ok


async def test_a_step_that_did_not_happen_fails_it_with_the_reason(world: World, tmp_path: Path):
    folder = config(world, tmp_path)
    world.pagerduty.routing_key = "0" * 32
    code, said = await checker("drill", "--config", folder)
    assert code == 1
    assert "Invalid routing key" in said
    assert "The drill failed: " in said


async def test_without_anybody_to_drill_it_says_what_to_write(world: World, tmp_path: Path):
    code, said = await checker("drill", "--config", config(world, tmp_path, drill=False))
    assert code == 1
    assert "drill: true" in said
    assert "Traceback" not in said
    assert world.pagerduty.events == []
