"""The table of daemons that are there: what each says of itself, every few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.store.moment import Clock, now
from checker.store.tables import locations
from checker.store.upsert import insert

HERE_S = 600.0  # a daemon that has said nothing for so long has no looks that are worth reading
FORGOTTEN_S = 86400.0  # its row is kept for so long


@dataclass(frozen=True, slots=True)
class Presence:
    """One daemon, as it was when it last said so."""

    replica: str  # a name of this very process, never used again
    location: str
    version: str
    is_looking: bool = True  # False: it stands by
    is_blind: bool = False
    behind_s: float = 0.0  # how late its looks are
    offset_s: float = 0.0  # how far its clock is ahead of the store's
    ago_s: float = 0.0  # when that was


async def say(connection: AsyncConnection, here: Presence, clock: Clock) -> float:
    """Writes the row, but for `offset_s` and `ago_s`, which are found out: the offset."""
    moment = now(connection, clock)
    row = {
        "location": here.location,
        "version": here.version,
        "seen_at": moment,
        "looking": here.is_looking,
        "blind": here.is_blind,
        "behind_s": here.behind_s,
        "offset_s": clock() - moment,
    }
    new = insert(connection, locations).values(replica=here.replica, **row)
    said = new.on_conflict_do_update(
        index_elements=["replica"], set_={name: new.excluded[name] for name in row}
    )
    found = await connection.execute(said.returning(locations.c.offset_s))
    return float(found.scalar_one())


async def everyone(connection: AsyncConnection, clock: Clock) -> list[Presence]:
    """By location and name, those that are gone too, until they are forgotten."""
    c = locations.c
    ago = now(connection, clock) - c.seen_at
    rows = await connection.execute(
        select(
            *(c.replica, c.location, c.version, c.looking, c.blind, c.behind_s, c.offset_s), ago
        ).order_by(c.location, c.replica)
    )
    return [Presence(*row) for row in rows]


async def here(connection: AsyncConnection, clock: Clock) -> Sequence[str]:
    """The replicas whose looks are read."""
    lately = locations.c.seen_at > now(connection, clock) - HERE_S
    found = await connection.execute(select(locations.c.replica).where(lately))
    return found.scalars().all()


async def forget(connection: AsyncConnection, clock: Clock) -> None:
    gone = locations.c.seen_at < now(connection, clock) - FORGOTTEN_S
    await connection.execute(locations.delete().where(gone))
