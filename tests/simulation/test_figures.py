"""The figures of `make simulate`, with few trials: what would be far off is seen here."""

from __future__ import annotations

import math

import pytest

from benchmarks import trials
from benchmarks.trials import CASES, found, percentile
from benchmarks.usual import USUAL, InARow, Prometheus, SecondOpinion, clusters, false_pages
from benchmarks.weather import T0, THREE, Outage

BEGINS = T0 + 605.0

pytestmark = pytest.mark.timeout(120)  # the dice take their time on a busy machine


def times(case: str, count: int) -> list[float | None]:
    return [trials.declared_after(CASES[case], trial) for trial in range(count)]


@pytest.mark.parametrize(
    ("case", "p95"),
    [
        ("total", 42.0),
        ("hanging", 52.0),
        ("78 %", 65.0),
        ("38 %", 180.0),
        ("total, alone", 60.0),
        ("hanging, alone", 70.0),
        ("total, one dead", 60.0),
    ],
)
def test_outages_are_declared_in_time(case, p95):
    assert percentile(times(case, 60), 0.95) <= p95


def test_a_total_outage_is_declared_in_thirty_six_seconds_at_the_median():
    assert percentile(times("total", 60), 0.5) <= 36.0


def test_fifteen_percent_are_found_within_half_an_hour():
    assert found(times("15 %", 20)) >= 0.9


@pytest.mark.parametrize("case", ["blip", "hanging blip", "blip, one dead"])
def test_blips_are_never_declared(case):
    assert found(times(case, 60)) == 0.0


def test_days_with_a_dead_location_declare_nothing():
    count = trials.dead(0.01, 3.0, 1)
    assert (count.pages, count.minors) == (0, 0)


def test_two_weeks_of_noise_page_nobody():
    count = trials.noise(0.02, 1 / 26, 1)
    assert (count.years, count.pages) == (1 / 26, 0)


# ── the rules of others ───────────────────────────────────────────────────────────────────────


def paged(rule: InARow | SecondOpinion | Prometheus, outage: Outage) -> float | None:
    at = rule.pages_at(outage, THREE, BEGINS - 300.0, BEGINS + 1800.0)
    return None if at is None else at - BEGINS


@pytest.mark.parametrize(
    ("rule", "soonest", "latest"),
    [
        (InARow("", 3), 60.0, 70.5),
        (InARow("", 3, needed=2), 70.0, 80.5),
        (InARow("", 1, needed=2), 10.0, 20.5),
        (SecondOpinion(), 0.0, 10.5),
        (Prometheus("", 60.0), 90.0, 130.5),
        (Prometheus("", 300.0), 330.0, 370.5),
    ],
)
def test_the_usual_rules_take_as_long_as_they_must(rule, soonest, latest):
    seen = paged(rule, Outage(BEGINS))
    assert seen is not None
    assert soonest <= seen <= latest


def test_an_alert_that_stops_is_pending_anew():
    assert paged(Prometheus("", 300.0), Outage(BEGINS, ends=BEGINS + 200.0)) is None


def test_what_never_fails_pages_nobody():
    assert [paged(rule, Outage(math.inf)) for rule in USUAL] == [None] * len(USUAL)


def test_clusters_hold_every_failure_of_the_weather_in_order():
    found_ = [look for cluster in clusters(0.02, 0.01, 1, THREE) for look in cluster]
    made = 0.01 * 365.25 * 2880 * 3
    assert found_ == sorted(found_)
    assert len(found_) / made == pytest.approx(0.02, rel=0.2)


def test_noise_pages_often_by_a_second_opinion_and_hardly_by_three_in_a_row():
    pages = false_pages(0.02, 0.1, 1, THREE)
    assert pages[SecondOpinion().name] == pytest.approx(126, rel=0.3)
    assert pages["three in a row, anywhere"] < 10
    assert pages["Prometheus + Alertmanager, for: 5m"] == 0


def test_a_percentile_is_infinite_where_too_few_were_declared():
    assert percentile([1.0, 2.0, None, None], 0.5) == 2.0
    assert percentile([1.0, 2.0, None, None], 0.95) == math.inf
