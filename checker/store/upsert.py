"""Inserting what may be there already: the same statements, in the dialect of either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]
Insert = sqlite.Insert | postgresql.Insert


def insert(connection: AsyncConnection, table: Table) -> Insert:
    """An insert into `table` that knows what to do on a conflict."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def put_new(connection: AsyncConnection, table: Table, row: Row) -> bool:
    """Inserts the row unless it is there already, by any unique column; whether it was new."""
    key = next(iter(table.primary_key))
    new = insert(connection, table).values(**row).on_conflict_do_nothing().returning(key)
    return (await connection.execute(new)).first() is not None


async def put_once(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts what is not there yet, by any unique column."""
    if rows:
        await connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)


async def put_over(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts, and overwrites what has the same primary key."""
    if not rows:
        return
    new = insert(connection, table)
    keys = [column.name for column in table.primary_key]
    others = {name: new.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(new.on_conflict_do_update(index_elements=keys, set_=others), rows)
