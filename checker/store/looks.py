"""The table of observations: what was seen, for as long as it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from typing import Any

from sqlalchemy import Row, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.model import Observation
from checker.store.codec import text_of, value_of
from checker.store.rows import Read, Unread
from checker.store.tables import observations
from checker.store.upsert import put_once
from probes.contract import Outcome


async def append(
    connection: AsyncConnection,
    new: Sequence[Observation],
    writer: str | None = None,
    after: int = 0,
) -> None:
    """One row for each check, location and start; the same again is no second one.

    A `writer` among several numbers its looks, these with what follows `after`.
    """
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
            "writer": writer,
            "number": None if writer is None else number,
        }
        for number, seen in enumerate(new, after + 1)
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
    return [_observation(row) for row in rows]


async def unread(
    connection: AsyncConnection, writers: Sequence[str], read: Read, since: float, each: int
) -> list[Unread]:
    """What each of `writers` has stored and `read` does not hold, in its order; no more than `each` of each.

    One daemon's looks are committed in the order of their numbers, for it writes one batch after the other. Over
    all daemons no number or time says what is committed and what is still to come: so they are read one by one.
    """
    if not writers:
        return []
    c = observations.c
    theirs = [
        select(observations)
        .where(c.writer == writer, c.number > read.get(writer, 0), c.at >= since)
        .order_by(c.number)
        .limit(each)
        .subquery()
        for writer in writers
    ]
    rows = await connection.execute(union_all(*(select(one) for one in theirs)))
    lanes: dict[str, list[Row[Any]]] = {}
    for row in sorted(rows, key=lambda row: int(row.number)):
        lanes.setdefault(row.writer, []).append(row)
    # As they were stored, but never one daemon's out of its own order, whatever a failover did to `seq`.
    merged = merge(*lanes.values(), key=lambda row: row.seq)
    return [Unread(_observation(row), row.writer, row.number) for row in merged]


def _observation(row: Row[Any]) -> Observation:
    return Observation(
        check=row.check_name,
        location=row.location,
        at=row.at,
        outcome=value_of(Outcome, row.body, f"observation of {row.check_name}"),
        duration_s=row.duration_s,
        scheduled=row.scheduled,
    )


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
