"""Alembic's entry: runs on the connection that checker/store/schema.py hands in."""

from alembic import context
from sqlalchemy.engine import Connection

from checker.store.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
