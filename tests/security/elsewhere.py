"""Servers that are not what they should be: one that sends everybody away, and where they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.world.door import Door


class Elsewhere:
    """Keeps all that arrives. It is another origin than the one that sent it there, by its port."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self.door = Door(app)

    async def _take(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode("utf-8", "replace")
        self.arrived.append(f"{request.method} {request.path_qs} {dict(request.headers)} {body}")
        return web.json_response({"ok": True})


@asynccontextmanager
async def sent_away(status: int) -> AsyncIterator[tuple[str, Elsewhere]]:
    """The address of a server that answers all with this redirect, and where that leads."""
    elsewhere = Elsewhere()

    async def away(request: web.Request) -> web.Response:
        await request.read()
        place = f"{elsewhere.door.address}{request.path_qs}"
        return web.Response(status=status, headers={"Location": place})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", away)
    door = Door(app)
    await elsewhere.door.open()
    await door.open()
    try:
        yield door.address, elsewhere
    finally:
        await door.close()
        await elsewhere.door.close()
