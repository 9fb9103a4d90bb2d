"""A listening socket on loopback that can be shut, and opened again on the same port; and what stands behind it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.world.faults import Answer, Fault, Faults, answer_with

Right = Callable[[web.Request], Awaitable[web.StreamResponse]]
Toll = Callable[[str, web.Request, Answer], Awaitable[web.StreamResponse]]
"""Whom every request passes: gets its name, and may have it answered, now, later or never."""


def bound(port: int = 0) -> socket.socket:
    """A socket that holds a loopback port but does not listen: whoever connects is refused."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


class Door:
    """One aiohttp app on one loopback port, which stays the same however often the door is shut.

    With `tls` it speaks nothing but that.
    """

    def __init__(self, app: web.Application, tls: ssl.SSLContext | None = None) -> None:
        # A request that hangs on command must not hold up the end.
        self._runner = web.AppRunner(
            app, shutdown_timeout=0, handler_cancellation=True, access_log=None
        )
        self._tls = tls
        self._socket = bound()
        self.port: int = self._socket.getsockname()[1]
        self._site: web.SockSite | None = None

    @property
    def address(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def is_open(self) -> bool:
        return self._site is not None

    async def open(self) -> None:
        if self._runner.server is None:
            await self._runner.setup()
        if self._site is None:
            self._site = web.SockSite(self._runner, self._socket, ssl_context=self._tls)
            await self._site.start()

    async def shut(self) -> None:
        """Refuse new connections and cut those there are."""
        if self._site is None:
            return
        site, self._site = self._site, None
        await site.stop()
        self._socket.close()
        self._socket = bound(self.port)
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport:
                connection.transport.abort()

    async def close(self) -> None:
        self._site = None
        await self._runner.cleanup()
        self._socket.close()


class Fake:
    """Somebody else's HTTP interface, kept in memory behind one door.

    `routes`: (method, path, name, right): `name` is what a fault is put on; several paths may share one.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.faults = Faults()
        self.toll: Toll | None = None
        app = web.Application(client_max_size=4 * 1024 * 1024)
        for method, path, name, right in self.routes():
            app.router.add_route(method, path, self._breakable(name, right))
        self.door = Door(app, tls)

    def routes(self) -> list[tuple[str, str, str, Right]]:
        raise NotImplementedError

    @property
    def address(self) -> str:
        return self.door.address

    async def hurt(self, name: str, fault: Fault, times: int | None = None) -> None:
        """Break `name` until it is mended, or for so many requests."""
        self.faults.put(name, fault, times)
        if fault.what == "refuse":
            await self.door.shut()

    async def mend(self, name: str | None = None) -> None:
        """Mend `name`, or everything."""
        self.faults.clear(name)
        if not self.faults.holds("refuse"):
            await self.door.open()

    async def answer(self, name: str, request: web.Request, right: Answer) -> web.StreamResponse:
        return await answer_with(self.faults.take(name), request, right)

    def _breakable(self, name: str, right: Right) -> Right:
        async def respond(request: web.Request) -> web.StreamResponse:
            async def answer() -> web.StreamResponse:
                return await self.answer(name, request, lambda: right(request))

            return await (self.toll(name, request, answer) if self.toll else answer())

        return respond

    async def __aenter__(self) -> Self:
        await self.door.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.door.close()
