"""A small disk of its own for one daemon, which can be filled: a tmpfs in a mount namespace that nobody else sees."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from tests.torture.case import Skipped
from tests.world.daemon import ENTRY

NEEDS = "it needs util-linux and leave to make a mount namespace (root, or unprivileged namespaces)"
PIECE = bytes(4096)


class SmallDisk:
    """`entry` is the command `checker` for which there is a small disk at `folder`; `seen` is the same from outside."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.folder = folder
        self.seen = Path(f"/proc/{pid}/root{folder}")
        more = () if is_root() else ("--user", "--preserve-credentials")
        self.entry = ("nsenter", "--target", str(pid), "--mount", *more, "--", *ENTRY)

    @property
    def store(self) -> str:
        return f"sqlite:///{self.folder}/checker.db"

    def fill(self, *files: Path) -> None:
        """To the last block, and to the last byte of those files."""
        for path, piece in ((self.seen / "ballast", PIECE), *((file, b"\n") for file in files)):
            with path.open("ab", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(piece)

    def free(self) -> None:
        (self.seen / "ballast").unlink(missing_ok=True)


@asynccontextmanager
async def small_disk(folder: Path, size: str) -> AsyncIterator[SmallDisk]:
    """Skipped where there can be none."""
    os.makedirs(folder)
    way = () if is_root() else ("--map-root-user",)
    mount = (
        f"mount -t tmpfs -o size={size},mode=0777 tmpfs '{folder}' && echo done && exec sleep 1000"
    )
    try:
        holder = await asyncio.create_subprocess_exec(
            *("unshare", *way, "--mount", "sh", "-c", mount), stdout=asyncio.subprocess.PIPE
        )
    except OSError:
        raise Skipped(NEEDS) from None
    try:
        assert holder.stdout is not None
        if await holder.stdout.readline() != b"done\n":
            raise Skipped(NEEDS)
        yield SmallDisk(folder, holder.pid)
    finally:
        with suppress(ProcessLookupError):
            holder.kill()
        await holder.wait()


def is_root() -> bool:
    return os.geteuid() == 0


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process is writing, and does not come to an end."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def damage(database: Path) -> None:
    """Every page is noise; those that the log has are not read from there."""
    with database.open("r+b") as file:
        file.write(os.urandom(database.stat().st_size))
