"""kill -9 in the middle of writing: what was acknowledged is there, and the store is free."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.store.values import opened

ROOT = Path(__file__).parents[2]


async def commits_before_death(home, commits):
    """How many commits a child had acknowledged when it was killed, at least `commits`."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.store.writing_child", str(home)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    newest = 0
    while newest < commits:
        line = await child.stdout.readline()
        assert line, "the child ended by itself"
        newest = number(line) or newest
    child.kill()
    rest = (await child.stdout.read()).splitlines()
    await child.wait()
    return max([newest, *map(number, rest)])


def number(line):
    return int(line) if line.strip().isdigit() else 0  # it logs on stdout as well


@pytest.mark.parametrize("commits", [3, 20])
async def test_a_killed_writer_loses_nothing_that_it_had_acknowledged(home, commits):
    newest = await commits_before_death(home, commits)
    async with opened(home) as store:
        restored = await store.restore()
        unsure = {one.effect.id for one in restored.outbox if one.unsure}
        for n in range(1, newest + 1):
            assert await store.incident(f"us-{n}")
            assert len(await store.timeline(f"us-{n}")) == 1
            assert f"us-{n}/page/1@pager" in unsure
        # At most the one event that was being taken in when the process died.
        waiting = [name for name, _ in await store.inbox()]
        assert waiting in ([], [f"cli/{newest + 1}"])
    assert set(restored.state.incidents) <= {f"us-{newest}", f"us-{newest + 1}"}
