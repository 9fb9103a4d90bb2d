"""Killed at random moments, again and again: the dice find what a list does not."""

from __future__ import annotations

import asyncio
import random
import signal
from functools import partial
from pathlib import Path

from tests.torture.case import Case, Seen
from tests.torture.crash import ONCE, forked
from tests.torture.stage import Stage
from tests.torture.story import Story
from tests.torture.verdict import misses

KILLS = 200
IN_ONE = 10  # kills in one story
SHORTEST_S, LONGEST_S = 0.1, 4.0  # of a life
AGAIN_S = 30.0  # until it lives again


async def cases(kills: int | None) -> list[Case]:
    left = KILLS if kills is None else kills
    sizes = [min(IN_ONE, left - done) for done in range(0, left, IN_ONE)]
    return [
        Case(
            "random",
            f"kill -9 at a random moment, {IN_ONE} times in one incident",
            ONCE,
            partial(killed_often, seed, size),
            f"seed {seed}",
        )
        for seed, size in enumerate(sizes)
    ]


async def killed_often(seed: int, times: int, folder: Path) -> Seen:
    """Kills that are left when the story is over come then, and must change nothing of it."""
    async with forked(folder) as here:
        await here.keep()
        assassin = asyncio.create_task(assassinate(here, times, random.Random(seed)))
        try:
            story = Story(here)
            await story.play()
            await assassin
            await story.end()
        finally:
            assassin.cancel()
        wrong, kills = await misses(here), here.lives - 1
    if kills != times:
        wrong.append(f"{kills} kills, not {times}")
    return Seen("; ".join(wrong) or "the same", not wrong, kills)


async def assassinate(here: Stage, times: int, dice: random.Random) -> None:
    for _ in range(times):
        await asyncio.sleep(dice.uniform(SHORTEST_S, LONGEST_S))
        await here.until(lambda: here.daemon.is_alive, AGAIN_S, "it to live again")
        here.daemon.signal(signal.SIGKILL)
