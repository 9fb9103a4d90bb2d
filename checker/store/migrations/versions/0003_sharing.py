"""Several daemons on one store: who leads, who is there, and what each has seen in its own order."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("written", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "locations",
        sa.Column("replica", sa.String, primary_key=True),
        sa.Column("location", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("looking", sa.Boolean, nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
        sa.Column("behind_s", sa.Double, nullable=False),
        sa.Column("offset_s", sa.Double, nullable=False),
    )
    op.add_column("observations", sa.Column("writer", sa.String))
    op.add_column("observations", sa.Column("number", sa.BigInteger))
    told = sa.text("writer IS NOT NULL")
    op.create_index(
        "ix_observations_writer",
        "observations",
        ["writer", "number"],
        sqlite_where=told,
        postgresql_where=told,
    )
