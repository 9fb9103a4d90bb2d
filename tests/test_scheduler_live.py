"""The schedule on the real clock. Counts and order only: how long things take is not asserted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from checker.scheduler import Scheduler, Slot
from tests.looks import Looks, make, settle

QUICK = Slot(every_s=0.1, timeout_s=0.1, recheck_s=0.1, offset_s=0.0)
RARE = Slot(every_s=1e9, timeout_s=0.2, recheck_s=0.05, offset_s=0.0)  # once in a lifetime


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
async def scheduler(looks: Looks) -> AsyncIterator[Scheduler]:
    scheduler = make(looks)
    scheduler.start()
    yield scheduler
    await scheduler.drain(0)


async def test_a_check_is_looked_at_again_and_again(scheduler: Scheduler, looks: Looks) -> None:
    scheduler.plan({"us/app": QUICK})
    await looks.until(lambda: len(looks.started) >= 3)
    assert set(looks.started) == {("us/app", True)}


async def test_fifty_hanging_targets_are_in_no_other_check_s_way(
    scheduler: Scheduler, looks: Looks
) -> None:
    hanging = [f"us/{n}" for n in range(50)]
    looks.holds = {check: asyncio.Event() for check in hanging}
    scheduler.plan(dict.fromkeys(hanging, QUICK))
    await looks.until(lambda: len(looks.started) == 50)
    scheduler.plan(dict.fromkeys([*hanging, "eu/app"], QUICK))
    await looks.until(lambda: looks.started.count(("eu/app", True)) >= 5)
    made = Counter(check for check, _ in looks.started)
    assert {made[check] for check in hanging} == {1}
    assert {why for _, why in looks.skips} == {"in_flight"}


async def test_in_doubt_extra_looks_come_until_the_doubt_ends(
    scheduler: Scheduler, looks: Looks
) -> None:
    scheduler.plan({"us/app": RARE})
    scheduler.pace({"us/app": 0.05})
    await looks.until(lambda: len(looks.started) >= 3)
    scheduler.pace({})
    await settle()
    assert set(looks.started) == {("us/app", False)}


async def test_looks_in_doubt_overlap_while_the_target_hangs(
    scheduler: Scheduler, looks: Looks
) -> None:
    looks.holds["us/app"] = asyncio.Event()
    scheduler.plan({"us/app": RARE})
    scheduler.pace({"us/app": 0.05})
    await looks.until(lambda: len(looks.started) >= 4)  # a timeout holds four rechecks
    assert looks.ended == []
