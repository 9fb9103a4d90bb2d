"""What becomes of series when the config changes."""

import math

from prometheus_client import CollectorRegistry

from checker.core.model import Duty
from probes.contract import Outcome, Reason, Verdict
from tests.metrics.rig import US_APP, make, seen
from tests.metrics.sample import (
    NOW,
    ROUTES,
    plan,
    saw,
)


def labels_there(registry: CollectorRegistry) -> set[tuple[str, str]]:
    return {
        item
        for family in registry.collect()
        for sample in family.samples
        for item in sample.labels.items()
    }


def test_before_its_first_look_a_check_has_every_counter_at_zero_and_no_success():
    value = seen(make()).get_sample_value
    assert value("checker_looks_total", US_APP) == 0
    assert value("checker_look_failures_total", US_APP | {"reason": "tls"}) == 0
    assert value("checker_look_inconclusive_total", US_APP | {"reason": "own_stall"}) == 0
    assert value("checker_looks_skipped_total", US_APP | {"why": "in_flight"}) == 0
    assert value("checker_look_duration_seconds_count", US_APP) == 0
    assert math.isnan(value("probe_success", US_APP))
    assert value("probe_duration_seconds", US_APP) is None


def test_a_removed_check_leaves_no_series_behind():
    metrics = make("us/app", "us/flags")
    for reason in Reason:
        verdict = Verdict.FAILED if reason is not Reason.SLOW else Verdict.DEGRADED
        metrics.looked(saw("us/flags", Outcome(verdict, reason)), "page", "us")
    metrics.skipped("us/flags", "budget")
    metrics.lagged("us/flags", 0.1)
    metrics.watch([plan("us/app")], ROUTES)
    assert ("check", "flags") not in labels_there(seen(metrics))


def test_a_check_that_stays_keeps_its_counters_over_a_reload():
    metrics = make()
    metrics.looked(saw("us/app"), "page", "us")
    metrics.watch([plan("us/app"), plan("us/flags")], ROUTES)
    assert seen(metrics).get_sample_value("checker_looks_total", US_APP) == 1


def test_a_look_that_comes_back_after_its_check_was_removed_brings_nothing_back():
    metrics = make()
    metrics.looked(saw("us/gone"), "page", "us")
    metrics.lagged("us/gone", 1.0)
    metrics.skipped("us/gone", "late")
    registry = seen(metrics)
    assert ("check", "gone") not in labels_there(registry)
    assert registry.get_sample_value("checker_looks_unwatched_total") == 1


def test_a_look_of_the_kind_that_a_check_once_was_is_not_counted_as_the_new_kind():
    metrics = make()
    metrics.looked(saw("us/app"), "page", "us")
    metrics.watch([plan("us/app", kind="flags")], ROUTES)
    metrics.looked(saw("us/app"), "page", "us")
    value = seen(metrics).get_sample_value
    assert value("checker_looks_total", US_APP) == 1
    assert math.isnan(value("probe_success", US_APP))
    assert value("checker_check_info", US_APP | {"kind": "page", "surface": "app"}) is None
    assert value("checker_check_info", US_APP | {"kind": "flags", "surface": "app"}) == 1


def test_a_responder_that_is_gone_leaves_no_latency_behind():
    metrics = make()
    metrics.delivered("pagerduty", Duty.PAGE, 2.5)
    metrics.watch([plan("us/app")], {})
    metrics.delivered("pagerduty", Duty.PAGE, 2.5)
    names = {f.name: f.samples for f in metrics.registry.collect()}
    assert names["checker_notification_latency_seconds"] == []


def test_a_config_that_was_taken_says_so_with_its_digest():
    metrics = make()
    metrics.reloaded(True, NOW, "abc")
    value = metrics.registry.get_sample_value
    assert value("checker_config_last_reload_successful") == 1
    assert value("checker_config_last_reload_success_timestamp_seconds") == NOW
    assert value("checker_config_info", {"digest": "abc"}) == 1


def test_a_config_that_was_refused_changes_only_the_word_on_it():
    metrics = make()
    metrics.reloaded(True, NOW, "abc")
    metrics.reloaded(False, NOW + 60, "broken")
    value = metrics.registry.get_sample_value
    assert value("checker_config_last_reload_successful") == 0
    assert value("checker_config_last_reload_success_timestamp_seconds") == NOW
    assert value("checker_config_info", {"digest": "abc"}) == 1
    assert value("checker_config_info", {"digest": "broken"}) is None
