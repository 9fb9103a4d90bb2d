"""The State as rows of the table `held` and back, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.held import Standing, Vantage
from checker.core.model import Firing, Incident, Maintenance, State, Symptom
from checker.store.codec import text_of, value_of
from checker.store.rows import Read
from checker.store.tables import held
from checker.store.upsert import put_over

K = TypeVar("K")
V = TypeVar("V")


class Key(NamedTuple):
    """Where a value stands in the State."""

    part: str
    name: str
    location: str = ""


Held = dict[Key, Any]

_KINDS: Mapping[str, type[Any]] = {
    "standing": Standing,
    "vantage": Vantage,
    "symptom": Symptom,
    "local": str,
    "counter": int,
    "alert": Firing,
    "maintenance": Maintenance,
    "read": int,  # beside the State: how far it has come with each daemon's looks
}
_SUSPICION = frozenset({"standing", "vantage", "local"})


def held_of(state: State) -> Held:
    """Every value of `state` but the incidents."""
    return {
        **suspicion_of(state),
        **{Key("symptom", check): symptom for check, symptom in state.symptoms.items()},
        **{Key("counter", target): newest for target, newest in state.counters.items()},
        **{Key("alert", fingerprint): firing for fingerprint, firing in state.alerts.items()},
        **{Key("maintenance", f"{m.target} {m.begins}"): m for m in state.maintenance},
    }


def suspicion_of(state: State) -> Held:
    """What changes with every look, and may be a little old after a crash."""
    standings = {
        Key("standing", check, location): standing
        for check, places in state.standings.items()
        for location, standing in places.items()
    }
    return {
        **standings,
        **{Key("vantage", name): vantage for name, vantage in state.vantages.items()},
        **{Key("local", check): location for check, location in state.local.items()},
    }


def without_suspicion(values: Held) -> Held:
    """All but what changes with every look, and how far looks were read."""
    return {k: v for k, v in values.items() if k.part not in _SUSPICION and k.part != "read"}


def reading_of(read: Read) -> Held:
    """How far each daemon's looks are part of the State, to be written with it."""
    return {Key("read", writer): number for writer, number in read.items()}


def read_of(values: Held) -> Read:
    return _part(values, "read")


def changes(was: Mapping[K, V], now: Mapping[K, V]) -> tuple[dict[K, V], list[K]]:
    """What is new or different in `now`, and what is no longer there."""
    different = {key: value for key, value in now.items() if key not in was or was[key] != value}
    return different, [key for key in was if key not in now]


async def write_held(connection: AsyncConnection, was: Held, now: Held) -> None:
    """Brings the table from `was` to `now`."""
    different, gone = changes(was, now)
    rows = [{**key._asdict(), "body": text_of(value)} for key, value in different.items()]
    await put_over(connection, held, rows)
    for key in gone:
        await connection.execute(
            held.delete().where(
                held.c.part == key.part,
                held.c.name == key.name,
                held.c.location == key.location,
            )
        )


async def read_held(connection: AsyncConnection) -> Held:
    """All values; parts that only a newer program knows are left where they are."""
    rows = await connection.execute(select(held.c.part, held.c.name, held.c.location, held.c.body))
    return {
        Key(part, name, location): value_of(_KINDS[part], body, f"{part} {name}")
        for part, name, location, body in rows
        if part in _KINDS
    }


async def read_maintenance(connection: AsyncConnection) -> list[Maintenance]:
    """What people have announced, also what is over; soonest first."""
    rows = await connection.execute(
        select(held.c.name, held.c.body).where(held.c.part == "maintenance")
    )
    found = [value_of(Maintenance, body, f"maintenance {name}") for name, body in rows]
    return sorted(found, key=lambda planned: planned.begins)


def state_of(values: Held, incidents: Iterable[Incident]) -> State:
    """The State that `held_of` took apart."""
    standings: dict[str, dict[str, Standing]] = {}
    for key, value in values.items():
        if key.part == "standing":
            standings.setdefault(key.name, {})[key.location] = value
    return State(
        standings=standings,
        vantages=_part(values, "vantage"),
        symptoms=_part(values, "symptom"),
        local=_part(values, "local"),
        counters=_part(values, "counter"),
        alerts=_part(values, "alert"),
        maintenance=tuple(_part(values, "maintenance").values()),
        incidents={incident.id: incident for incident in incidents},
    )


def _part(values: Held, part: str) -> dict[str, Any]:
    return {key.name: value for key, value in values.items() if key.part == part}
