"""What probes remember, in the table `held` beside the State: one row for each memory and location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.store.codec import text_of, value_of
from checker.store.tables import held
from checker.store.upsert import put_over

PART = "memory"


async def keep(
    connection: AsyncConnection, location: str, memories: Mapping[str, Mapping[str, Any]]
) -> None:
    """Writes each memory, whole, over what was there."""
    rows = [
        {"part": PART, "name": name, "location": location, "body": text_of(memory)}
        for name, memory in memories.items()
    ]
    await put_over(connection, held, rows)


async def of_location(connection: AsyncConnection, location: str) -> dict[str, dict[str, Any]]:
    """Every memory of that location."""
    rows = await connection.execute(
        select(held.c.name, held.c.body).where(held.c.part == PART, held.c.location == location)
    )
    return {name: value_of(dict[str, Any], body, f"memory {name}") for name, body in rows}
