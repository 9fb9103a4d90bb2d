"""Looks start when they are due, whatever other looks do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from checker.scheduler import Scheduler, Slot
from tests.looks import Hand, Looks, make, settle

SLOT = Slot(every_s=15.0, timeout_s=10.0, recheck_s=5.0, offset_s=4.0)
A_SLOT = 34.0  # one of SLOT's, on the wall clock
AN_EXTRA = 39.0  # between two of them


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def wall() -> Hand:
    return Hand(A_SLOT)


@pytest.fixture
async def scheduler(looks: Looks, wall: Hand) -> AsyncIterator[Scheduler]:
    """On a clock of ours and not started: the tests say when a look is due."""
    scheduler = make(looks, wall=wall, monotonic=Hand(100.0))
    yield scheduler
    await scheduler.drain(0)


async def test_a_look_is_made_when_it_is_due(scheduler: Scheduler, looks: Looks) -> None:
    scheduler.plan({"us/app": SLOT})
    await scheduler.due("us/app", True)
    await settle()
    assert looks.started == [("us/app", True)]
    assert looks.ended == ["us/app"]


async def test_a_look_that_still_runs_leaves_out_the_next(
    scheduler: Scheduler, looks: Looks
) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    await scheduler.due("us/app", True)
    await scheduler.due("us/app", True)
    await settle()
    assert looks.started == [("us/app", True)]
    assert looks.skips == [("us/app", "in_flight")]


async def test_a_look_that_is_far_too_late_is_left_out(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/app": SLOT})
    wall.now = A_SLOT + 8.0
    await scheduler.due("us/app", True)
    await settle()
    assert looks.started == []
    assert looks.skips == [("us/app", "late")]


async def test_a_rare_check_is_looked_at_soon_after_the_start_and_then_in_its_slots(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/stored": replace(SLOT, every_s=3600.0, offset_s=1804.0)})
    wall.now = scheduler.due_at("us/stored")
    assert wall.now == 64.0
    await scheduler.due("us/stored", True)
    await settle()
    assert (looks.started, looks.lags) == ([("us/stored", True)], [("us/stored", 0.0)])


async def test_a_clock_that_was_set_keeps_a_first_look_soon(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/stored": replace(SLOT, every_s=3600.0, offset_s=1804.0)})
    wall.now += 500.0
    scheduler.follow_clock()
    assert scheduler.due_at("us/stored") == 544.0


async def test_how_late_a_look_starts_is_told(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/app": SLOT})
    wall.now = A_SLOT + 0.25
    await scheduler.due("us/app", True)
    assert looks.lags == [("us/app", pytest.approx(0.25))]


async def test_in_doubt_looks_overlap_up_to_the_timeout_and_the_next_waits(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    scheduler.pace({"us/app": 5.0})
    for wall.now in (39.0, 44.0, 54.0, 59.0):
        await scheduler.due("us/app", False)
        await settle()
    assert looks.started == [("us/app", False)] * 2
    looks.holds["us/app"].set()
    await settle()
    assert looks.started == [("us/app", False)] * 3


async def test_in_doubt_scheduled_looks_go_on_as_such(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/app": SLOT})
    scheduler.pace({"us/app": 5.0})
    await scheduler.due("us/app", True)
    wall.now = AN_EXTRA
    await scheduler.due("us/app", False)
    await settle()
    assert looks.started == [("us/app", True), ("us/app", False)]


async def test_out_of_doubt_extra_looks_end_and_the_schedule_keeps_its_phase(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/app": SLOT})
    scheduler.pace({"us/app": 5.0})
    scheduler.pace({})
    wall.now = AN_EXTRA
    await scheduler.due("us/app", False)
    await settle()
    assert looks.started == []
    assert scheduler.due_at("us/app") == A_SLOT + 15.0


async def test_nobody_looks_faster_than_the_check_allows(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/app": replace(SLOT, recheck_s=15.0)})
    scheduler.pace({"us/app": 1.0})
    wall.now = AN_EXTRA
    await scheduler.due("us/app", False)
    await settle()
    assert looks.started == []


async def test_a_look_that_breaks_leaves_the_schedule_whole(wall: Hand, looks: Looks) -> None:
    async def broken(check: str, scheduled: bool) -> None:
        await looks(check, scheduled)
        raise KeyError(check)

    scheduler = make(looks, launch=broken, wall=wall)
    scheduler.plan({"us/app": SLOT})
    for _ in range(2):
        await scheduler.due("us/app", True)
        await settle()
    assert looks.started == [("us/app", True)] * 2
    await scheduler.drain(0)


async def test_a_reload_leaves_an_unchanged_check_and_its_look_alone(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    await scheduler.due("us/app", True)
    await settle()
    wall.now += 7.0
    scheduler.plan({"us/app": SLOT, "eu/app": SLOT})
    looks.holds["us/app"].set()
    await settle()
    assert looks.ended == ["us/app"]
    assert scheduler.due_at("us/app") == scheduler.due_at("eu/app") == A_SLOT + 15.0


async def test_a_reload_gives_a_check_its_new_slot_and_lets_its_look_end(
    scheduler: Scheduler, looks: Looks
) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    await scheduler.due("us/app", True)
    await settle()
    scheduler.plan({"us/app": replace(SLOT, every_s=60.0)})
    looks.holds["us/app"].set()
    await settle()
    assert looks.ended == ["us/app"]
    assert scheduler.due_at("us/app") == 64.0


async def test_a_reload_leaves_extra_looks_alone(
    scheduler: Scheduler, looks: Looks, wall: Hand
) -> None:
    scheduler.plan({"us/app": SLOT})
    scheduler.pace({"us/app": 5.0})
    scheduler.plan({"us/app": replace(SLOT, timeout_s=8.0)})
    wall.now = AN_EXTRA
    await scheduler.due("us/app", False)
    await settle()
    assert looks.started == [("us/app", False)]


async def test_nothing_comes_late_from_a_removed_check(scheduler: Scheduler, looks: Looks) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    scheduler.pace({"us/app": 5.0})
    await scheduler.due("us/app", True)
    await settle()
    scheduler.plan({})
    looks.holds["us/app"].set()
    await scheduler.due("us/app", True)
    await settle()
    assert looks.started == [("us/app", True)]
    assert looks.ended == []


async def test_a_check_that_is_back_looks_beside_its_former_self(
    scheduler: Scheduler, looks: Looks
) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    await scheduler.due("us/app", True)
    await settle()
    scheduler.plan({})
    scheduler.plan({"us/app": SLOT})
    del looks.holds["us/app"]
    await scheduler.due("us/app", True)
    await settle()
    assert looks.ended == ["us/app"]
    assert looks.skips == []


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
async def test_a_clock_that_was_set_is_followed_in_phase(
    scheduler: Scheduler, looks: Looks, wall: Hand, seconds: float
) -> None:
    scheduler.plan({"us/app": SLOT})
    wall.now += seconds
    scheduler.follow_clock()
    assert looks.steps == [seconds]
    assert scheduler.due_at("us/app") == A_SLOT + seconds + 15.0


async def test_a_clock_that_was_not_set_moves_nothing(scheduler: Scheduler, looks: Looks) -> None:
    scheduler.plan({"us/app": SLOT})
    scheduler.follow_clock()
    assert looks.steps == []
    assert scheduler.due_at("us/app") == A_SLOT + 15.0


async def test_a_drain_lets_a_look_in_flight_end(scheduler: Scheduler, looks: Looks) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    await scheduler.due("us/app", True)
    await settle()
    draining = asyncio.create_task(scheduler.drain(10))
    await settle()
    looks.holds["us/app"].set()
    await draining
    assert looks.ended == ["us/app"]


async def test_a_drain_cancels_what_outlasts_its_deadline(
    scheduler: Scheduler, looks: Looks
) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": SLOT})
    await scheduler.due("us/app", True)
    await settle()
    await scheduler.drain(0)
    looks.holds["us/app"].set()
    await settle()
    assert looks.ended == []


async def test_nothing_starts_after_a_drain_has_begun(scheduler: Scheduler, looks: Looks) -> None:
    scheduler.plan({"us/app": SLOT})
    await scheduler.drain(0)
    await scheduler.due("us/app", True)
    await settle()
    assert looks.started == []
