"""What Prometheus is told of the daemon, and of what it holds true right now."""

from dataclasses import replace

import pytest

from checker.core.model import Firing, Phase, Severity, State
from tests.metrics.rig import US_APP, make, seen
from tests.metrics.sample import (
    NOW,
    incident,
    show,
    trouble,
)


def test_lag_and_skipped_looks_are_told_of_each_check():
    metrics = make()
    metrics.lagged("us/app", 0.1)
    metrics.skipped("us/app", "in_flight")
    value = metrics.registry.get_sample_value
    assert value("checker_schedule_lag_seconds_bucket", US_APP | {"le": "0.25"}) == 1
    assert value("checker_looks_skipped_total", US_APP | {"why": "in_flight"}) == 1


def test_clock_steps_and_stalls_are_told():
    metrics = make()
    metrics.clock_stepped(-3600.0)
    metrics.stalled(2.0)
    value = metrics.registry.get_sample_value
    assert value("checker_clock_steps_total") == 1
    assert value("checker_clock_last_step_seconds") == -3600
    assert value("checker_loop_stall_seconds_sum") == 2


def test_the_store_and_the_limits_are_told():
    metrics = make()
    metrics.store_committed(0.01)
    metrics.store_failed("commit")
    metrics.bounded("queue")
    value = metrics.registry.get_sample_value
    assert value("checker_store_commit_duration_seconds_count") == 1
    assert value("checker_store_failures_total", {"operation": "commit"}) == 1
    assert value("checker_bounds_reached_total", {"bound": "queue"}) == 1


def test_alerts_that_came_to_nothing_are_told_by_why():
    metrics = make()
    metrics.left_out("target", 3)
    value = metrics.registry.get_sample_value
    assert value("checker_alerts_left_out_total", {"why": "target"}) == 3
    assert value("checker_alerts_left_out_total", {"why": "row"}) == 0


def test_alerts_that_fire_are_told_of_each_target():
    firing = Firing("us/alert/DiskFull", 'a="b"', NOW, NOW + 60, NOW)
    ended = replace(firing, ended_at=NOW)
    alerts = {"a": firing, "b": ended, "c": replace(firing, check="us/alert/Oom")}
    value = seen(make(), show("us/app", "eu/app", state=State(alerts=alerts))).get_sample_value
    assert value("checker_alerts_firing", {"target": "us"}) == 2
    assert value("checker_alerts_firing", {"target": "eu"}) == 0


@pytest.mark.parametrize("word", ["Not A Word", "x" * 41, "", 'a"b', "a\nb", "https://x"])
def test_a_word_that_is_none_is_counted_as_other(word):
    metrics = make()
    metrics.bounded(word)
    assert (
        metrics.registry.get_sample_value("checker_bounds_reached_total", {"bound": "other"}) == 1
    )


def test_words_without_end_do_not_make_series_without_end():
    metrics = make()
    for number in range(1000):
        metrics.bounded(f"word_{number}")
    (samples,) = [
        f.samples for f in metrics.registry.collect() if f.name == "checker_bounds_reached"
    ]
    assert len(samples) == 33


def test_open_incidents_are_counted_by_target_and_severity_from_zero_on():
    value = seen(make(), trouble()).get_sample_value
    critical = {"severity": "critical", "phase": "open"}
    assert value("checker_incidents_open", {"target": "us"} | critical) == 1
    assert value("checker_incidents_open", {"target": "eu"} | critical) == 0
    assert value("checker_incidents_total", {"target": "us"}) == 42


def test_an_incident_that_a_person_ended_is_not_open():
    ended = {"a": incident(phase=Phase.CLOSED), "b": incident(phase=Phase.CANCELLED)}
    registry = seen(make(), show(state=State(incidents=ended)))
    assert not any(
        sample.value
        for family in registry.collect()
        if family.name == "checker_incidents_open"
        for sample in family.samples
    )


def test_a_recovered_incident_waits_under_its_own_phase():
    state = State(incidents={"a": incident(phase=Phase.RECOVERED, severity=Severity.MAJOR)})
    labels = {"target": "us", "severity": "major", "phase": "recovered"}
    assert seen(make(), show(state=state)).get_sample_value("checker_incidents_open", labels) == 1


def test_standings_symptoms_doubt_and_local_problems_are_shown():
    value = seen(make(), trouble()).get_sample_value
    assert value("checker_standing_score", US_APP | {"location": "l2"}) == 50
    assert value("checker_symptom", US_APP | {"kind": "down"}) == 1
    assert value("checker_symptom", US_APP | {"kind": "failing"}) == 0
    assert value("checker_check_in_doubt", {"check": "flags", "target": "us"}) == 1
    assert value("checker_check_in_doubt", US_APP) == 0
    eu_app = {"check": "app", "target": "eu", "location": "l2"}
    assert value("checker_local_problem", eu_app) == 1


def test_a_blind_location_says_so_and_since_when():
    value = seen(make(), trouble()).get_sample_value
    assert value("checker_blind", {"location": "l1"}) == 0
    assert value("checker_blind", {"location": "l3"}) == 1
    assert value("checker_blind_since_timestamp_seconds", {"location": "l3"}) == NOW - 600
    assert value("checker_blind_since_timestamp_seconds", {"location": "l1"}) is None


def test_the_outbox_is_shown_for_each_responder_also_when_it_is_empty():
    value = seen(make(), trouble()).get_sample_value
    assert value("checker_outbox_pending", {"responder": "pagerduty"}) == 2
    assert value("checker_outbox_oldest_age_seconds", {"responder": "pagerduty"}) == 41.5
    assert value("checker_outbox_pending", {"responder": "slack"}) == 0
    assert value("checker_outbox_stranded") == 1
    assert value("checker_outbox_unmarked") == 6
    assert value("checker_store_owed_commits") == 2


def test_notifications_have_one_metric_for_tries_and_another_for_failures():
    value = seen(make(), trouble()).get_sample_value
    assert value("checker_notifications_total", {"responder": "pagerduty", "duty": "page"}) == 5
    assert value("checker_notifications_total", {"responder": "slack", "duty": "post"}) == 0
    throttled = {"responder": "pagerduty", "reason": "throttled"}
    assert value("checker_notifications_failed_total", throttled) == 3
    assert value("checker_posts_dropped_total") == 4


def test_what_is_off_and_what_runs_here_are_shown():
    registry = seen(make(), trouble())
    assert registry.get_sample_value("checker_off", {"what": "responder slack"}) == 1
    (build,) = [f.samples for f in registry.collect() if f.name == "checker_build"]
    assert build[0].labels["version"] == "0.1.0"


def test_without_a_view_the_counters_are_there_all_the_same():
    metrics = make()
    metrics.snapshot()
    assert metrics.registry.get_sample_value("checker_looks_total", US_APP) == 0
    assert metrics.registry.get_sample_value("probe_success", US_APP) is None
