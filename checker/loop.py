"""The daemon's event loop: whoever looks up a name does so on a thread that holds up nobody.

asyncio has a few threads for all that blocks. With a name server that is silent, calls to those who are told would
take them all, and keep the metrics, a reload and the exit of the process waiting until the last look-up gives up.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from probes.wire.resolver import Threads


class Loop(asyncio.SelectorEventLoop):
    """The usual one, but for name look-ups."""

    def __init__(self, look_up: Callable[..., Any] = socket.getaddrinfo) -> None:
        """`look_up` blocks, and takes and gives what socket.getaddrinfo does."""
        super().__init__()
        self._look_up = look_up
        self._threads = Threads()

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,  # asyncio's own name for it
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """As socket.getaddrinfo. OSError: ENOBUFS when too many look-ups are under way."""
        look_up = partial(self._look_up, host, port, family, type, proto, flags)
        return await asyncio.shield(self._threads.begin(str(host), look_up))
