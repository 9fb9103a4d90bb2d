"""A world and a real daemon that watches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.postgres import cluster, database
from tests.world.daemon import Process
from tests.world.world import World

__all__ = ["cluster", "config", "daemon", "database", "world"]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    return world.config(tmp_path / "config")


@pytest.fixture
async def daemon(config: Path) -> AsyncIterator[Process]:
    """Running and ready."""
    process = Process(config)
    await process.start()
    yield process
    await process.kill()
