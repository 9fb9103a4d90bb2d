"""A store's own mark: by chance, written once, so that a store which is made anew is another one to everybody."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.store.tables import births

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks or sounds like another
LENGTH = 6  # 31^6 is nearly a milliard: two stores of one deployment never share it


def give(connection: Connection) -> None:
    """In the transaction that makes the tables."""
    mark = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    connection.execute(births.insert().values(mark=mark))


async def mark(connection: AsyncConnection) -> str:
    """The mark; empty: the store was there before there were any."""
    return await connection.scalar(select(births.c.mark)) or ""
