"""Slots of a schedule, and a wall clock that was set."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker.clock import Grid, StepWatch


@dataclass
class Hand:
    """A clock that is moved by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_next_slot_is_the_first_one_later_than_now() -> None:
    assert Grid(15.0, 4.0).after(20.0) == 34.0


def test_a_slot_is_not_its_own_next_one() -> None:
    assert Grid(15.0, 4.0).after(34.0) == 49.0


def test_slots_go_back_before_the_offset() -> None:
    assert Grid(15.0, 4.0).after(-13.0) == -11.0


def test_lag_counts_from_the_newest_slot() -> None:
    assert Grid(15.0, 4.0).lag(35.5) == pytest.approx(1.5)


def test_a_slot_has_no_lag_even_when_it_was_rounded_up() -> None:
    assert Grid(0.1, 0.0).lag(0.3) == pytest.approx(0.0, abs=1e-9)
    assert Grid(15.0, 4.0).lag(33.9999) == 0.0


def test_distance_is_to_the_nearest_slot_before_or_after() -> None:
    assert Grid(15.0, 4.0).distance(36.0) == pytest.approx(2.0)
    assert Grid(15.0, 4.0).distance(47.0) == pytest.approx(2.0)


@given(
    every=st.integers(200, 86_400_000),
    offset=st.integers(0, 86_400_000),
    now=st.integers(0, 4_000_000_000_000),
)
@example(every=200, offset=0, now=3_999_999_999_999)
def test_slots_never_drift_from_their_phase(every: int, offset: int, now: int) -> None:
    grid = Grid(every / 1000, (offset % every) / 1000)
    slot = grid.after(now / 1000)
    assert now / 1000 < slot <= now / 1000 + grid.every_s + 0.002
    assert grid.distance(slot) == pytest.approx(0.0, abs=0.001)
    assert grid.after(slot) == pytest.approx(slot + grid.every_s, abs=0.001)


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 1.5, -1.5])
def test_a_wall_clock_that_was_set_is_noticed_once(seconds: float) -> None:
    wall, monotonic = Hand(1000.0), Hand(5.0)
    watch = StepWatch(wall, monotonic)
    wall.now += 0.5 + seconds
    monotonic.now += 0.5
    assert watch.step() == pytest.approx(seconds)
    assert watch.step() == 0.0


def test_time_that_passes_on_both_clocks_is_no_step() -> None:
    wall, monotonic = Hand(1000.0), Hand(5.0)
    watch = StepWatch(wall, monotonic)
    wall.now += 7200.0
    monotonic.now += 7200.0
    assert watch.step() == 0.0


def test_a_clock_that_is_slewed_for_long_is_followed_without_a_step() -> None:
    wall, monotonic = Hand(1000.0), Hand(5.0)
    watch = StepWatch(wall, monotonic)
    for _ in range(100):
        wall.now += 0.55
        monotonic.now += 0.5
        assert watch.step() == 0.0
