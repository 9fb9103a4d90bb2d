"""A real daemon as a process of its own, for the demo, the benchmarks and the tests of the whole."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp

ENTRY = (sys.executable, "-m", "checker")
PATIENCE = 2  # times what is waited for at most: where many daemons share two cores, all are late
PORTS = range(20_000, 32_768)  # below those that Linux gives to connections that go out
READY_WITHIN_S = 45.0  # a first look may be a whole interval away


def free_port() -> int:
    """A port that nobody listens on now, and that the system gives to nobody who asks for any."""
    while True:
        port = secrets.choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port


class Process:
    """`checker run` on a config. Its log goes to a file beside the config.

    `entry` is the command that stands for `checker`.
    """

    def __init__(self, config: Path, entry: Sequence[str] = ENTRY) -> None:
        self.config = config
        self.entry = tuple(entry)
        self.log = config / "daemon.log"
        self.port = free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        await self.spawn()
        await until(self.is_ready, READY_WITHIN_S, f"the daemon to be ready, see {self.log}")

    async def spawn(self) -> None:
        """Start it, and wait for nothing."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.entry,
                *("run", "--config", str(self.config), "--listen", f"127.0.0.1:{self.port}"),
                stdout=log,
                stderr=log,
                env=environment(),
            )

    async def is_ready(self) -> bool:
        if not self.is_alive:
            raise RuntimeError(f"the daemon ended: {self.log.read_text()[-2000:]}")
        try:
            return (await self.get("/-/ready"))[0] == 200
        except aiohttp.ClientError:
            return False

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body of one GET."""
        async with aiohttp.ClientSession() as session, session.get(self.address + path) as answer:
            return answer.status, await answer.text()

    async def fates(self, duty: str, incident: str = "us-1") -> list[str]:
        """What has become of the effects of one duty."""
        told = json.loads((await self.get(f"/api/v1/incidents/{incident}"))[1])
        return [effect["fate"] for effect in told["effects"] if effect["duty"] == duty]

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self._process is not None and self.is_alive:
            self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end, whatever that comes from; its exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM, and wait for the end; its exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.signal(signal.SIGKILL)
        await self.ended()


async def checker(*words: Any) -> tuple[int, str]:
    """Run the command line; its exit code and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        *command(*words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment(),
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


def command(*words: Any) -> list[str]:
    return [*ENTRY, *map(str, words)]


def environment() -> dict[str, str]:
    """Ours without anything that configures the checker."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith("CHECKER_")}
    return mine | {"PYTHONUNBUFFERED": "1", "COLUMNS": "140"}


async def until(
    holds: Callable[[], Awaitable[bool]] | Callable[[], bool], within_s: float, what: str
) -> None:
    """Wait until `holds`; TimeoutError that names `what` was waited for."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s * PATIENCE
    while True:
        answer = holds()
        if answer if isinstance(answer, bool) else await answer:
            return
        if loop.time() > end:
            raise TimeoutError(f"waited {within_s * PATIENCE:.0f} s in vain for {what}")
        await asyncio.sleep(0.05)
