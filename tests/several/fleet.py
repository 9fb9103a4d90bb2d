"""Several real daemons on one store, each in a location of its own, or some in the same."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.world.daemon import ENTRY, Process, until
from tests.world.world import World

# Three failed looks from two places, which span half a second, declare.
HASTY = {
    "thresholds": {
        "passed": 20,
        "declare_after": "500ms",
        "recover_after": "2s",
        "live_for": "5s",
    },
    "pace": {"every": "2s", "timeout": "1s", "recheck": "300ms"},
}


class Fleet:
    """`daemons` by their names, which are their locations, or "l1b" for a second one in l1."""

    def __init__(
        self,
        world: World,
        store: str,
        folder: Path,
        names: Sequence[str],
        entry: Sequence[str] = ENTRY,
        **overrides: Any,
    ) -> None:
        self.world = world
        self.store = store
        places = len({name[:2] for name in names})
        self.daemons = {
            name: Process(
                world.config(
                    folder / name,
                    **{"store": store, "location": name[:2], "locations": places}
                    | HASTY
                    | overrides,
                ),
                entry,
            )
            for name in names
        }

    async def start(self) -> None:
        for daemon in self.daemons.values():
            await daemon.spawn()
        for name, daemon in self.daemons.items():
            await until(daemon.is_ready, 45, f"{name} to be ready, see {daemon.log}")

    async def kill(self) -> None:
        for daemon in self.daemons.values():
            if daemon.is_alive:
                await daemon.kill()

    async def figure(self, name: str, family: str) -> float:
        """What the daemon's metrics say; -1 if it does not answer, or has no such series."""
        try:
            async with asyncio.timeout(1.0):
                _, text = await self.daemons[name].get("/metrics")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return -1.0
        found = re.search(rf"^{re.escape(family)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else -1.0

    async def leader(self) -> str:
        """Whoever leads; empty if nobody does now."""
        figures = await asyncio.gather(*(self.figure(n, "checker_leading") for n in self.daemons))
        leading = [name for name, figure in zip(self.daemons, figures, strict=True) if figure == 1]
        return leading[0] if len(leading) == 1 else ""

    async def led_by(self, *others_than: str, within_s: float = 20.0) -> str:
        """Whoever leads, once it is none of those."""
        found = ""

        async def leads() -> bool:
            nonlocal found
            found = await self.leader()
            return bool(found) and found not in others_than

        await until(leads, within_s, "somebody to lead")
        return found

    async def incident(self, name: str, id_: str = "us-1") -> Mapping[str, Any]:
        """The incident as that daemon tells of it; empty if it knows of none."""
        try:
            status, body = await self.daemons[name].get(f"/api/v1/incidents/{id_}")
        except aiohttp.ClientError:
            return {}
        return json.loads(body) if status == 200 else {}

    def keys(self) -> list[str]:
        """The keys under which somebody's telephone rang, in order."""
        return [ring.page for ring in self.world.pagerduty.rings]

    def rooms(self) -> list[str]:
        return [room.name for room in self.world.slack.workspace.channels]


@asynccontextmanager
async def fleet(
    world: World,
    store: str,
    folder: Path,
    names: Sequence[str] = ("l1", "l2", "l3"),
    entry: Sequence[str] = ENTRY,
) -> AsyncIterator[Fleet]:
    """Running, ready, and led by one of them."""
    them = Fleet(world, store, folder, names, entry)
    try:
        await them.start()
        await them.led_by()
        yield them
    finally:
        await them.kill()
