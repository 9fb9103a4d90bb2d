"""One event's consequences are one transaction, and can be repeated."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager
from contextlib import closing as closed
from dataclasses import replace
from functools import partial

import asyncpg
import pytest

from checker.core.model import Entry, Phase, Step
from checker.store import sqlite
from checker.store.faults import StoreUnavailable
from tests.store.values import answering, closing, declared, effect, incident, opened, state, url_of


async def test_a_commit_writes_incident_timeline_effects_and_drains_the_inbox(home):
    async with opened(home) as store:
        await store.put_inbox("slack/1", closing(), 1.0)
        await store.commit(declared(), "slack/1")
        assert await store.incidents() == [incident()]
        assert await store.timeline("us-1") == list(declared().entries)
        assert [one.effect for one in await store.effects("us-1")] == list(declared().effects)
        assert await store.inbox() == []


async def test_the_same_commit_again_changes_nothing(home):
    async with opened(home) as store:
        await store.commit(declared())
        await store.confirmed("us-1/page/1@pager", 101.0, {})
        await store.commit(declared())
        assert len(await store.timeline("us-1")) == 1
        assert [one.effect.id for one in (await store.restore()).outbox] == ["us-1/room/1@chat"]


async def test_a_timeline_keeps_the_order_in_which_it_was_written(home):
    lines = tuple(Entry("us-1", at, "said", f"line {at:g}") for at in (3.0, 1.0, 2.0))
    async with opened(home) as store:
        await store.commit(replace(declared(), entries=lines))
        assert await store.timeline("us-1") == list(lines)


async def test_a_character_that_a_server_cannot_keep_does_not_hold_up_what_it_stands_in(home):
    async with opened(home) as store:
        step = replace(declared(), entries=(Entry("us-1", 1.0, "noted", "nul \0 here"),))
        await store.commit(step)
        await store.refused("us-1/page/1@pager", 101.0, "\0")
        [entry] = await store.timeline("us-1")
        assert entry.text == "nul \ufffd here"


async def test_incidents_are_read_newest_first_and_no_more_than_asked_for(home):
    async with opened(home) as store:
        for number in (1, 2, 3):
            await store.commit(Step(state(incident(f"us-{number}", at=number * 100.0))))
        assert [one.id for one in await store.incidents(limit=2)] == ["us-3", "us-2"]
        assert await store.incident("us-9") is None


async def test_concurrent_commits_lose_nothing(home):
    steps = [replace(declared(), effects=(effect(f"us-1/post/{n}@chat"),)) for n in range(20)]
    async with opened(home) as store:
        await asyncio.gather(*(store.commit(step) for step in steps))
        assert len((await store.restore()).outbox) == 20


async def test_a_commit_that_another_process_holds_up_is_owed_and_written_later(home):
    async with locked_out(home) as (store, release):
        with pytest.raises(StoreUnavailable, match=r"locked|in time"):
            await store.commit(declared())
        assert store.owed == 1
        await release()
        await answering(store.settle)
        assert store.owed == 0
        assert await store.incident("us-1") == incident()


async def test_owed_commits_are_written_before_the_next_one_with_all_that_happened(home):
    gone = replace(incident("us-1", Phase.CLOSED), closed_by="ada")
    async with locked_out(home) as (store, release):
        for step in (declared("us-1"), Step(state(gone))):
            with pytest.raises(StoreUnavailable):
                await store.commit(step)
        await release()
        await answering(partial(store.commit, declared("us-2")))
        assert await store.incident("us-1") == gone
        assert len((await store.restore()).outbox) == 4


async def test_the_inbox_leaves_out_what_an_owed_commit_will_drain(home):
    async with locked_out(home, with_inbox="cli/1") as (store, _):
        with pytest.raises(StoreUnavailable):
            await store.commit(declared(), "cli/1")
        assert await answering(store.inbox) == []


async def test_what_cannot_be_written_at_all_does_not_hold_up_what_follows(home):
    broken = replace(effect(), payload={"key": object()})
    async with opened(home) as store:
        with pytest.raises(ValueError, match="object is not JSON"):
            await store.commit(replace(declared(), effects=(broken,)))
        await store.commit(declared())
        assert len((await store.restore()).outbox) == 2


async def test_a_caller_who_goes_away_leaves_the_store_usable(home):
    async with opened(home) as store:
        gone = asyncio.create_task(store.commit(declared("us-1")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        await store.commit(declared("us-2"))
        assert {one.id for one in await store.incidents()} == {"us-1", "us-2"}
        assert store.owed == 0


@asynccontextmanager
async def locked_out(home, with_inbox=None):
    """A store whose incidents another process is writing to, until it is told not to."""
    blocker = in_postgresql(home) if isinstance(home, str) else in_sqlite(home)
    async with opened(home, deadline_s=0.3) as store:
        if with_inbox:
            await store.put_inbox(with_inbox, closing(), 1.0)
        async with blocker as release:
            yield store, release


@asynccontextmanager
async def in_sqlite(home):
    file = sqlite.file_of(url_of(home))
    with closed(sqlite3.connect(file, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")

        async def release():
            blocker.rollback()

        yield release


@asynccontextmanager
async def in_postgresql(home):
    blocker = await asyncpg.connect(home.replace("+asyncpg", ""))
    await blocker.execute("BEGIN; LOCK TABLE incidents IN EXCLUSIVE MODE")
    yield partial(blocker.execute, "ROLLBACK")
    await blocker.close()
