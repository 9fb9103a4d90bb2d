"""The table of effects: what must be done, what was tried, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.model import Duty, Effect
from checker.store.codec import text_of, value_of
from checker.store.faults import StoreUnavailable
from checker.store.rows import Fate, Pending, Receipt, Tracked
from checker.store.tables import effects, incidents
from checker.store.upsert import put_once

_UNFINISHED = (Fate.PENDING, Fate.SENDING)


async def add(connection: AsyncConnection, new: Sequence[Effect], *, unsure: bool = False) -> None:
    """Appends effects as pending; one whose id is there already is left as it is.

    `unsure`: they may have been tried before.
    """
    await put_once(connection, effects, [_row(effect) | {"unsure": unsure} for effect in new])


def _row(effect: Effect) -> dict[str, Any]:
    return {
        "id": effect.id,
        "incident": effect.incident,
        "responder": effect.responder,
        "duty": effect.duty,
        "at": effect.at,
        "payload": text_of(effect.payload),
        "fate": Fate.PENDING,
        "tries": 0,
        "not_before": 0.0,
        "why": "",
    }


async def begin_try(connection: AsyncConnection, effect_id: str, at: float) -> None:
    await _mark(
        connection,
        effect_id,
        fate=Fate.SENDING,
        tries=effects.c.tries + 1,
        first_tried_at=func.coalesce(effects.c.first_tried_at, at),
    )


async def postpone(
    connection: AsyncConnection,
    effect_id: str,
    not_before: float,
    why: str,
    unsure: bool,
) -> None:
    await _mark(
        connection,
        effect_id,
        fate=Fate.PENDING,
        not_before=not_before,
        why=why,
        unsure=unsure,
    )


async def end(
    connection: AsyncConnection, effect_id: str, fate: Fate, at: float, **more: Any
) -> None:
    """Makes `fate` final. `more`: the receipt as JSON, or why."""
    await _mark(connection, effect_id, fate=fate, settled_at=at, **more)


async def _mark(connection: AsyncConnection, effect_id: str, **values: Any) -> None:
    changed = await connection.execute(
        effects.update().where(effects.c.id == effect_id).values(**values)
    )
    if changed.rowcount == 0:
        raise StoreUnavailable(f"effect {effect_id} is not in the store yet")


async def unfinished(connection: AsyncConnection) -> tuple[Pending, ...]:
    """What is left to do, in the order in which it was decided."""
    rows = await connection.execute(
        select(effects).where(effects.c.fate.in_(_UNFINISHED)).order_by(effects.c.seq)
    )
    return tuple(_pending(row) for row in rows)


def _pending(row: Row[Any]) -> Pending:
    return Pending(
        effect=_effect(row),
        tries=row.tries,
        first_tried_at=row.first_tried_at,
        not_before=row.not_before,
        unsure=row.unsure or row.fate == Fate.SENDING,
    )


async def receipts(connection: AsyncConnection) -> tuple[Receipt, ...]:
    """Of the incidents that are held, and of those with something left to do."""
    wanted = or_(
        effects.c.incident.in_(select(incidents.c.id).where(incidents.c.held)),
        effects.c.incident.in_(select(effects.c.incident).where(effects.c.fate.in_(_UNFINISHED))),
    )
    rows = await connection.execute(
        select(effects).where(effects.c.receipt.is_not(None), wanted).order_by(effects.c.seq)
    )
    return tuple(
        Receipt(row.incident, row.responder, row.id, _json(row.receipt, f"receipt {row.id}"))
        for row in rows
    )


async def of_incident(connection: AsyncConnection, incident_id: str) -> list[Tracked]:
    rows = await connection.execute(
        select(effects).where(effects.c.incident == incident_id).order_by(effects.c.seq)
    )
    return [_tracked(row) for row in rows]


def _tracked(row: Row[Any]) -> Tracked:
    return Tracked(
        effect=_effect(row),
        fate=Fate(row.fate),
        tries=row.tries,
        first_tried_at=row.first_tried_at,
        settled_at=row.settled_at,
        why=row.why,
        receipt=None if row.receipt is None else _json(row.receipt, f"receipt {row.id}"),
    )


def _effect(row: Row[Any]) -> Effect:
    return Effect(
        id=row.id,
        incident=row.incident,
        responder=row.responder,
        duty=Duty(row.duty),
        at=row.at,
        payload=_json(row.payload, f"effect {row.id}"),
    )


def _json(text: str, where: str) -> dict[str, Any]:
    return value_of(dict[str, Any], text, where)
