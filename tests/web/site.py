"""The daemon's web on a real socket of this machine, joined to a daemon that is made of values."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from checker.metrics import Exposition, Metrics, View
from checker.reload import Reloaded
from checker.web.server import Limits, Listening, WebPorts, make_app, serve
from tests.metrics.sample import ROUTES, plan, show

TOKEN = "s3cret-Tok3n-of-ours"
TAKEN = Reloaded(True, "config reloaded")
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class Daemon:
    """What the web is joined to, and what it asked for."""

    view: View = field(default_factory=show)
    missing: list[str] = field(default_factory=list)
    result: Reloaded = TAKEN
    reloads: int = 0
    bounds: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    token: str | None = TOKEN

    async def reload(self) -> Reloaded:
        self.reloads += 1
        return self.result

    def ports(self) -> WebPorts:
        metrics = Metrics(CollectorRegistry())
        metrics.watch([plan(name) for name in self.view.policy.watched], ROUTES)
        metrics.show(lambda: self.view)
        return WebPorts(
            metrics=Exposition(metrics).render,
            view=lambda: self.view,
            ready=lambda: self.missing,
            reload=self.reload,
            bounded=self.bounds.append,
            token=None if self.token is None else SecretStr(self.token),
            limits=self.limits,
        )


@dataclass
class Site:
    """An open site, and a client that keeps to it."""

    port: int
    client: aiohttp.ClientSession
    listening: Listening

    async def get(self, path: str, **more: object) -> tuple[int, str]:
        return await self.ask("GET", path, **more)

    async def ask(self, method: str, path: str, **more: object) -> tuple[int, str]:
        """Status and text."""
        async with self.client.request(method, path, **more) as response:  # type: ignore[arg-type]
            return response.status, await response.text()

    async def say(self, *lines: bytes) -> bytes:
        """Sends bytes as they are, and reads until the other side hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(b"\r\n".join(lines))
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


class Clock:
    """A monotonic clock that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def site(
    daemon: Daemon | None = None, clock: Callable[[], float] = time.monotonic, **more: object
) -> AsyncIterator[Site]:
    """The site of this daemon; ports may be replaced by name."""
    ports = replace((daemon or Daemon()).ports(), **more)  # type: ignore[arg-type]
    listening = await serve(make_app(ports, clock), "127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.port}"
    try:
        async with aiohttp.ClientSession(base) as client:
            yield Site(listening.port, client, listening)
    finally:
        await listening.stop()
