"""Brings a database to the tables of this program, with Alembic, from inside the package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from checker.store import births
from checker.store.faults import StoreDamaged, StoreMissing


def migrate(connection: Connection) -> bool:
    """Runs the migrations that are missing; True when the database was empty.

    A revision unknown here was made by a newer program. Migrations only add, so that is well.
    """
    config = _config(connection)
    present = _revision(connection)
    if present is None and inspect(connection).get_table_names():
        raise StoreDamaged(
            "this is a database of something else: it has tables, and none of them is ours. "
            "Name another file in `store` (checker.yaml)."
        )
    if present is None or present in _known(config):
        command.upgrade(config, "head")
    if present is None:
        births.give(connection)
    return present is None


def require(connection: Connection) -> None:
    """StoreMissing unless the tables are at least those of this program."""
    config = _config(connection)
    present = _revision(connection)
    head = ScriptDirectory.from_config(config).get_current_head()
    if present is None or (present != head and present in _known(config)):
        raise StoreMissing(
            "the store was made by an older version, or by none: start the daemon once, it brings it up to date"
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known(config: Config) -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
