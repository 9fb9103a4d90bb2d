"""The soak itself takes half an hour; its arithmetic must be right before that."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from tests.soak.day import Day
from tests.soak.readings import Reading
from tests.soak.verdict import Bound, slope, verdict

HOURS = 24


def reading(hour: float) -> Reading:
    """Of a daemon that keeps its size, and keeps looks for six hours."""
    return Reading(
        hour=hour,
        rss_mb=100.0,
        descriptors=20,
        threads=6,
        store_mb=10.0,
        oldest_h=min(hour, 6.1),
        log_kb=hour,
        cpu_s=hour,
        looks=round(1000 * hour),
        failed=round(10 * hour),
        unsure=round(5 * hour),
        skipped=0,
        stalls=0,
        refused=0,
    )


def good_day() -> Day:
    return Day(
        hours=HOURS,
        keeps_h=6.0,
        readings=[reading(half / 2) for half in range(1, 2 * HOURS + 1)],
        lags={1.0: 1000.0, 5.0: 1000.0, inf: 1000.0},
        blind=[True, True],
        blips=12,
        paged_after_s=47.0,
        recovered_after_s=460.0,
        rings=["world/us-1/1"],
        severities=["critical"],
        phases=["closed"],
        pending=0,
    )


def missed(day: Day) -> list[str]:
    return [bound.what for bound in verdict(day) if not bound.is_kept]


def changed(day: Day, number: int, **figures: float) -> Day:
    """The same day, but for some figures of one reading."""
    day.readings[number] = replace(day.readings[number], **figures)  # type: ignore[arg-type]
    return day


def test_a_day_that_leaves_nothing_behind_keeps_every_bound() -> None:
    assert missed(good_day()) == []


def test_the_slope_of_a_straight_line_is_its_own() -> None:
    assert slope([(1.0, 5.0), (2.0, 7.0), (3.0, 9.0)]) == pytest.approx(2.0)


def test_the_slope_through_noise_is_that_of_the_least_squares() -> None:
    assert slope([(0.0, 0.0), (1.0, 3.0), (2.0, 0.0), (3.0, 3.0)]) == pytest.approx(0.6)


def test_a_single_point_has_no_slope() -> None:
    assert slope([(1.0, 100.0)]) == 0.0


def test_half_a_megabyte_an_hour_is_a_leak() -> None:
    day = good_day()
    day.readings = [replace(one, rss_mb=100 + one.hour / 2) for one in day.readings]
    assert missed(day) == ["over its base of 102 MB", "its slope, second half"]


def test_what_is_loaded_once_is_no_leak() -> None:
    assert missed(changed(good_day(), 0, rss_mb=60.0)) == []


def test_a_peak_counts_even_when_it_passes() -> None:
    assert missed(changed(good_day(), 30, rss_mb=151.0)) == ["resident memory, highest"]


def test_descriptors_that_stay_open_are_a_miss() -> None:
    assert missed(changed(good_day(), -1, descriptors=29)) == ["descriptors"]


def test_threads_that_stay_are_a_miss() -> None:
    assert missed(changed(good_day(), -1, threads=11)) == ["threads"]


def test_a_database_that_grows_though_it_prunes_is_a_miss() -> None:
    assert missed(changed(good_day(), -1, store_mb=12.1)) == ["database, highest once it prunes"]


def test_a_database_that_grows_before_it_prunes_is_none() -> None:
    assert missed(changed(good_day(), 5, store_mb=99.0)) == []


def test_a_look_that_outlives_the_retention_is_a_miss() -> None:
    assert missed(changed(good_day(), -1, oldest_h=6.3)) == ["oldest look that is kept"]


def test_a_log_that_says_too_much_is_a_miss() -> None:
    assert missed(changed(good_day(), -1, log_kb=2401.0)) == ["log, an hour"]


@pytest.mark.parametrize("rings", [[], ["world/us-1/1", "world/us-1/2"]])
def test_any_number_of_pages_but_one_is_a_miss(rings: list[str]) -> None:
    assert missed(replace(good_day(), rings=rings)) == ["pages"]


def test_a_minor_incident_beside_the_real_one_is_a_miss() -> None:
    day = replace(good_day(), severities=["critical", "minor"])
    assert missed(day) == ["incidents"]


def test_an_incident_that_nobody_could_close_is_a_miss() -> None:
    assert missed(replace(good_day(), phases=["recovered"])) == ["closed by a person"]


def test_an_effect_that_waits_in_the_end_is_a_miss() -> None:
    assert missed(replace(good_day(), pending=1)) == ["effects that wait in the end"]


def test_a_late_page_is_a_miss() -> None:
    assert missed(replace(good_day(), paged_after_s=65.1)) == ["from the outage to the ring"]


def test_a_lost_network_that_goes_unnoticed_is_a_miss() -> None:
    assert missed(replace(good_day(), blind=[True, False])) == ["without a network of its own"]


def test_one_look_in_two_hundred_may_be_skipped_and_no_more() -> None:
    assert missed(changed(good_day(), -1, skipped=120)) == []
    assert missed(changed(good_day(), -1, skipped=121)) == ["looks skipped"]


def test_looks_that_are_late_are_a_miss() -> None:
    lags = {1.0: 900.0, 5.0: 980.0, inf: 1000.0}
    late = "99 of 100 looks late by (virtual)"
    found = verdict(replace(good_day(), lags=lags))
    assert Bound(late, "≤ 2.50 s", "5.00 s", is_kept=False) in found


def test_a_day_without_a_base_is_no_day() -> None:
    day = good_day()
    day.readings = day.readings[-2:]
    with pytest.raises(ValueError, match="too few readings"):
        verdict(day)
