"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _incidents()
    _effects()
    _inbox()
    _held()
    _observations()


def _seq() -> "sa.Column[int]":
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("seq", serial, primary_key=True, autoincrement=True)


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("declared_at", sa.Double, nullable=False, index=True),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "entries",
        _seq(),
        sa.Column("digest", sa.String, nullable=False, unique=True),
        sa.Column("incident", sa.String, nullable=False, index=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def _effects() -> None:
    op.create_table(
        "effects",
        _seq(),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("incident", sa.String, nullable=False, index=True),
        sa.Column("responder", sa.String, nullable=False),
        sa.Column("duty", sa.String, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("fate", sa.String, nullable=False, index=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("first_tried_at", sa.Double),
        sa.Column("not_before", sa.Double, nullable=False),
        sa.Column("unsure", sa.Boolean, nullable=False),
        sa.Column("settled_at", sa.Double),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("receipt", sa.Text),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        _seq(),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("drained", sa.Boolean, nullable=False, index=True),
    )


def _held() -> None:
    op.create_table(
        "held",
        sa.Column("part", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("location", sa.String, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )


def _observations() -> None:
    op.create_table(
        "observations",
        _seq(),
        sa.Column("check_name", sa.String, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("location", sa.String, nullable=False),
        sa.Column("scheduled", sa.Boolean, nullable=False),
        sa.Column("duration_s", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("check_name", "at", "location", name="observations_once"),
    )
    op.create_index("ix_observations_at", "observations", ["at"])
