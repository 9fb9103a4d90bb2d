"""`make torture`: what was done to the daemon, what was expected, what was seen; 1 on any miss, 75 where cases could not be played.

python -m tests.torture [--only crash,random=20,responders] [--case TEXT] [--at-once 12] [--list] [--write]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from rich.console import Console

from tests.torture import (
    crash,
    endings,
    limits,
    lives,
    load,
    probes,
    random_kills,
    responders,
    stores,
    table,
)
from tests.torture.case import Case, Seen, Skipped
from tests.torture.table import Played

CASE_S = 400.0  # no case takes longer
NOT_PLAYED = os.EX_TEMPFAIL  # nothing was missed, but not all could be looked at
AT_ONCE = 12  # cases that are played at a time: they mostly wait

Part = Callable[[int | None], Awaitable[list[Case]]]

PARTS: dict[str, Part] = {
    "crash": crash.cases,
    "random": random_kills.cases,
    "lives": lives.cases,
    "endings": endings.cases,
    "store": stores.cases,
    "limits": limits.cases,
    "responders": responders.cases,
    "probes": probes.cases,
    "load": load.cases,
}

console = Console(soft_wrap=True, highlight=False)


def say(text: str, style: str = "") -> None:
    console.print(text, style=style, markup=False)


async def play(case: Case, folder: Path) -> Played:
    """The case in a folder of its own; whatever it raises is a miss."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(CASE_S):
            played = Played(case, await case.run(folder / "config"))
    except Skipped as skipped:
        played = Played(case, None, skipped.why)
    except Exception as error:
        played = Played(case, Seen(f"{type(error).__name__}: {error}", is_right=False))
    verdict = played.why or (played.seen.text if played.seen else "")
    style = "bold red" if played.is_miss else "dim"
    say(f"{time.monotonic() - begun:6.1f} s  {case.title}: {verdict}", style)
    return played


async def play_all(cases: Sequence[Case], at_once: int, folder: Path) -> list[Played]:
    """Many at a time, and those that measure time one by one."""
    room = asyncio.Semaphore(at_once)

    async def one(number: int, case: Case) -> Played:
        async with room:
            return await play(case, folder / str(number))

    numbered = list(enumerate(cases))
    together = [one(number, case) for number, case in numbered if not case.is_alone]
    played = {done.case: done for done in await asyncio.gather(*together)}
    for number, case in numbered:
        if case.is_alone:
            played[case] = await play(case, folder / str(number))
    return [played[case] for case in cases]


async def chosen(only: str, text: str) -> list[Case]:
    """The cases of the parts that are named, all of them when none is; ValueError for an unknown one."""
    found: list[Case] = []
    for name in filter(None, only.split(",")) if only else PARTS:
        part, _, times = name.partition("=")
        if part not in PARTS:
            raise ValueError(f"no part {part!r}; there are: {', '.join(PARTS)}")
        found += await PARTS[part](int(times) if times else None)
    return [case for case in found if text in case.title]


async def run(asked: argparse.Namespace) -> int:
    begun = time.monotonic()
    cases = await chosen(asked.only, asked.case)
    if asked.list:
        for case in cases:
            say(case.title)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        played = await play_all(cases, asked.at_once, Path(folder))
    seconds = time.monotonic() - begun
    console.print(table.on_screen(table.rows(played)))
    misses = sum(one.is_miss for one in played)
    say(f"{len(played)} cases, {misses} missed, {seconds / 60:.1f} minutes", "bold")
    if asked.write:
        table.write(played, seconds)
    left_out = [one for one in played if one.seen is None]
    for one in left_out:
        say(f"not played: {one.case.title}: {one.why}", "bold red")
    if misses or not played:
        return 1
    return NOT_PLAYED if left_out else 0


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--only", default="", help=f"of {', '.join(PARTS)}; random=20 for 20 kills")
    parser.add_argument("--case", default="", help="only cases with this text in their title")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="cases at a time")
    parser.add_argument("--list", action="store_true", help="name the cases, and play none")
    parser.add_argument("--write", action="store_true", help=f"write {table.PAGE.name}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(run(asked())))
