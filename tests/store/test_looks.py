"""Observations: batched, readable by check, and forgotten after a while."""

from __future__ import annotations

from checker.core.model import State
from checker.store.store import SLICE
from tests.store.values import closing, declared, look, opened


async def test_a_look_comes_back_as_it_was_seen(home):
    async with opened(home) as store:
        await store.record([look(10.0)], State())
        assert await store.observations("us/app", since=0.0) == [look(10.0)]


async def test_looks_are_asked_for_by_check_and_start(home):
    seen = [look(30.0), look(10.0), look(20.0), look(25.0, "us/flags")]
    async with opened(home) as store:
        await store.record(seen, State())
        found = await store.observations("us/app", since=20.0)
        assert [one.at for one in found] == [20.0, 30.0]
        assert len(await store.observations("us/app", since=0.0, limit=1)) == 1


async def test_the_same_look_recorded_again_is_no_second_one(home):
    async with opened(home) as store:
        await store.record([look(10.0)], State())
        await store.record([look(10.0), look(20.0)], State())
        assert len(await store.observations("us/app", since=0.0)) == 2


async def test_pruning_forgets_what_started_before_then_and_keeps_the_rest(home):
    async with opened(home) as store:
        await store.record([look(10.0), look(20.0)], State())
        assert await store.prune(before=20.0) == 1
        assert [one.at for one in await store.observations("us/app", since=0.0)] == [20.0]


async def test_pruning_goes_on_until_everything_old_is_gone(home):
    async with opened(home) as store:
        await store.record([look(float(n)) for n in range(SLICE + 1)], State())
        assert await store.prune(before=1e9) == SLICE + 1


async def test_pruning_keeps_incidents_their_timelines_and_their_effects(home):
    async with opened(home) as store:
        await store.commit(declared())
        assert await store.prune(before=1e9) == 0
        assert len(await store.timeline("us-1")) == 1
        assert len(await store.effects("us-1")) == 2


async def test_pruning_forgets_drained_inbox_rows_only(home):
    async with opened(home) as store:
        await store.put_inbox("done", closing(), 1.0)
        await store.put_inbox("waiting", closing(), 1.0)
        await store.commit(declared(), "done")
        assert await store.prune(before=2.0) == 1
        assert [name for name, _ in await store.inbox()] == ["waiting"]


async def test_the_size_counts_what_is_on_disk(home):
    async with opened(home) as store:
        before = await store.size()
        await store.record([look(float(n)) for n in range(1000)], State())
        assert await store.size() > before + 100_000
