"""The store's own mark. It is written where a new store is made: one that was there before has none."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table("births", sa.Column("mark", sa.String, primary_key=True))
