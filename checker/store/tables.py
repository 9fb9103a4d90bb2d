"""The tables. A change here is a new file in migrations/versions, and only ever adds.

Times are seconds since the epoch as doubles; `body`, `payload` and `receipt` are JSON (codec.py).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData()


class Words(TypeDecorator[str]):
    """What people and other programs say. PostgreSQL takes every character but one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\0", "\N{REPLACEMENT CHARACTER}")


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
    Column("text", Words, nullable=False),
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
    Column("why", Words, nullable=False),
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
# vantages by location, symptoms and local problems by check, counters by target; and beside it the
# memories of probes, how far the looks of each daemon were read, and the pace that the leader wants.
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
    # Of several daemons on one store: which one saw it, and its how many-th that was.
    Column("writer", String),
    Column("number", BigInteger),
    UniqueConstraint("check_name", "at", "location", name="observations_once"),
    Index("ix_observations_at", "at"),
    Index(
        "ix_observations_writer",
        *("writer", "number"),
        sqlite_where=text("writer IS NOT NULL"),
        postgresql_where=text("writer IS NOT NULL"),
    ),
)

# Who may do what only one may: "core" leads, "location/fra" looks from there.
leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),  # rises with every change of owner
    Column("expires_at", Double, nullable=False),  # by the database's clock, where it has one
    Column("written", BigInteger, nullable=False),  # writes under this lease, over all owners
)

# One row, written when the store was made and never again: its own mark, part of every key that others know us by.
# A store of before there were marks has none.
births = Table(
    "births",
    metadata,
    Column("mark", String, primary_key=True),
)

# Every daemon that is there, or was of late.
locations = Table(
    "locations",
    metadata,
    Column("replica", String, primary_key=True),
    Column("location", String, nullable=False),
    Column("version", String, nullable=False),
    Column("seen_at", Double, nullable=False),  # by the database's clock, where it has one
    Column("looking", Boolean, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("behind_s", Double, nullable=False),
    Column("offset_s", Double, nullable=False),  # of its clock, ahead of the database's
)
