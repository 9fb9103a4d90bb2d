"""A line between a daemon and its server, which can be cut and clogged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit


class Line:
    """Passes bytes both ways, until it is told otherwise."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_clogged = False  # takes everything, and passes on nothing
        self.clog_at: bytes = b""  # once the daemon has sent this, it is clogged
        self.cut_at: bytes = (
            b""  # once the daemon has sent this, no answer comes and the line is cut
        )
        self.cuts = 0
        self.is_shut = False  # nobody gets through any more who is not through already
        self.taken = 0  # how many got through

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_shut:
            writer.close()
            return
        self.taken += 1
        far_reader, far_writer = await asyncio.open_connection(*self._server)
        self._writers |= {writer, far_writer}
        out = asyncio.create_task(self._pass(reader, far_writer, is_out=True))
        back = asyncio.create_task(self._pass(far_reader, writer))
        self._tasks |= {out, back}
        await asyncio.wait([out, back], return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, far_writer):
            end.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_out: bool = False
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if is_out and self.cut_at and self.cut_at in data:
                    await self._cut_after(writer, data)
                    return
                if is_out and self.clog_at and self.clog_at in data:
                    self.clog_at, self.is_clogged = b"", True
                if not self.is_clogged:
                    writer.write(data)
                    await writer.drain()

    async def _cut_after(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """The server gets it and acts on it; its answer is on the way when the line goes."""
        self.cut_at, self.cuts, self.is_clogged = b"", self.cuts + 1, True
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0.1)
        self.is_clogged = False

    def cut(self) -> None:
        """Ends every connection that there is."""
        for writer in self._writers:
            writer.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the server at `url`, and the address at its near end."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    line = Line((parts.hostname, parts.port))
    near = await asyncio.start_server(line.take, "127.0.0.1", 0)
    port = near.sockets[0].getsockname()[1]
    login = parts.netloc.rpartition("@")[0]
    try:
        yield line, urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}"))
    finally:
        near.close()
        await line.close()
