"""Observations read from end to end, slice by slice."""

from __future__ import annotations

import pytest

from checker.core.model import Observation, State
from checker.store.faults import StoreDamaged
from checker.store.history import SLICE_ROWS, Span
from probes.contract import Outcome, Reason, Verdict
from tests.store.values import by_hand, look, opened, shared

PASSED = Outcome(Verdict.PASSED)


async def read(store, since=0.0, until=1e9):
    return [slice_ async for slice_ in store.history(since, until)]


async def test_looks_of_all_checks_come_back_in_order_without_their_measurements(home):
    seen = [Observation("us/app", "l1", 20.0, PASSED, 0.5), look(10.0), look(15.0, "us/flags")]
    async with opened(home) as store:
        await store.record(seen, State())
        [slice_] = await read(store)
    bare = Outcome(Verdict.FAILED, Reason.TIMEOUT)
    assert slice_ == [
        Observation("us/app", "l1", 10.0, bare, 10.0, scheduled=False),
        Observation("us/flags", "l1", 15.0, bare, 10.0, scheduled=False),
        Observation("us/app", "l1", 20.0, PASSED, 0.5),
    ]


async def test_only_looks_that_started_in_that_time_are_read(home):
    async with opened(home) as store:
        await store.record([look(at) for at in (9.9, 10.0, 19.9, 20.0)], State())
        [slice_] = await read(store, since=10.0, until=20.0)
    assert [one.at for one in slice_] == [10.0, 19.9]


async def test_an_empty_history_has_no_slice(home):
    async with opened(home) as store:
        assert await read(store) == []
        assert await store.spans(0.0, 1e9) == {}


async def test_no_look_is_lost_or_told_twice_where_a_slice_ends_among_equal_times(home):
    seen = [look(float(n // 3), f"us/{n % 3}") for n in range(SLICE_ROWS + 2)]
    async with opened(home) as store:
        await store.record(seen, State())
        slices = await read(store)
    assert [len(slice_) for slice_ in slices] == [SLICE_ROWS, 2]
    told = {(one.check, one.at) for slice_ in slices for one in slice_}
    assert told == {(one.check, one.at) for one in seen}


async def test_a_verdict_that_nobody_knows_is_damage(home):
    async with opened(home) as store:
        await store.record([look(10.0)], State())
        await by_hand(home, "UPDATE observations SET verdict = 'maybe'")
        with pytest.raises(StoreDamaged, match="maybe"):
            await read(store)


async def test_looks_from_before_verdicts_had_a_column_are_left_out(home):
    async with opened(home) as store:
        await store.record([look(10.0), look(20.0)], State())
        await by_hand(home, "UPDATE observations SET verdict = NULL WHERE at = 10.0")
        [slice_] = await read(store)
    assert [one.at for one in slice_] == [20.0]


async def test_a_span_tells_from_when_to_when_and_how_often_a_check_was_looked_at(home):
    seen = [Observation("us/app", "l1", 30.0 * n, PASSED) for n in range(1, 5)]
    extra = Observation("us/app", "l1", 33.0, PASSED, scheduled=False)
    elsewhere = Observation("us/app", "l2", 45.0, PASSED)
    once = Observation("us/flags", "l1", 50.0, PASSED)
    async with opened(home) as store:
        await store.record([*seen, extra, elsewhere, once], State())
        assert await store.spans(0.0, 1e9) == {
            "us/app": Span(30.0, 120.0, 30.0),
            "us/flags": Span(50.0, 50.0, None),
        }
        assert await store.spans(40.0, 100.0) == {
            "us/app": Span(45.0, 90.0, 30.0),
            "us/flags": Span(50.0, 50.0, None),
        }


async def test_the_command_line_reads_beside_a_running_daemon(home):
    async with opened(home) as store, shared(home) as cli:
        await store.record([look(10.0)], State())
        assert len(await read(cli)) == 1
