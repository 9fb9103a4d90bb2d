"""Places for so many connections, and who has to go when one more comes.

A connection keeps its place while a request is answered that has come whole, or whose head shows a right token. All
others only wait: for somebody who is slow to ask, slow to read, or has nothing to ask. When every place is taken, the
one that has waited for longest makes room, but each has a moment first: else a crowd would push out everybody in it
before anybody is heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from checker.web.ports import Limits
from checker.web.tokens import is_known


class Doorway:
    """Who is connected. Nothing is told of those who left: they are found when their place is wanted."""

    def __init__(
        self, limits: Limits, bounded: Callable[[str], None], monotonic: Callable[[], float]
    ) -> None:
        self._limits = limits
        self._bounded = bounded
        self._monotonic = monotonic
        self._waiting: dict[asyncio.Transport, float] = {}  # since when; the longest first
        self._answered: set[asyncio.Transport] = set()

    def admits(self, transport: asyncio.Transport) -> bool:
        """Gives it a place; False: there is none to be had."""
        if self._is_full:
            self._forget()
        if self._is_full and not self._makes_room():
            self._bounded("web_connections")
            return False
        self._waiting[transport] = self._monotonic()
        return True

    @contextmanager
    def answering(self, transport: asyncio.Transport | None) -> Iterator[None]:
        """Leaves it its place meanwhile; None is one that has gone."""
        if transport is None or self._waiting.pop(transport, None) is None:
            yield  # gone; or answered already, by whoever called us
            return
        self._answered.add(transport)
        try:
            yield
        finally:
            self._answered.remove(transport)
            self._waiting[transport] = self._monotonic()

    @property
    def _is_full(self) -> bool:
        return len(self._waiting) + len(self._answered) >= self._limits.connections

    def _forget(self) -> None:
        gone = [transport for transport in self._waiting if _is_gone(transport)]
        for transport in gone:
            del self._waiting[transport]

    def _makes_room(self) -> bool:
        for transport, since in self._waiting.items():
            if self._monotonic() - since < self._limits.patience_s:
                return False
            del self._waiting[transport]
            transport.abort()  # to close it would wait for whoever does not read
            self._bounded("web_waiting")
            return True
        return False


def _is_gone(transport: asyncio.Transport) -> bool:
    """Whether its socket is closed: one that is closing may wait for long until all is read."""
    return bool(transport.get_extra_info("socket").fileno() < 0)


class Guest(asyncio.Protocol):
    """Whoever connects: handed over to the server, or hung up on at once."""

    def __init__(self, doorway: Doorway, server: web.Server) -> None:
        self._doorway = doorway
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if not self._doorway.admits(transport):
            transport.close()
            return
        handler = self._server()
        transport.set_protocol(handler)
        handler.connection_made(transport)


DOORWAY = web.AppKey("doorway", Doorway)


@web.middleware
async def keep_place_of_known(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever shows a right token keeps the connection while the body comes."""
    if not is_known(request):
        return await handler(request)
    return await keep_place(request, handler)


@web.middleware
async def keep_place(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever is answered keeps the connection meanwhile."""
    with request.app[DOORWAY].answering(request.transport):
        return await handler(request)
