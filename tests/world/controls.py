"""Three unrelated third parties, by which a location tells its own outage from PostHog's."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

from tests.world.door import Door

# Config wants its controls on hosts of their own, and not on a target's. There is one loopback address that every
# machine has, but it can be written in several ways.
HOSTS = {"cloudflare": "127.1", "google": "127.0.1", "wikipedia": "2130706433"}


async def _there(_: web.Request) -> web.Response:
    return web.Response(text="here")


def _party() -> Door:
    app = web.Application()
    app.router.add_get("/", _there)
    return Door(app)


class Controls:
    """Each can be reached by tcp and by plain http; cut together they look like the loss of our own network."""

    def __init__(self) -> None:
        self.parties = {name: _party() for name in HOSTS}

    def places(self) -> dict[str, str]:
        """Each as host:port, for a control by tcp."""
        return {name: f"{HOSTS[name]}:{party.port}" for name, party in self.parties.items()}

    async def cut(self, *names: str) -> None:
        """Refuse connections at these, or at all."""
        for name in names or tuple(self.parties):
            await self.parties[name].shut()

    async def restore(self) -> None:
        for party in self.parties.values():
            await party.open()

    async def __aenter__(self) -> Self:
        await self.restore()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for party in self.parties.values():
            await party.close()
