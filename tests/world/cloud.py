"""A PostHog Cloud on loopback: its app, and the door where events come in.

Each surface is one table of routes; a surface is broken as a whole, by its name.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

from tests.world.door import Fake, Right
from tests.world.faults import Fault

LOGIN = """<!DOCTYPE html>
<html><head><title>PostHog</title></head>
<body><div id="root"></div><script src="/static/index.js"></script></body></html>
"""


async def shell(_: web.Request) -> web.Response:
    """The page that every address of the app answers with: an empty shell that a script fills."""
    return web.Response(text=LOGIN, content_type="text/html")


async def health(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def livez(_: web.Request) -> web.Response:
    return web.json_response({"http": True})


async def front(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/login?next=/"})


class AppHost(Fake):
    """What `app.posthog.com` answers without a login."""

    def __init__(self, region: str) -> None:
        self.region = region
        super().__init__()

    def routes(self) -> list[tuple[str, str, str, Right]]:
        surfaces: dict[str, dict[str, Right]] = {
            "app": {
                "/": front,
                "/login": shell,
                "/_health": health,
                "/_livez": livez,
                "/_preflight": self.preflight,
            },
            "signup": {"/signup": shell},
        }
        return [
            ("GET", path, surface, right)
            for surface, table in surfaces.items()
            for path, right in table.items()
        ]

    async def preflight(self, _: web.Request) -> web.Response:
        """Always 200, and on Cloud always true: only the region and `can_create_org` say anything."""
        parts = ("django", "redis", "plugins", "celery", "clickhouse", "kafka", "db")
        return web.json_response(
            dict.fromkeys(parts, True)
            | {"cloud": True, "realm": "cloud", "region": self.region}
            | {"initiated": True, "can_create_org": True}
        )


class IngestHost(Fake):
    """Where events come in. It only says that it is there, as yet."""

    def routes(self) -> list[tuple[str, str, str, Right]]:
        return [("GET", "/_liveness", "capture", health)]


class Cloud:
    """One region: two hosts."""

    def __init__(self, region: str) -> None:
        self.app = AppHost(region)
        self.ingest = IngestHost()

    def _host(self, surface: str) -> Fake:
        return self.ingest if surface == "capture" else self.app

    async def hurt(self, surface: str, fault: Fault, times: int | None = None) -> None:
        """Break one surface. `refuse` takes its whole host along: they share a socket."""
        await self._host(surface).hurt(surface, fault, times)

    async def mend(self, surface: str | None = None) -> None:
        for host in (self.app, self.ingest) if surface is None else (self._host(surface),):
            await host.mend(surface)

    async def __aenter__(self) -> Self:
        await self.app.door.open()
        await self.ingest.door.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.app.door.close()
        await self.ingest.door.close()
