"""Runs the world until it is interrupted: `python -m tests.world [folder for a config]`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.world.switchboard import switchboard
from tests.world.world import World


async def run(folder: Path | None) -> None:
    async with World() as world:
        door = switchboard(world)
        await door.open()
        try:
            say(world, door.address, folder)
            await asyncio.Event().wait()
        finally:
            await door.close()


def say(world: World, switches: str, folder: Path | None) -> None:
    lines = [f"{name:18} {address}" for name, address in world.addresses().items()]
    lines += [
        f"{'switchboard':18} {switches}",
        "",
        f"break it:   curl -X POST {switches}/break/us/app/status/503",
        f"spoil it:   curl -X POST {switches}/spoil/us/flags/missing",
        f"mend it:    curl -X POST {switches}/mend/us",
        f"look at it: curl {switches}/",
    ]
    if folder:
        lines.append(f"watch it:   checker run --config {world.config(folder, surfaces='all')}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        asyncio.run(run(Path(sys.argv[1]) if sys.argv[1:] else None))
    except KeyboardInterrupt:
        sys.exit(0)
