"""The migrations lead to the tables that the program speaks of, and only ever add."""

from __future__ import annotations

import sqlite3
from contextlib import closing as closed

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from checker.store import sqlite
from checker.store.tables import metadata
from tests.store.values import declared, incident, opened, shared, url_of


def speak(folder, sql):
    with closed(sqlite3.connect(sqlite.file_of(url_of(folder)))) as hand, hand:
        hand.execute(sql)


async def test_the_migrations_make_exactly_the_tables_of_the_program(tmp_path):
    async with opened(tmp_path):
        pass
    engine = create_engine(f"sqlite:///{sqlite.file_of(url_of(tmp_path))}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []


async def test_a_store_of_a_newer_program_is_used_as_it_is(tmp_path):
    async with opened(tmp_path) as store:
        await store.commit(declared())
    speak(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    speak(tmp_path, "ALTER TABLE incidents ADD COLUMN mood TEXT")
    speak(tmp_path, "INSERT INTO held VALUES ('forecast', 'us', '', '{}')")
    async with opened(tmp_path) as store, shared(tmp_path) as cli:
        assert (await store.restore()).state == declared().state
        assert await cli.incidents() == [incident()]


async def test_what_a_newer_program_wrote_into_an_incident_is_passed_over(tmp_path):
    async with opened(tmp_path) as store:
        await store.commit(declared())
    speak(tmp_path, """UPDATE incidents SET body = json_set(body, '$.mood', 'grim')""")
    async with opened(tmp_path) as store:
        assert await store.incidents() == [incident()]


async def test_what_an_older_program_did_not_write_takes_its_default(tmp_path):
    async with opened(tmp_path) as store:
        await store.commit(declared())
    speak(tmp_path, """UPDATE incidents SET body = json_remove(body, '$.posts', '$.rooms')""")
    async with opened(tmp_path) as store:
        assert await store.incidents() == [incident()]


def test_every_table_can_be_made_in_postgresql_too():
    for table in metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=postgresql.dialect()))
        assert "DATETIME" not in made
        assert "seq" not in table.c or "BIGSERIAL" in made
