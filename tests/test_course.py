"""Which looks at one check may start, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.clock import Grid
from checker.course import Course, Slot, Turn, offset

SLOT = Slot(every_s=15.0, timeout_s=10.0, recheck_s=5.0, offset_s=0.0)
IN_DOUBT = Grid(5.0, 0.0)


def test_a_look_that_is_due_starts() -> None:
    assert Course(SLOT).turn(scheduled=True, now=150.0) is Turn.LOOK


def test_on_schedule_a_look_is_left_out_while_the_one_before_runs() -> None:
    course = Course(SLOT, in_flight=1)
    assert course.turn(scheduled=True, now=150.0) is Turn.IN_FLIGHT


@pytest.mark.parametrize(
    ("timeout_s", "places"),
    [(10.0, 2), (11.0, 3), (5.0, 1), (3.0, 1)],
)
def test_in_doubt_as_many_looks_overlap_as_a_timeout_holds_rechecks(
    timeout_s: float, places: int
) -> None:
    course = Course(replace(SLOT, timeout_s=timeout_s), extra=IN_DOUBT)
    assert course.places == places


def test_on_schedule_there_is_one_place_whatever_the_timeout() -> None:
    assert Course(replace(SLOT, timeout_s=60.0)).places == 1


def test_in_doubt_looks_overlap() -> None:
    course = Course(SLOT, extra=IN_DOUBT, in_flight=1)
    assert course.turn(scheduled=False, now=155.0) is Turn.LOOK


def test_in_doubt_a_look_without_a_place_waits_for_one() -> None:
    course = Course(SLOT, extra=IN_DOUBT, in_flight=2)
    assert course.turn(scheduled=False, now=155.0) is Turn.WAIT


def test_one_look_waits_at_most() -> None:
    course = Course(SLOT, extra=IN_DOUBT, in_flight=2, waiting=False)
    assert course.turn(scheduled=True, now=150.0) is Turn.IN_FLIGHT


@pytest.mark.parametrize("scheduled", [True, False])
def test_the_look_that_waits_starts_when_a_place_is_free(scheduled: bool) -> None:
    course = Course(SLOT, extra=IN_DOUBT, in_flight=2, waiting=scheduled)
    assert course.ended() is scheduled
    assert course.waiting is None


def test_nothing_starts_at_the_end_of_a_look_when_none_waits() -> None:
    assert Course(SLOT, in_flight=1).ended() is None


def test_back_on_schedule_the_look_that_waits_starts_after_all_others() -> None:
    course = Course(SLOT, in_flight=2, waiting=True)
    assert course.ended() is None
    assert course.ended() is True


def test_a_scheduled_look_stands_in_for_the_extra_one_beside_it() -> None:
    course = Course(SLOT, extra=Grid(5.0, 1.0))
    assert course.turn(scheduled=False, now=151.0) is Turn.YIELD
    assert course.turn(scheduled=False, now=156.0) is Turn.LOOK


def test_extra_looks_end_with_the_doubt() -> None:
    assert Course(SLOT).turn(scheduled=False, now=155.0) is Turn.YIELD


@pytest.mark.parametrize("every_s", [12.0, 15.0, 17.0, 31.0, 60.0])
@pytest.mark.parametrize("phase_s", [0.0, 0.7, 2.4, 4.9])
def test_scheduled_and_extra_looks_together_keep_the_pace(every_s: float, phase_s: float) -> None:
    course = Course(replace(SLOT, every_s=every_s), extra=Grid(5.0, phase_s))
    span = 300 * every_s
    slots = [k * every_s for k in range(300)]
    ticks = [phase_s + k * 5.0 for k in range(round(span / 5.0))]
    extra = [t for t in ticks if course.turn(scheduled=False, now=t) is Turn.LOOK]
    assert len(slots) + len(extra) == pytest.approx(span / 5.0, abs=2)


def test_a_look_after_a_short_stall_is_made() -> None:
    assert Course(SLOT).turn(scheduled=True, now=151.5) is Turn.LOOK


def test_after_a_long_freeze_a_look_is_left_to_its_next_slot() -> None:
    assert Course(SLOT).turn(scheduled=True, now=153.0) is Turn.LATE


def test_a_look_once_an_hour_may_be_minutes_late() -> None:
    course = Course(replace(SLOT, every_s=3600.0))
    assert course.turn(scheduled=True, now=7200.0 + 300.0) is Turn.LOOK


RARE = replace(SLOT, every_s=21_600.0, offset_s=7_215.0)


def test_what_is_looked_at_every_few_hours_is_looked_at_within_a_minute_of_the_start() -> None:
    assert Course(RARE).next_after(100.0) == 135.0


def test_from_its_first_look_on_a_rare_check_has_its_own_slots() -> None:
    course = Course(RARE)
    course.began(monotonic=40.0)
    assert course.next_after(135.0) == 7_215.0


def test_the_first_look_of_a_rare_check_is_not_late_for_the_slot_before_it() -> None:
    course = Course(RARE)
    assert course.lag(scheduled=True, now=21_975.5) == pytest.approx(0.5)
    assert course.turn(scheduled=True, now=21_975.5) is Turn.LOOK


def test_a_first_look_may_also_be_made_in_the_slot() -> None:
    course = Course(replace(SLOT, every_s=100.0, offset_s=70.0))
    assert course.lag(scheduled=True, now=170.5) == pytest.approx(0.5)


def test_the_first_looks_of_rare_checks_are_spread_over_a_minute() -> None:
    slots = [replace(RARE, offset_s=offset(f"us/{n}", 0, 1, 21_600.0)) for n in range(100)]
    seconds = [Course(slot).next_after(1000.0) - 1000.0 for slot in slots]
    assert max(seconds) <= 60.0
    assert len({second // 10 for second in seconds}) == 6


def test_a_freeze_ends_without_a_burst() -> None:
    courses = [Course(replace(SLOT, offset_s=offset(f"us/{n}", 0, 1, 15.0))) for n in range(200)]
    woken_at = 1_000_000.0
    turns = [course.turn(scheduled=True, now=woken_at) for course in courses]
    assert turns.count(Turn.LOOK) < 50


def test_the_first_extra_look_follows_the_newest_look_at_the_pace() -> None:
    course = Course(SLOT)
    course.began(monotonic=40.0)
    assert course.first_extra(5.0, wall=1000.0, monotonic=41.0) == 1004.0


def test_a_look_that_hung_is_followed_at_once() -> None:
    course = Course(SLOT)
    course.began(monotonic=40.0)
    assert course.first_extra(5.0, wall=1000.0, monotonic=50.0) == 1000.0


def test_in_doubt_from_before_the_start_extra_looks_are_spread() -> None:
    first = Course(replace(SLOT, offset_s=2.0)).first_extra(5.0, 1000.0, 41.0)
    other = Course(replace(SLOT, offset_s=3.5)).first_extra(5.0, 1000.0, 41.0)
    assert (first, other) == (1002.0, 1003.5)


def test_an_offset_is_the_same_in_every_process() -> None:
    assert offset("us/app", 0, 1, 30.0) == 19.65


def test_locations_look_evenly_in_turn() -> None:
    at = [offset("us/app", rank, 3, 30.0) for rank in range(3)]
    gaps = [(at[(n + 1) % 3] - at[n]) % 30.0 for n in range(3)]
    assert gaps == pytest.approx([10.0, 10.0, 10.0])


def test_offsets_spread_checks_over_the_interval() -> None:
    tenths = [0] * 10
    for n in range(1000):
        tenths[int(offset(f"us/check-{n}", 0, 1, 30.0) / 3.0)] += 1
    assert min(tenths) > 60
    assert max(tenths) < 140


def test_an_offset_lies_within_the_interval() -> None:
    offsets = [offset(f"eu/{n}", rank, 5, 0.5) for n in range(2000) for rank in range(5)]
    assert min(offsets) >= 0.0
    assert max(offsets) < 0.5
