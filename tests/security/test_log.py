"""The net under what keeps secrets out of the log by itself: a daemon casts it when it starts and at each reload."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.world.daemon import Process, until
from tests.world.world import World

pytestmark = pytest.mark.timeout(90)

PLACE = "frankfurt"  # what the log would say at the start
TAKEN_UP = "config_reloaded"  # and of each reload


def config(world: World, folder: Path, token: str) -> Path:
    """A token that happens to be a word of the log's own is as good as one that slipped into a line."""
    hook = {"kind": "webhook", "address": f"{world.slack.api}/hook", "token": token}
    return world.config(folder, location=PLACE, responders={"hook": hook})


def lines(daemon: Process) -> list[dict[str, Any]]:
    return [json.loads(line) for line in daemon.log.read_text().splitlines()]


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Process]:
    async with World() as world:
        process = Process(config(world, tmp_path / "config", PLACE))
        await process.start()
        yield process
        await process.kill()


async def test_what_is_a_secret_at_the_start_is_masked_from_then_on(daemon: Process):
    (started,) = (line for line in lines(daemon) if line["event"] == "started")
    assert started["location"] == "(secret)"


async def test_what_becomes_a_secret_with_a_reload_is_masked_from_then_on(daemon: Process):
    written = daemon.config / "checker.yaml"
    written.write_text(written.read_text().replace(f"token: {PLACE}", f"token: {TAKEN_UP}"))

    def is_taken_up() -> bool:
        return any(line.get("why") == "config reloaded" for line in lines(daemon))

    await until(is_taken_up, 20, "the reload")
    assert [line["event"] for line in lines(daemon) if line.get("why") == "config reloaded"] == [
        "(secret)"
    ]
