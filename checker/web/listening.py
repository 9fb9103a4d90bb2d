"""The socket: opened with a clear word if it cannot be, closed with a moment's grace."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from functools import partial

from aiohttp import web

from checker.web.doorway import DOORWAY, Guest
from checker.web.ports import PORTS

LINGER_S = 1.0  # that we read on after a refusal, so that it is seen and not cut off

# aiohttp writes a traceback for whatever a stranger sends that is not HTTP. It must not fill our log.
_MUTE = logging.getLogger("checker.web.garbage")
_MUTE.setLevel(logging.CRITICAL)

_WHY = {
    errno.EADDRINUSE: "something listens there already, perhaps another checker: "
    "stop it, or set web.port in checker.yaml (or --listen) to a free one",
    errno.EACCES: "we have no right to that port: set web.port in checker.yaml (or --listen) to 1024 or more",
    errno.EADDRNOTAVAIL: "this machine has no such address: mend web.host in checker.yaml, or --listen",
}


class CannotListen(Exception):
    """The address is not ours to have. The message says which key to change."""


class Listening:
    """An open socket and what answers on it."""

    def __init__(self, runner: web.AppRunner, server: asyncio.Server) -> None:
        self._runner = runner
        self._server = server

    @property
    def port(self) -> int:
        """The port that is really listened on, also when 0 was asked for."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Takes no more connections, lets answers under way end within `Limits.stop_s`, closes all."""
        self._server.close()
        await self._runner.cleanup()


def written(host: str, port: int) -> str:
    """The address as it stands in a URL: "127.0.0.1:9877", "[::1]:9877"."""
    bare = _bare(host)
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


def _bare(host: str) -> str:
    """An IPv6 address without the brackets that it has in a URL."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


async def serve(app: web.Application, host: str, port: int) -> Listening:
    """Listens; port 0 is any that is free. Raises CannotListen."""
    ports = app[PORTS]
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,  # a small body must not become a large one
        keepalive_timeout=ports.limits.idle_s,
        lingering_time=LINGER_S,
        logger=_MUTE,
        shutdown_timeout=ports.limits.stop_s,
    )
    await runner.setup()
    assert runner.server is not None
    guest = partial(Guest, app[DOORWAY], runner.server)
    try:
        server = await asyncio.get_running_loop().create_server(
            guest, _bare(host), port, backlog=ports.limits.connections
        )
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(f"cannot listen on {written(host, port)}: {_why(error)}") from error
    return Listening(runner, server)


def _why(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "this host name is not known: mend web.host in checker.yaml, or --listen"
    known = _WHY.get(error.errno or 0)
    return known or f"{error.strerror or error}: see web.host and web.port in checker.yaml"
