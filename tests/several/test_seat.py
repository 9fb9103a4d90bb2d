"""Who leads, by a lease and a clock."""

from __future__ import annotations

import pytest

from checker.several.seat import REFRESH_S, TTL_S, Always, Shared, Turns
from tests.several.stand_ins import Store, Time


class Chair:
    """A seat on a store, and what it has told."""

    def __init__(self) -> None:
        self.time = Time()
        self.store = Store(self.time)
        self.told: list[str] = []
        turns = Turns(
            lambda _: self.told.append("began"),
            lambda: self.told.append("ended"),
            lambda _: self.told.append("read"),
        )
        self.seat = Shared(self.store, "l1", turns, monotonic=self.time)

    async def turn(self, after_s: float = 0.0) -> None:
        self.time.now += after_s
        await self.seat.turn()


@pytest.fixture
def chair() -> Chair:
    return Chair()


async def test_whoever_gets_the_lease_leads_what_the_store_holds(chair):
    await chair.turn()
    assert chair.seat.holds()
    assert (chair.store.done, chair.told) == (["take", "lead"], ["began"])


async def test_it_is_renewed_and_nobody_is_told(chair):
    await chair.turn()
    for _ in range(10):
        await chair.turn(after_s=TTL_S / 2)
    assert chair.seat.holds()
    assert chair.told == ["began"]


async def test_while_another_has_it_what_that_one_knows_is_read_from_time_to_time(chair):
    chair.store.holder = "l2"
    await chair.turn()
    await chair.turn(after_s=1)
    await chair.turn(after_s=REFRESH_S)
    assert not chair.seat.holds()
    assert chair.told == ["read", "read"]


async def test_it_is_lost_the_moment_it_runs_out_whatever_the_store_does(chair):
    await chair.turn()
    chair.store.away = True
    chair.time.now += TTL_S - 0.1
    assert chair.seat.holds()
    chair.time.now += 0.1
    assert not chair.seat.holds()


async def test_while_the_store_is_away_and_the_lease_lasts_it_goes_on(chair):
    await chair.turn()
    chair.store.away = True
    await chair.turn(after_s=TTL_S / 2)
    assert chair.seat.holds()
    assert chair.told == ["began"]


async def test_what_ran_out_is_ended_before_it_is_taken_again(chair):
    await chair.turn()
    await chair.turn(after_s=TTL_S)
    assert chair.store.done == ["take", "lead", "step down", "take", "lead"]
    assert chair.told == ["began", "ended", "began"]


async def test_who_wakes_and_finds_another_there_stands_by(chair):
    await chair.turn()
    chair.store.holder = "l2"
    await chair.turn(after_s=3600)
    assert not chair.seat.holds()
    assert chair.told == ["began", "ended", "read"]


async def test_a_lease_that_another_has_by_now_is_given_up_though_it_lasts(chair):
    await chair.turn()
    chair.store.holder = "l2"
    await chair.turn(after_s=2)
    assert not chair.seat.holds()
    assert chair.told == ["began", "ended"]


async def test_a_write_that_was_fenced_ends_it_at_once(chair):
    await chair.turn()
    chair.store.holder = "l2"
    chair.seat.lost()
    assert not chair.seat.holds()
    await chair.turn()
    assert chair.told == ["began", "ended", "read"]


async def test_an_answer_that_came_too_late_does_not_make_up_for_the_time_between(chair):
    await chair.turn()
    chair.time.now += TTL_S - 1
    chair.store.slow_s = 2
    await chair.turn()
    assert chair.told == ["began", "ended"]
    chair.store.slow_s = 0
    await chair.turn()
    assert chair.told == ["began", "ended", "began"]


async def test_a_store_that_goes_away_while_it_is_taken_is_not_led(chair):
    chair.store.away = True
    await chair.turn()
    assert not chair.seat.holds()
    chair.store.away = False
    await chair.turn()
    assert chair.seat.holds()


async def test_whoever_leaves_gives_it_to_others_and_takes_it_no_more(chair):
    await chair.turn()
    await chair.seat.leave()
    assert chair.store.done[-2:] == ["step down", "release"]
    await chair.turn()
    assert not chair.seat.holds()
    assert chair.store.holder == ""


async def test_whoever_does_not_lead_has_nothing_to_give_up(chair):
    chair.store.holder = "l2"
    await chair.turn()
    await chair.seat.leave()
    assert chair.store.holder == "l2"


def test_a_store_of_ones_own_is_always_led():
    seat = Always()
    seat.lost()
    assert seat.holds()
