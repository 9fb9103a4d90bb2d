"""Budgets are held against what was found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.backtest.allowance import Held, held, most_at_once
from checker.backtest.found import Replayed
from checker.config.settings import Budgets, Pages
from tests.backtest.outages import found, page, replayed

DAY_S = 86400.0
THREE = replayed(*(found(n * DAY_S, n * DAY_S + 600, n) for n in (1, 2, 3)))


def test_as_many_pages_as_are_allowed_keep_the_budget():
    assert held(Budgets(max_pages=Pages(3, 30 * DAY_S)), THREE) == (
        Held("max_pages", "3 per 30d", "3", False),
    )


def test_one_page_more_exceeds_it():
    [one] = held(Budgets(max_pages=Pages(2, 30 * DAY_S)), THREE)
    assert (one.found, one.exceeded) == ("3", True)


def test_pages_are_counted_in_the_worst_stretch_of_that_length():
    [one] = held(Budgets(max_pages=Pages(2, 2 * DAY_S)), THREE)
    assert (one.found, one.exceeded) == ("2", False)


@pytest.mark.parametrize(
    ("times", "most"),
    [((), 0), ((0.0,), 1), ((0.0, 9.9), 2), ((0.0, 10.0), 1), ((0.0, 8.0, 12.0, 13.0, 40.0), 3)],
)
def test_the_most_pages_in_ten_seconds(times, most):
    assert most_at_once([page(at) for at in times], 10.0) == most


def test_the_slowest_page_of_a_total_outage_is_held_against_the_time_to_page():
    slow = replayed(found(0, 600, rings=(45.0,)), found(7200, 7800, 2, rings=(80.4,)))
    assert held(Budgets(max_time_to_page_s=75.0), slow) == (
        Held("max_time_to_page", "1m15s", "80 s", True),
    )
    assert not held(Budgets(max_time_to_page_s=81.0), slow)[0].exceeded


def test_a_late_page_about_something_that_was_not_down_is_no_matter_of_time_to_page():
    quiet = found(0, 600)
    partial = replace(quiet, pages=(page(500, 500.0, is_total=False),))
    [one] = held(Budgets(max_time_to_page_s=75.0), Replayed((partial,)))
    assert (one.found, one.exceeded) == ("no total outage", False)


def test_without_a_budget_nothing_is_exceeded():
    assert held(Budgets(), THREE) == ()
