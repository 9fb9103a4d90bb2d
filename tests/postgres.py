"""A real PostgreSQL for tests: the one that $CHECKER_TEST_PG_URL names, or one of our own for this process.

Ours is made by whatever `initdb` and `postgres` the machine has, as a user or as root, in a folder that goes with it.
It forgets everything in a power cut, and is fast for that.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from checker.store.store import Store

GIVEN = "CHECKER_TEST_PG_URL"
SECRET = "hunter2-hunter2"
STARTS_S = 30.0
CARELESS = (
    *("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=200"),
    *("log_min_messages=warning", "logging_collector=off", "wal_level=replica"),
)


class Cluster:
    """A server with as many databases as are asked for."""

    def __init__(self, url: str) -> None:
        """`url`: of a database from which others may be made."""
        self.url = url
        self._template = ""

    def of(self, name: str) -> str:
        """The address of the database of that name."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    async def speak(self, sql: str) -> None:
        await speak(self.url, sql)

    @asynccontextmanager
    async def database(self, *, made: bool) -> AsyncIterator[str]:
        """The address of a fresh one; `made`: with our tables in it."""
        like = f"TEMPLATE {await self._made_one()}" if made else ""
        name = f"t{uuid.uuid4().hex}"
        await self.speak(f"CREATE DATABASE {name} {like}")
        yield self.of(name)
        await self.speak(f"DROP DATABASE {name} WITH (FORCE)")

    async def _made_one(self) -> str:
        if not self._template:
            name = f"t{uuid.uuid4().hex}"
            await self.speak(f"CREATE DATABASE {name}")
            await (await Store.open(self.of(name), deadline_s=20.0)).close()
            self._template = name
        return self._template

    async def forget(self) -> None:
        if self._template:
            await self.speak(f"DROP DATABASE {self._template} WITH (FORCE)")


class Own(Cluster):
    """A server that we start, and may stop, freeze and kill."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """`folder`: where its files are, as `initialised` or a copy of another server has left them."""
        self.folder = folder
        self.port = port or free_port()
        self.process: subprocess.Popen[bytes] | None = None
        super().__init__(f"postgresql+asyncpg://checker:{SECRET}@127.0.0.1:{self.port}/postgres")

    def start(self) -> None:
        settings = [f"--{one}" for one in (*CARELESS, f"port={self.port}")]
        places = [f"--unix_socket_directories={self.folder}", "--listen_addresses=127.0.0.1"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [tool("postgres"), "-D", str(self.folder / "data"), *settings, *places],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **as_whom(),
            )
        self._wait()

    def _wait(self) -> None:
        ask = [tool("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        ends = time.monotonic() + STARTS_S
        while subprocess.run(ask, cwd="/", check=False).returncode != 0:
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.02)

    def pids(self) -> list[int]:
        """Of the server and of every backend of it."""
        assert self.process is not None
        family = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], check=True, capture_output=True, text=True
        )
        return [self.process.pid, *map(int, family.stdout.split())]

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: orderly, but now. SIGQUIT: as in a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(STARTS_S)
            self.process = None


@asynccontextmanager
async def own_server() -> AsyncIterator[Own]:
    """A server for one test, which it may treat as it likes."""
    with own_folder() as folder:
        server = Own(initialised(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


@asynccontextmanager
async def standby_of(primary: Own) -> AsyncIterator[Own]:
    """A server that follows `primary`, takes no writes, and can be told to take over."""
    with own_folder() as folder:
        there = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "checker"]
        run_tool(folder, "pg_basebackup", *there, "-c", "fast", "-R", "--no-sync")
        standby = Own(folder)
        standby.start()
        try:
            yield standby
        finally:
            standby.stop(signal.SIGQUIT)


# ── how it is made ────────────────────────────────────────────────────────────────────────────


def tool(name: str) -> str:
    """The path of one of PostgreSQL's own programs; the test is skipped, or fails in CI, if there is none."""
    places = [path / name for path in Path("/usr/lib/postgresql").glob("*/bin")]
    places.sort(key=lambda place: float(place.parent.parent.name), reverse=True)
    found = next((str(place) for place in places if place.exists()), shutil.which(name))
    if found is None:
        why = f"there is no PostgreSQL here ({name}): apt-get install postgresql, or set {GIVEN}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    return found


def as_whom() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as somebody who can do less."""
    if os.geteuid() != 0:
        return {}
    somebody = next(one for one in pwd.getpwall() if one.pw_name in ("postgres", "nobody"))
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


class own_folder:
    """A folder of whoever PostgreSQL runs as, outside of what only we may enter."""

    def __enter__(self) -> Path:
        self.path = Path(tempfile.mkdtemp(prefix="checker-pg-"))
        if whom := as_whom():
            shutil.chown(self.path, whom["user"], whom["group"])
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def initialised(folder: Path) -> Path:
    """The folder, with an empty server's files in it."""
    run_tool(
        folder, "initdb", "-U", "checker", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
    )
    return folder


def run_tool(folder: Path, name: str, *options: str) -> None:
    """Makes the folder's `data` with one of PostgreSQL's own programs."""
    subprocess.run(
        [tool(name), "-D", str(folder / "data"), *options],
        cwd=folder, check=True, capture_output=True, **as_whom(),
    )  # fmt: skip


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def speak(url: str, sql: str) -> list[asyncpg.Record]:
    """Does that, in the database at `url`, by hand; the rows, if there are any."""
    hand = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    try:
        return await hand.fetch(sql)
    finally:
        await hand.close(timeout=10)


# ── fixtures ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The server of this process's tests."""
    if given := os.environ.get(GIVEN):
        others = Cluster(given)
        yield others
        asyncio.run(others.forget())
        return
    with own_folder() as folder:
        server = Own(initialised(folder))
        server.start()
        yield server
        server.stop(signal.SIGQUIT)


@pytest.fixture
async def database(cluster: Cluster) -> AsyncIterator[str]:
    """The address of a fresh database with our tables."""
    async with cluster.database(made=True) as url:
        yield url


@pytest.fixture
async def empty_database(cluster: Cluster) -> AsyncIterator[str]:
    """The address of a fresh database with nothing in it."""
    async with cluster.database(made=False) as url:
        yield url
