"""`make soak`: a day of noise, blips, lost networks and one outage, and what it left of the daemon; 1 on any miss.

python -m tests.soak [--hours 24] [--speed 48] [--seed 1] [--write]     75: this machine cannot play it
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from tests.soak import virtual
from tests.soak.day import FASTEST_H, lived
from tests.soak.readings import Reading
from tests.soak.table import PAGE, figures, on_screen, write
from tests.soak.verdict import verdict

SPEED = 48.0  # of a core the daemon takes a third then; at 60, a busy machine's hiccups were looks that were skipped
# The disk is not sped up: a slow commit would be a second of that day.
MEMORY = next(filter(Path.is_dir, [Path("/dev/shm")]), None)
CANNOT = 75  # EX_TEMPFAIL: not played is not passed

console = Console(soft_wrap=True, highlight=False)


def told(reading: Reading) -> None:
    console.print(figures(reading), style="dim", markup=False)


async def run(asked: argparse.Namespace) -> int:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        day = await lived(Path(folder) / "config", asked.hours, asked.seed, told)
    day.real_s = (time.monotonic() - begun) / virtual.speed()
    bounds = verdict(day)
    console.print(on_screen(bounds))
    misses = sum(not bound.is_kept for bound in bounds)
    console.print(
        f"{len(bounds)} bounds, {misses} missed, {day.real_s / 60:.1f} minutes", style="bold"
    )
    if asked.write:
        write(day, bounds, virtual.speed())
    return 1 if misses else 0


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help=f"{FASTEST_H:g} at least")
    parser.add_argument("--speed", type=float, default=SPEED, help="virtual seconds in a real one")
    parser.add_argument("--seed", type=int, default=1, help="of the noise")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    found = parser.parse_args()
    if found.hours < FASTEST_H:
        parser.error(f"--hours: {FASTEST_H:g} at least")
    return found


def main() -> int:
    wanted = asked()
    library = virtual.library()
    if library is None:
        console.print(f"not played: {virtual.NEEDS}", style="bold")
        return CANNOT
    if virtual.speed() != wanted.speed:
        virtual.begin_again(library, wanted.speed)
    return asyncio.run(run(wanted))


if __name__ == "__main__":
    sys.exit(main())
