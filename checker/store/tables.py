"""The tables. A change here is a new file in migrations/versions, and only ever adds.

Times are seconds since the epoch as doubles; `body`, `payload` and `receipt` are JSON (codec.py).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_Serial = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER by itself


def _seq() -> Column[int]:
    return Column("seq", _Serial, primary_key=True, autoincrement=True)


incidents = Table(
    "incidents",
    metadata,
    Column("id", String, primary_key=True),
    Column("declared_at", Double, nullable=False, index=True),
    Column("held", Boolean, nullable=False),  # part of the State: live, or its target's newest
    Column("body", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    _seq(),
    Column("digest", String, nullable=False, unique=True),  # of all below: written once
    Column("incident", String, nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("what", String, nullable=False),
    Column("text", Text, nullable=False),
)

effects = Table(
    "effects",
    metadata,
    _seq(),  # the order in which they were decided
    Column("id", String, nullable=False, unique=True),
    Column("incident", String, nullable=False, index=True),
    Column("responder", String, nullable=False),
    Column("duty", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("payload", Text, nullable=False),
    Column("fate", String, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("first_tried_at", Double),
    Column("not_before", Double, nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("settled_at", Double),
    Column("why", Text, nullable=False),
    Column("receipt", Text),
)

inbox = Table(
    "inbox",
    metadata,
    _seq(),
    Column("id", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("body", Text, nullable=False),
    Column("drained", Boolean, nullable=False, index=True),
)

# What the State holds beside incidents, one row for each value: standings by check and location,
# vantages by location, symptoms and local problems by check, counters by target.
held = Table(
    "held",
    metadata,
    Column("part", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("location", String, primary_key=True),  # of a standing; else empty
    Column("body", Text, nullable=False),
)

observations = Table(
    "observations",
    metadata,
    _seq(),
    Column("check_name", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("location", String, nullable=False),
    Column("scheduled", Boolean, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("body", Text, nullable=False),
    # Of the body, once more: all that judgement asks for, without taking a month of bodies apart.
    Column("verdict", String),
    Column("reason", String),
    UniqueConstraint("check_name", "at", "location", name="observations_once"),
    Index("ix_observations_at", "at"),
)
