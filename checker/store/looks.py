"""The table of observations: what was seen, for as long as it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.model import Observation
from checker.store.codec import text_of, value_of
from checker.store.tables import observations
from checker.store.upsert import put_once
from probes.contract import Outcome


async def append(connection: AsyncConnection, new: Sequence[Observation]) -> None:
    """One row for each check, location and start; the same again is no second one."""
    rows = [
        {
            "check_name": seen.check,
            "at": seen.at,
            "location": seen.location,
            "scheduled": seen.scheduled,
            "duration_s": seen.duration_s,
            "body": text_of(seen.outcome),
            "verdict": seen.outcome.verdict,
            "reason": seen.outcome.reason,
        }
        for seen in new
    ]
    await put_once(connection, observations, rows)


async def since(
    connection: AsyncConnection, check: str, at: float, limit: int
) -> list[Observation]:
    """The oldest `limit` looks of `check` that started at `at` or later."""
    rows = await connection.execute(
        select(observations)
        .where(observations.c.check_name == check, observations.c.at >= at)
        .order_by(observations.c.at)
        .limit(limit)
    )
    return [
        Observation(
            check=row.check_name,
            location=row.location,
            at=row.at,
            outcome=value_of(Outcome, row.body, f"observation of {check}"),
            duration_s=row.duration_s,
            scheduled=row.scheduled,
        )
        for row in rows
    ]


async def forget(connection: AsyncConnection, before: float, limit: int) -> int:
    """Deletes at most `limit` looks that started before then; how many."""
    old = (
        select(observations.c.seq)
        .where(observations.c.at < before)
        .order_by(observations.c.at)
        .limit(limit)
    )
    gone = await connection.execute(observations.delete().where(observations.c.seq.in_(old)))
    return int(gone.rowcount)
