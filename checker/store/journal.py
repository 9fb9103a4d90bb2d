"""The tables of incidents and of their timelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.model import Entry, Incident
from checker.store.codec import text_of, value_of
from checker.store.snapshot import changes
from checker.store.tables import entries, incidents
from checker.store.upsert import put_once, put_over


async def write_incidents(
    connection: AsyncConnection,
    was: Mapping[str, Incident],
    now: Mapping[str, Incident],
) -> None:
    """Writes what changed. Those that left the State stay, as history."""
    different, gone = changes(was, now)
    rows = [
        {
            "id": incident.id,
            "declared_at": incident.declared_at,
            "held": True,
            "body": text_of(incident),
        }
        for incident in different.values()
    ]
    await put_over(connection, incidents, rows)
    if gone:
        await connection.execute(
            incidents.update().where(incidents.c.id.in_(gone)).values(held=False)
        )


async def append_entries(connection: AsyncConnection, new: Sequence[Entry]) -> None:
    """The same entry again is the same line, so that a commit can be repeated."""
    rows = [
        {
            "digest": _digest(entry),
            "incident": entry.incident,
            "at": entry.at,
            "what": entry.what,
            "text": entry.text,
        }
        for entry in new
    ]
    await put_once(connection, entries, rows)


def _digest(entry: Entry) -> str:
    return sha256(text_of(entry).encode()).hexdigest()


async def held_incidents(connection: AsyncConnection) -> list[Incident]:
    """Those of the State: the live ones, and each target's newest."""
    rows = await connection.execute(
        select(incidents.c.id, incidents.c.body)
        .where(incidents.c.held)
        .order_by(incidents.c.declared_at)
    )
    return [_incident(name, body) for name, body in rows]


async def newest_incidents(connection: AsyncConnection, limit: int) -> list[Incident]:
    rows = await connection.execute(
        select(incidents.c.id, incidents.c.body)
        .order_by(incidents.c.declared_at.desc())
        .limit(limit)
    )
    return [_incident(name, body) for name, body in rows]


async def one_incident(connection: AsyncConnection, incident_id: str) -> Incident | None:
    found = await connection.execute(select(incidents.c.body).where(incidents.c.id == incident_id))
    body = found.scalar_one_or_none()
    return None if body is None else _incident(incident_id, body)


def _incident(incident_id: str, body: str) -> Incident:
    return value_of(Incident, body, f"incident {incident_id}")


async def timeline(connection: AsyncConnection, incident_id: str) -> list[Entry]:
    rows = await connection.execute(
        select(entries.c.incident, entries.c.at, entries.c.what, entries.c.text)
        .where(entries.c.incident == incident_id)
        .order_by(entries.c.seq)
    )
    return [Entry(*row) for row in rows]
