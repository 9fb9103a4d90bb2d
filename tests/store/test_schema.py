"""The migrations lead to the tables that the program speaks of, and only ever add."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from checker.store.database import Database
from checker.store.places import place_of
from checker.store.tables import metadata
from tests.store.values import by_hand, declared, incident, opened, shared, url_of


async def test_the_migrations_make_exactly_the_tables_of_the_program(home):
    async with opened(home):
        pass
    database = Database(place_of(url_of(home), busy_s=0.0), deadline_s=20.0)
    assert await database.read(lambda c: c.run_sync(differences)) == []
    await database.close()


def differences(connection):
    return compare_metadata(MigrationContext.configure(connection), metadata)


async def test_a_store_of_a_newer_program_is_used_as_it_is(home):
    async with opened(home) as store:
        await store.commit(declared())
    await by_hand(home, "UPDATE alembic_version SET version_num = '9999'")
    await by_hand(home, "ALTER TABLE incidents ADD COLUMN mood TEXT")
    await by_hand(home, "INSERT INTO held VALUES ('forecast', 'us', '', '{}')")
    async with opened(home) as store, shared(home) as cli:
        assert (await store.restore()).state == declared().state
        assert await cli.incidents() == [incident()]


async def test_what_a_newer_program_wrote_into_an_incident_is_passed_over(home):
    async with opened(home) as store:
        await store.commit(declared())
    await by_hand(
        home, in_bodies(home, "json_set(body, '$.mood', 'grim')", """ || '{"mood": "grim"}'""")
    )
    async with opened(home) as store:
        assert await store.incidents() == [incident()]


async def test_what_an_older_program_did_not_write_takes_its_default(home):
    async with opened(home) as store:
        await store.commit(declared())
    await by_hand(
        home, in_bodies(home, "json_remove(body, '$.posts', '$.rooms')", " - 'posts' - 'rooms'")
    )
    async with opened(home) as store:
        assert await store.incidents() == [incident()]


def in_bodies(home, in_sqlite, in_postgresql):
    """A statement that changes the JSON of every incident, in the words of that database."""
    changed = f"(body::jsonb{in_postgresql})::text" if isinstance(home, str) else in_sqlite
    return f"UPDATE incidents SET body = {changed}"
