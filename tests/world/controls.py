"""Three unrelated third parties, by which a location tells its own outage from PostHog's."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

from tests.world.door import Door

NAMES = ("cloudflare", "google", "wikipedia")


async def _there(_: web.Request) -> web.Response:
    return web.Response(text="here")


def _party() -> Door:
    app = web.Application()
    app.router.add_get("/", _there)
    return Door(app)


class Controls:
    """Each can be reached by tcp and by plain http; cut together they look like the loss of our own network."""

    def __init__(self, names: tuple[str, ...] = NAMES) -> None:
        self.parties = {name: _party() for name in names}

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
