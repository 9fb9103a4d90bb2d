"""All that is particular to SQLite: how to connect, begin, and what its errors mean."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from checker.store.claim import Claim, lock_of
from checker.store.faults import StoreDamaged, StoreError, StoreMissing, StoreUnavailable

CONNECTIONS = 3  # one writes, two read
MAGIC = b"SQLite format 3\0"
LOG_KEPT = 64 * 1024 * 1024  # bytes of write-ahead log kept on disk between checkpoints


def file_of(url: str) -> Path:
    """The database file that `url` names: "sqlite:///var/checker.db"; StoreError for anything else."""
    try:
        made = make_url(url)
    except ArgumentError:
        raise StoreError(_NO_FILE) from None
    if made.get_backend_name() != "sqlite" or made.database in (None, "", ":memory:"):
        raise StoreError(_NO_FILE)
    return Path(str(made.database))


_NO_FILE = "the store must be a SQLite file, written as sqlite:///var/checker.db (four slashes: an absolute path)"


_RIGHTS = (
    "SQLite writes even to read, beside the file too. Let this user write to the file and to its folder, "
    "or do this as the user that the daemon runs as."
)
_TO_DO = {
    sqlite3.SQLITE_READONLY: f". {_RIGHTS}",
    sqlite3.SQLITE_READONLY_DBMOVED: ". The file was deleted or moved while it is open.",
    sqlite3.SQLITE_CANTOPEN: f". {_RIGHTS}",
}


class File:
    """A database file, of one daemon and the commands beside it."""

    is_shared = False
    faults: tuple[type[Exception], ...] = (DBAPIError, sqlite3.Error)

    def __init__(self, path: Path, busy_s: float) -> None:
        """Each writer waits at most `busy_s` for another process to end its writing."""
        self.path = path
        self._busy_s = busy_s

    def __str__(self) -> str:
        return str(self.path)

    def engine(self) -> AsyncEngine:
        engine = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(self.path)),
            # No isolation level: else the driver begins late, and updates get lost.
            connect_args={"isolation_level": None, "timeout": self._busy_s},
            hide_parameters=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
        )
        event.listen(engine.sync_engine, "connect", _connected)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine

    def to_write(self, durable: bool) -> Mapping[str, Any]:
        return {"begin": "IMMEDIATE", "synchronous": "FULL" if durable else "NORMAL"}

    def to_read(self) -> Mapping[str, Any]:
        return {}

    def bounded(
        self, connection: AsyncConnection, within_s: float
    ) -> AbstractAsyncContextManager[None]:
        """A file answers: what has begun is always brought to its end."""
        return nullcontext()

    @asynccontextmanager
    async def listening(
        self, channel: str, heard: Callable[[str], None]
    ) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """A file tells nobody anything."""
        yield _nothing

    def fault_of(self, error: Exception) -> StoreError:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_NOTADB:
            return _no_database(self.path)
        if code & 0xFF == sqlite3.SQLITE_CORRUPT:
            return StoreDamaged(_damage(self.path, str(cause)))
        to_do = _TO_DO.get(code) or _TO_DO.get(code & 0xFF, "")
        return StoreUnavailable(f"the store {self.path} cannot be used right now: {cause}{to_do}")

    async def close(self, engine: AsyncEngine) -> None:
        await engine.dispose()

    def claim(self) -> Claim:
        try:
            if not self.path.parent.is_dir():
                raise StoreError(_no_folder(self.path))
            if not lock_of(self.path).exists() and _is_something_else(self.path):
                raise _no_database(self.path)  # before a lock is made beside it
            return Claim.take(self.path)
        except OSError as error:
            raise StoreError(
                f"the store {self.path} cannot be made: {error.strerror}. "
                "Name a file in a folder that this user may write to (`store` in checker.yaml)."
            ) from error

    def require(self) -> None:
        if not self.path.is_file():
            raise StoreMissing(
                f"there is no store at {self.path}: has a daemon run with this config?"
            )

    async def turn(self, connection: AsyncConnection) -> None:
        """The claim has seen to it, and BEGIN IMMEDIATE."""

    async def examine(self, connection: AsyncConnection, tables: Sequence[str]) -> None:
        """Reads the tables whole."""
        for table in tables:
            found = await connection.execute(text(f"PRAGMA quick_check('{table}')"))
            verdict = str(found.scalar_one())
            if verdict != "ok":
                raise StoreDamaged(_damage(self.path, f"table {table}: {verdict}"))

    async def bytes_of(self, connection: AsyncConnection) -> int:
        """With the write-ahead log."""
        return await asyncio.to_thread(self._bytes)

    def _bytes(self) -> int:
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())


async def _nothing() -> None:
    pass


def _connected(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA journal_size_limit={LOG_KEPT}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    # Here, because SQLite takes a change of safety between transactions only.
    connection.exec_driver_sql(f"PRAGMA synchronous={options.get('synchronous', 'FULL')}")
    connection.exec_driver_sql(f"BEGIN {options.get('begin', 'DEFERRED')}")


def _no_folder(path: Path) -> str:
    return (
        f"the store {path} cannot be made: there is no folder {path.parent.absolute()} for it. Is the address right? "
        "If it is, make the folder. None is made for you: a store at a mistyped address would know of no open incident."
    )


def _is_something_else(path: Path) -> bool:
    """Whether it is a file of something else: https://www.sqlite.org/fileformat.html, "Magic Header String".

    Only where it cannot be open already: to close a file lets go of the locks that SQLite has on it.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) not in (b"", MAGIC)
    except OSError:
        return False  # none yet, or it cannot be read: that is said when it is opened


def _no_database(path: Path) -> StoreDamaged:
    asked = f"{path} is no SQLite database. Is the address right? If it is,"
    return StoreDamaged(f"{asked} {_damage(path, 'file is not a database')}")


def _damage(path: Path, what: str) -> str:
    return (
        f"the store {path} is damaged ({what}). Nothing was changed. Restore the file from a backup, or move it "
        "and its -wal and -shm files aside to start an empty one: what it knew of open incidents is then lost."
    )
