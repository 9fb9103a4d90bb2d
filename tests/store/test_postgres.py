"""A server shared by daemons: how it is reached, and that nobody waits for it in vain."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from asyncpg import LockNotAvailableError
from sqlalchemy import text

from checker.store.database import Database
from checker.store.faults import StoreError, StoreMissing, StoreUnavailable, StoreUnreachable
from checker.store.places import place_of
from checker.store.postgres import Server
from checker.store.store import Store
from tests.postgres import SECRET, free_port, own_server
from tests.store.values import answering, closing, declared, incident, opened, shared, until
from tests.store.wire import line_to


def send(pids, what):
    for pid in pids:
        os.kill(pid, what)


def with_hosts(url, *hosts):
    login, _, rest = url.partition("@")
    here, _, name = rest.partition("/")
    return f"{login}@{','.join(hosts).replace('HERE', here)}/{name}"


async def test_daemons_share_a_store(database):
    async with opened(database) as one, opened(database) as other:
        await one.put_inbox("cli/1", closing(), 1.0)
        assert await other.inbox() == [("cli/1", closing())]


async def test_daemons_that_start_at_the_same_time_make_the_tables_once(empty_database):
    stores = await asyncio.gather(*(Store.open(empty_database, deadline_s=20) for _ in range(4)))
    for store in stores:
        await store.put_inbox("cli/1", closing(), 1.0)
        await store.close()
    async with shared(empty_database) as cli:
        assert len(await cli.inbox()) == 1


async def test_the_command_line_makes_no_tables(empty_database):
    with pytest.raises(StoreMissing, match="start the daemon once"):
        await Store.open_shared(empty_database)


async def test_the_size_is_that_of_the_database(database):
    async with opened(database) as store:
        assert await store.size() > 1_000_000


# ── which server ──────────────────────────────────────────────────────────────────────────────


async def test_of_several_hosts_one_that_is_there_is_taken(database):
    two = with_hosts(database, f"127.0.0.1:{free_port()}", "HERE")
    async with opened(two) as store:
        assert await store.incidents() == []


async def test_a_host_that_never_answers_does_not_keep_from_the_next(database):
    async with line_to(database) as (line, near):
        line.is_clogged = True
        silent = near.partition("@")[2].partition("/")[0]
        async with opened(with_hosts(database, silent, "HERE")) as store:
            assert await store.incidents() == []


async def test_with_no_host_there_every_one_is_named_and_no_password(database):
    port = free_port()
    with pytest.raises(StoreUnreachable) as refusal:
        await Store.open(with_hosts(database, f"127.0.0.1:{port}", f"localhost:{port}"))
    assert f"127.0.0.1:{port}: " in str(refusal.value)
    assert f"localhost:{port}: " in str(refusal.value)
    assert SECRET not in str(refusal.value)


async def test_a_server_that_takes_no_writes_is_not_taken(cluster, database):
    name = database.rpartition("/")[2]
    await cluster.speak(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StoreUnreachable, match="it takes no writes"):
        await Store.open(database)
    async with shared(f"{database}?target_session_attrs=any") as cli:
        assert await cli.incidents() == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://",
        "postgresql+asyncpg://ada:hunter2@db",
        "postgresql+asyncpg://ada:hunter2@db/",
        "postgresql+asyncpg://ada:hun/ter2@db/checker",
        "postgresql+asyncpg://ada:12/hunter2@db/checker",
        "postgresql+asyncpg://ada:hun#ter2@db/checker",
        "postgresql+asyncpg://ada:hun?ter2@db/checker",
        "postgresql+asyncpg://ada:hunter2@db:port/checker",
        "postgresql+asyncpg://ada:hunter2@[db/checker",
    ],
)
async def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(url):
    with pytest.raises(StoreError, match="cannot be read") as refusal:
        await Store.open(url)
    assert "ter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None


async def test_what_the_server_refuses_is_said_without_the_password(database):
    with pytest.raises(StoreUnreachable, match="does not exist") as refusal:
        await Store.open(f"{database}x")
    assert SECRET not in f"{refusal.value} {refusal.value.__cause__}"


# ── how safely ────────────────────────────────────────────────────────────────────────────────


async def test_each_transaction_is_as_safe_as_it_was_asked_for(database):
    async def safety(connection):
        return (await connection.execute(text("SHOW synchronous_commit"))).scalar_one()

    made = Database(place_of(database, busy_s=0.0), deadline_s=20.0)
    levels = [await made.write(safety, durable=wanted) for wanted in (True, False, True)]
    await made.close()
    assert levels == ["on", "off", "on"]


async def test_a_reader_sees_one_unchanging_view_and_writes_nothing(database):
    async with opened(database) as store:
        made = Database(place_of(database, busy_s=0.0), deadline_s=20.0)

        async def reads(connection):
            async def count():
                return (await connection.execute(text("SELECT count(*) FROM inbox"))).scalar_one()

            before = await count()
            await store.put_inbox("cli/1", closing(), 1.0)
            return before, await count()

        async def writes(connection):
            await connection.execute(text("DELETE FROM inbox"))

        assert await made.read(reads) == (0, 0)
        with pytest.raises(StoreUnavailable, match="read-only"):
            await made.read(writes)
        await made.close()


# ── a server that hangs, goes and comes back ──────────────────────────────────────────────────


async def test_a_commit_whose_answer_was_cut_off_is_written_once(database):
    async with line_to(database) as (line, near), opened(near) as store:
        line.cut_at = b"COMMIT;"
        with pytest.raises(StoreUnreachable):
            await store.commit(declared())
        assert (line.cuts, store.owed) == (1, 1)
        assert await answering(store.incidents) == [incident()]  # it was written, for all that
        await store.settle()
        assert store.owed == 0
        assert len(await store.timeline("us-1")) == 1
        assert len(await store.effects("us-1")) == 2


async def test_a_line_on_which_nothing_comes_through_ends_every_call_in_time(database):
    async with line_to(database) as (line, near), opened(near, deadline_s=0.3) as store:
        line.is_clogged = True
        with pytest.raises(StoreUnreachable, match="did not answer in time"):
            await store.commit(declared())
        with pytest.raises(StoreUnreachable, match="did not answer in time"):
            await store.incidents()  # this one waits for nothing
        line.is_clogged = False
        await answering(store.settle)
        assert store.owed == 0


async def test_while_a_server_is_away_nobody_waits_for_it(database):
    async with line_to(database) as (line, near), opened(near, deadline_s=0.3) as store:
        line.is_clogged = True
        with pytest.raises(StoreUnreachable):
            await store.incidents()
        with pytest.raises(StoreUnreachable, match="did not answer in time"):
            store.incidents().send(None)  # refused before it could wait for anything
        line.is_clogged = False
        assert await answering(store.incidents) == []


async def test_a_server_that_hangs_as_soon_as_it_has_let_us_in_does_not_hold_us_for_good(database):
    async with line_to(database) as (line, near):
        line.clog_at = b"pg_catalog.version"  # what is asked of every new server
        with pytest.raises(StoreUnreachable):
            await Store.open(near)
        line.is_clogged = False
        async with opened(near) as store:
            assert await store.incidents() == []


async def test_a_store_whose_server_hangs_can_be_closed(database):
    async with line_to(database) as (line, near):
        store = await Store.open(near, deadline_s=0.3)
        line.is_clogged = True
        with pytest.raises(StoreUnreachable):
            await store.put_inbox("cli/1", closing(), 1.0)
        await store.close()


async def test_a_server_that_freezes_ends_every_call_in_time_and_is_used_when_it_thaws():
    async with own_server() as server, opened(server.url, deadline_s=0.5) as store:
        frozen = server.pids()
        send(frozen, signal.SIGSTOP)
        with pytest.raises(StoreUnreachable):
            await store.commit(declared())
        send(frozen, signal.SIGCONT)
        await answering(store.settle)
        assert await store.incidents() == [incident()]


async def test_a_server_that_stopped_is_found_again_when_it_is_back():
    async with own_server() as server, opened(server.url) as store:
        server.stop(signal.SIGQUIT)
        with pytest.raises(StoreUnreachable):
            await store.commit(declared())
        assert store.owed == 1
        server.start()
        await answering(store.settle)
        assert await store.incidents() == [incident()]


async def between_two_statements(line):
    await line.execute("SELECT 1")


async def within_a_statement(line):
    """The driver has it prepared, waits for that, and only then says what it is for."""
    await line.prepare("SELECT 1")


@pytest.mark.parametrize("freezes", [between_two_statements, within_a_statement])
async def test_a_daemon_that_froze_in_a_transaction_does_not_keep_what_it_has_locked(
    database, freezes
):
    server = Server(database, frozen_s=0.2)
    frozen = await server.connect()
    await frozen.execute("BEGIN; LOCK TABLE leases")
    await freezes(frozen)

    async def is_free():
        other = await server.connect()
        try:
            await other.execute("BEGIN; LOCK TABLE leases NOWAIT")
        except LockNotAvailableError:
            return False
        finally:
            other.terminate()
        return True

    assert await until(is_free)
    frozen.terminate()
