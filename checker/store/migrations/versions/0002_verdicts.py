"""Verdict and reason of each look in columns of their own, so that a month is replayed in seconds.

Looks from before have neither and are left out of replays; they are forgotten like all others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("observations", sa.Column("verdict", sa.String))
    op.add_column("observations", sa.Column("reason", sa.String))
