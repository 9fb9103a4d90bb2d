"""The table of leases: one owner at a time, for a time, and a number that tells owners apart.

A lock that a connection holds is not enough: a daemon that froze keeps it for as long as it is frozen, and one that
thaws does not know that the world has moved on. A lease ends by itself, and whoever has lost it writes in vain.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Update, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.store.faults import Fenced
from checker.store.moment import Clock, now
from checker.store.tables import leases
from checker.store.upsert import insert

CORE = "core"  # the lease of whoever leads


def looking_from(location: str) -> str:
    """The name of the lease of the one replica that looks from there."""
    return f"location/{location}"


@dataclass(frozen=True, slots=True)
class Term:
    """A lease that was had when it was asked for. While an epoch lasts, nobody else had it."""

    name: str
    owner: str
    epoch: int
    until: float  # by our own monotonic clock, reckoned from before we asked: then it is over unless renewed


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a lease, for how much longer if it is not renewed; less than 0: it has run out."""

    owner: str
    epoch: int
    left_s: float


async def take(
    connection: AsyncConnection, name: str, owner: str, ttl_s: float, clock: Clock
) -> int | None:
    """The epoch, if the lease is `owner`'s now: it was already, or nobody's, or had run out."""
    moment = now(connection, clock)
    new = insert(connection, leases).values(
        name=name, owner=owner, epoch=1, expires_at=moment + ttl_s, written=0
    )
    mine = leases.c.owner == owner
    taken = new.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "owner": owner,
            "epoch": case((mine, leases.c.epoch), else_=leases.c.epoch + 1),
            "expires_at": new.excluded.expires_at,
        },
        where=or_(mine, leases.c.expires_at < moment),
    )
    epoch = (await connection.execute(taken.returning(leases.c.epoch))).scalar_one_or_none()
    return None if epoch is None else int(epoch)


async def renew(connection: AsyncConnection, term: Term, ttl_s: float, clock: Clock) -> None:
    """Fenced when it is another's by now. One that has merely run out is renewed."""
    later = _of(term).values(expires_at=now(connection, clock) + ttl_s)
    if (await connection.execute(later)).rowcount == 0:
        raise Fenced(_lost(term))


async def release(connection: AsyncConnection, term: Term) -> None:
    """Anybody may have it now; harmless if it is another's already."""
    await connection.execute(_of(term).values(expires_at=0.0))


async def count(connection: AsyncConnection, term: Term) -> int:
    """Counts one more write under the lease: its number. Fenced when it is another's by now.

    Until this transaction's end nobody can take the lease.
    """
    counted = _of(term).values(written=leases.c.written + 1).returning(leases.c.written)
    number = (await connection.execute(counted)).scalar_one_or_none()
    if number is None:
        raise Fenced(_lost(term))
    return int(number)


async def counted(connection: AsyncConnection, term: Term) -> int:
    """The number of the newest write under the lease. Fenced when it is another's by now."""
    found = await connection.execute(select(leases.c.written).where(*_terms(term)))
    number = found.scalar_one_or_none()
    if number is None:
        raise Fenced(_lost(term))
    return int(number)


async def holder(connection: AsyncConnection, name: str, clock: Clock) -> Holder | None:
    left = leases.c.expires_at - now(connection, clock)
    found = await connection.execute(
        select(leases.c.owner, leases.c.epoch, left).where(leases.c.name == name)
    )
    row = found.one_or_none()
    return None if row is None else Holder(*row)


def _of(term: Term) -> Update:
    return leases.update().where(*_terms(term))


def _terms(term: Term) -> tuple[ColumnElement[bool], ...]:
    # The owner as well: a server that forgot its last second may give the same number out twice.
    return (
        leases.c.name == term.name,
        leases.c.owner == term.owner,
        leases.c.epoch == term.epoch,
    )


def _lost(term: Term) -> str:
    return f"{term.owner} no longer holds the lease {term.name} (epoch {term.epoch})"
