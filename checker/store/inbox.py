"""The table through which everything comes in that is not a look: each id once."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.events import Event
from checker.store.codec import event_of, kind_of, text_of
from checker.store.tables import inbox
from checker.store.upsert import put_new

log = structlog.get_logger(__name__)


async def put(connection: AsyncConnection, inbox_id: str, event: Event, at: float) -> bool:
    """False when the id is known already."""
    row = {
        "id": inbox_id,
        "kind": kind_of(event),
        "at": at,
        "body": text_of(event),
        "drained": False,
    }
    return await put_new(connection, inbox, row)


async def undrained(connection: AsyncConnection, limit: int) -> list[tuple[str, Event]]:
    """Oldest first. What a newer program has put in is left for it."""
    rows = await connection.execute(
        select(inbox.c.id, inbox.c.kind, inbox.c.body)
        .where(inbox.c.drained.is_(False))
        .order_by(inbox.c.seq)
        .limit(limit)
    )
    read = [(name, kind, event_of(kind, body, f"inbox {name}")) for name, kind, body in rows]
    for name, kind, event in read:
        if event is None:
            log.warning("not understood, left in the inbox", id=name, kind=kind)
    return [(name, event) for name, _, event in read if event is not None]


async def mark_drained(connection: AsyncConnection, ids: Sequence[str]) -> None:
    if ids:
        await connection.execute(inbox.update().where(inbox.c.id.in_(ids)).values(drained=True))


async def forget_drained(connection: AsyncConnection, before: float, limit: int) -> int:
    """Deletes at most `limit` drained rows that were put in before then; how many."""
    old = (
        select(inbox.c.seq)
        .where(inbox.c.drained, inbox.c.at < before)
        .order_by(inbox.c.seq)
        .limit(limit)
    )
    gone = await connection.execute(inbox.delete().where(inbox.c.seq.in_(old)))
    return int(gone.rowcount)
