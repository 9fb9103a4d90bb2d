"""The pace that the leader wants, in the table `held` beside the State: one row for each check in doubt."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.store.codec import text_of, value_of
from checker.store.tables import held
from checker.store.upsert import put_over

PART = "pace"


async def want(connection: AsyncConnection, pace: Mapping[str, float]) -> None:
    """Writes the whole of it over what was wanted before."""
    await connection.execute(
        held.delete().where(held.c.part == PART, held.c.name.not_in(list(pace)))
    )
    rows = [
        {"part": PART, "name": check, "location": "", "body": text_of(every_s)}
        for check, every_s in pace.items()
    ]
    await put_over(connection, held, rows)


async def wanted(connection: AsyncConnection) -> dict[str, float]:
    rows = await connection.execute(select(held.c.name, held.c.body).where(held.c.part == PART))
    return {check: value_of(float, body, f"pace of {check}") for check, body in rows}
