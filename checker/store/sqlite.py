"""All that is particular to SQLite: how to connect, begin, insert once, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from checker.store.faults import StoreDamaged, StoreError, StoreUnavailable

CONNECTIONS = 3  # one writes, two read
LOG_KEPT = 64 * 1024 * 1024  # bytes of write-ahead log kept on disk between checkpoints

Row = Mapping[str, Any]


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


def engine_for(path: Path, busy_s: float) -> AsyncEngine:
    """Connections to `path`, each waiting at most `busy_s` for another process to end its writing.

    Execution options: `begin`, "IMMEDIATE" to write; `synchronous`, how safely.
    """
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        # No isolation level: else the driver begins late, and updates get lost.
        connect_args={"isolation_level": None, "timeout": busy_s},
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
    )
    event.listen(engine.sync_engine, "connect", _connected)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


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


async def put_once(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> int:
    """Inserts what is not there yet, by any unique column; how many rows were new."""
    if not rows:
        return 0
    result = await connection.execute(insert(table).on_conflict_do_nothing(), rows)
    return int(result.rowcount)


async def put_over(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts, and overwrites what has the same primary key."""
    if not rows:
        return
    new = insert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: new.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(new.on_conflict_do_update(index_elements=keys, set_=others), rows)


async def examine(connection: AsyncConnection, path: Path, tables: Sequence[str]) -> None:
    """StoreDamaged when one of `tables` or its indexes is not sound. Reads them whole."""
    for table in tables:
        found = await connection.execute(text(f"PRAGMA quick_check('{table}')"))
        verdict = str(found.scalar_one())
        if verdict != "ok":
            raise StoreDamaged(_damage(path, f"table {table}: {verdict}"))


def bytes_of(path: Path) -> int:
    """Bytes on disk, with the write-ahead log."""
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def fault_of(error: DBAPIError | sqlite3.Error, path: Path) -> StoreError:
    """What the driver's error means for the caller. Names the file, and holds no values of rows."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    primary = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(_damage(path, str(cause)))
    return StoreUnavailable(f"the store {path} cannot be used right now: {cause}")


def _damage(path: Path, what: str) -> str:
    return (
        f"the store {path} is damaged ({what}). Nothing was changed. Restore the file from a backup, or move it "
        "and its -wal and -shm files aside to start an empty one: what it knew of open incidents is then lost."
    )
