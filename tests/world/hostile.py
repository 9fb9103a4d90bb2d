"""Servers on loopback that answer as nobody should. An act is what one does with a connection.

It gets the path that was asked for, query included, and where to write.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

Act = Callable[[str, StreamWriter], Awaitable[None]]


class Stranger:
    """Plays one act on every connection. `heads` are the requests that it has read.

    `speaks_first`: without waiting for one.
    """

    def __init__(
        self, act: Act, tls: ssl.SSLContext | None = None, *, speaks_first: bool = False
    ) -> None:
        self._act = act
        self._tls = tls
        self._speaks_first = speaks_first
        self._playing: set[asyncio.Task[None]] = set()
        self.heads: list[bytes] = []

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def origin(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._play, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    def leave(self) -> None:
        """Listen no more; what is being played goes on."""
        self._server.close()

    def _play(self, reader: StreamReader, writer: StreamWriter) -> None:
        # Not a coroutine: asyncio would log what goes wrong on the stage.
        task = asyncio.ensure_future(self._perform(reader, writer))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def _perform(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head = b"" if self._speaks_first else await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                await self._act(head.decode().partition(" ")[2].partition(" ")[0], writer)
        finally:
            writer.close()


def says(*parts: bytes) -> Act:
    """These very bytes, and the end."""

    async def act(_: str, writer: StreamWriter) -> None:
        writer.writelines(parts)
        await writer.drain()

    return act


def answers(status: int, body: bytes = b"", *headers: str) -> Act:
    """A proper answer."""
    head = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return says("\r\n".join(head).encode(), body)


def redirects(location: str, status: int = 302) -> Act:
    """Elsewhere."""
    return answers(status, b"", f"Location: {location}")


def site(pages: Mapping[str, Act]) -> Act:
    """An act for each path, 404 for the others."""

    async def act(path: str, writer: StreamWriter) -> None:
        await pages.get(path, answers(404))(path, writer)

    return act


def repeats(first: bytes, then: bytes, pause_s: float = 0.0) -> Act:
    """`first`, and `then` again and again, until nobody listens any more."""

    async def act(_: str, writer: StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(then)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return act


async def stalls(path: str, writer: StreamWriter) -> None:
    """Not a word."""
    await asyncio.Event().wait()


async def resets(path: str, writer: StreamWriter) -> None:
    """Cuts the connection with a RST."""
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    writer.transport.abort()


OK = b"HTTP/1.1 200 OK\r\n"
drips = repeats(OK + b"Content-Length: 1000\r\n\r\n", b".", pause_s=0.02)
drips_headers = repeats(OK, b"X", pause_s=0.02)
never_ends = repeats(OK + b"\r\n", b"x" * 65_536)
interim_for_ever = repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)
headers_for_ever = repeats(OK, b"X-More: and more\r\n" * 1000)
one_header_for_ever = repeats(OK + b"X-Long: ", b"x" * 65_536)
one_byte_chunks = repeats(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 1000)
huge_headers = says(OK, *(b"X-%d: %s\r\n" % (n, b"x" * 8000) for n in range(200)), b"\r\n")
half_a_body = says(OK, b"Content-Length: 100\r\n\r\n", b"only this")
half_a_chunk = says(OK, b"Transfer-Encoding: chunked\r\n\r\n", b"ff\r\nonly this")
garbage = says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
nothing = says()


def bomb(mib: int = 200) -> Act:
    """`mib` MiB of zeros, gzipped to a thousandth."""
    packed = gzip.compress(bytes(1024 * 1024), 9) * mib
    return answers(200, packed, "Content-Encoding: gzip")
