"""Killed at random moments, again and again: the dice find what a list does not."""

from __future__ import annotations

import asyncio
import random
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.torture.case import Case, Seen
from tests.torture.crash import ONCE, forked, judged
from tests.torture.stage import Stage

KILLS = 200
IN_ONE = 10  # kills in one story
SHORTEST_S, LONGEST_S = 0.1, 4.0  # of a life


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
    async with forked(folder) as here:
        assassin = asyncio.create_task(assassinate(here, times, random.Random(seed)))
        try:
            seen = await judged(here)
        finally:
            assassin.cancel()
        return replace(seen, times=here.lives - 1)  # a last kill may have come when all was over


async def assassinate(here: Stage, times: int, dice: random.Random) -> None:
    for _ in range(times):
        await asyncio.sleep(dice.uniform(SHORTEST_S, LONGEST_S))
        here.daemon.signal(signal.SIGKILL)
