"""Transactions end whole, whatever happens to those who asked for them."""

from __future__ import annotations

import asyncio
import gc

import pytest
from sqlalchemy import text

from checker.store.database import Database
from checker.store.faults import StoreUnavailable
from checker.store.places import place_of
from checker.store.store import Store
from tests.store.values import declared, incident, opened, url_of


@pytest.fixture
async def database(tmp_path):
    async with opened(tmp_path):
        pass
    made = Database(place_of(url_of(tmp_path), busy_s=0.0), deadline_s=20.0)
    yield made
    await made.close()


async def pragma(connection, name):
    return (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()


async def count(connection):
    return (await connection.execute(text("SELECT count(*) FROM held"))).scalar_one()


async def add(connection):
    await connection.execute(text("INSERT INTO held VALUES ('local', 'us/app', '', '\"l1\"')"))


async def test_work_that_fails_leaves_nothing_behind(database):
    async def fails(connection):
        await add(connection)
        raise KeyError("bug")

    with pytest.raises(KeyError):
        await database.write(fails)
    assert await database.read(count) == 0


async def test_what_is_told_after_a_commit_is_told_once_it_can_be_read(database):
    told = []
    await database.write(add, then=told.append)
    assert told == [None]
    assert await database.read(count) == 1


async def test_each_transaction_is_as_safe_as_it_was_asked_for(database):
    async def safety(connection):
        return await pragma(connection, "synchronous")

    levels = [await database.write(safety, durable=wanted) for wanted in (True, False, True)]
    assert levels == [2, 1, 2]  # FULL, NORMAL, FULL


async def test_the_write_ahead_log_is_on(database):
    assert await database.read(lambda c: pragma(c, "journal_mode")) == "wal"


async def test_a_caller_without_patience_is_told_and_the_work_still_ends(database):
    go, done = asyncio.Event(), asyncio.Event()

    async def slow(connection):
        await go.wait()
        await add(connection)

    with pytest.raises(StoreUnavailable, match="did not answer in time"):
        await database.write(slow, then=lambda _: done.set(), within_s=1e-9)
    go.set()
    await done.wait()
    assert await database.read(count) == 1


async def test_reads_do_not_wait_for_a_write(database):
    go = asyncio.Event()

    async def slow(connection):
        await add(connection)
        await go.wait()

    writing = asyncio.create_task(database.write(slow))
    assert await database.read(count) == 0
    go.set()
    await writing
    assert await database.read(count) == 1


async def test_a_full_disk_is_said_and_a_commit_waits_until_there_is_room(database):
    store = Store(database, claim=None)
    await database.read(lambda c: pragma(c, "max_page_count=1"))  # no page more than there are
    long = declared()
    with pytest.raises(StoreUnavailable, match="full"):
        await store.record([], _much())
    with pytest.raises(StoreUnavailable, match="full"):
        await store.commit(type(long)(state=_much(), effects=long.effects))
    await database.read(lambda c: pragma(c, "max_page_count=100000"))
    await store.commit(long)
    assert await store.incident("us-1") == incident()
    assert store.owed == 0


def _much():
    state = declared().state
    return type(state)(local={f"us/{n}": "l1" * 1000 for n in range(50)})


async def test_a_writer_has_the_database_to_itself_from_its_first_moment(database):
    other = Database(database.place, deadline_s=20.0)

    async def reads_and_then_writes(connection):
        with pytest.raises(StoreUnavailable, match="locked"):
            await other.write(add)
        await add(connection)

    await database.write(reads_and_then_writes)
    await other.close()
    assert await database.read(count) == 1


async def test_a_failure_that_comes_when_nobody_waits_any_more_is_dropped(tmp_path):
    async with opened(tmp_path):
        pass
    dropped, may_fail = [], asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, told: dropped.append(told))

    async def fails_late(_):
        await may_fail.wait()
        raise KeyError("bug")

    hasty = Database(place_of(url_of(tmp_path), busy_s=0.0), deadline_s=0.01)
    with pytest.raises(StoreUnavailable):
        await hasty.read(fails_late)
    may_fail.set()
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
    await hasty.close()
    gc.collect()
    assert dropped == []
