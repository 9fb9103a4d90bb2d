"""What Prometheus is told of looks."""

import math

from checker.metrics import LastLook
from probes.contract import Outcome, Timing, Verdict
from tests.metrics.rig import US_APP, make, seen
from tests.metrics.sample import (
    BAD,
    GOOD,
    NOW,
    SLOW,
    UNKNOWN,
    saw,
    show,
)


def test_a_look_that_passed_is_counted_and_shown_as_blackbox_exporter_would():
    metrics = make()
    metrics.looked(saw("us/app"), "page", "us")
    value = seen(metrics).get_sample_value
    assert value("probe_success", US_APP) == 1
    assert value("probe_duration_seconds", US_APP) == 0.15
    assert value("probe_http_status_code", US_APP) == 200
    assert value("probe_ssl_earliest_cert_expiry", US_APP) == NOW + 86_400
    assert value("probe_http_duration_seconds", US_APP | {"phase": "processing"}) == 0.12
    assert value("probe_dns_lookup_time_seconds", US_APP) == 0.004
    assert value("probe_timeout_seconds", US_APP) == 10
    assert value("checker_last_look_timestamp_seconds", US_APP) == NOW
    assert value("checker_looks_total", US_APP) == 1


def test_a_failed_look_is_counted_under_its_one_reason():
    metrics = make()
    metrics.looked(saw("us/app", BAD), "page", "us")
    value = seen(metrics).get_sample_value
    assert value("probe_success", US_APP) == 0
    assert value("checker_look_failures_total", US_APP | {"reason": "timeout"}) == 1
    assert value("checker_look_failures_total", US_APP | {"reason": "dns"}) == 0


def test_a_slow_but_right_look_is_a_success_and_counted_as_degraded():
    metrics = make()
    metrics.looked(saw("us/app", SLOW), "page", "us")
    value = seen(metrics).get_sample_value
    assert value("probe_success", US_APP) == 1
    assert value("checker_look_degraded_total", US_APP) == 1


def test_a_look_that_could_not_tell_is_nan_and_nobodys_failure():
    metrics = make()
    metrics.looked(saw("us/app", UNKNOWN), "page", "us")
    value = seen(metrics).get_sample_value
    assert math.isnan(value("probe_success", US_APP))
    assert value("checker_check_outcome", US_APP | {"outcome": "inconclusive"}) == 1
    assert value("checker_check_outcome", US_APP | {"outcome": "failed"}) == 0
    assert value("checker_look_inconclusive_total", US_APP | {"reason": "own_network"}) == 1
    assert value("checker_look_failures_total", US_APP | {"reason": "timeout"}) == 0


def test_every_verdict_has_a_place_in_the_state_set():
    metrics = make()
    metrics.looked(saw("us/app"), "page", "us")
    registry = seen(metrics)
    found = [
        registry.get_sample_value("checker_check_outcome", US_APP | {"outcome": v}) for v in Verdict
    ]
    assert sorted(found) == [0, 0, 0, 1]


def test_a_phase_that_was_not_reached_is_absent_even_after_it_once_was():
    metrics = make()
    metrics.looked(saw("us/app", GOOD), "page", "us")
    metrics.looked(saw("us/app", BAD, at=NOW + 30), "page", "us")
    value = seen(metrics).get_sample_value
    assert value("probe_http_duration_seconds", US_APP | {"phase": "resolve"}) == 0.004
    assert value("probe_http_duration_seconds", US_APP | {"phase": "processing"}) is None
    assert value("probe_http_status_code", US_APP) is None


def test_of_two_looks_that_overlap_the_one_that_began_later_is_shown():
    metrics = make()
    metrics.looked(saw("us/app", GOOD, at=NOW + 5), "page", "us")
    metrics.looked(saw("us/app", BAD, at=NOW), "page", "us")  # it hung, and came back last
    value = seen(metrics).get_sample_value
    assert value("probe_success", US_APP) == 1
    assert value("checker_looks_total", US_APP) == 2


def test_a_control_has_the_target_control():
    metrics = make("control/cloudflare")
    metrics.looked(saw("control/cloudflare"), "page", None)
    value = seen(metrics, show("control/cloudflare")).get_sample_value
    assert value("checker_looks_total", {"check": "cloudflare", "target": "control"}) == 1


def test_each_look_falls_into_the_histogram():
    metrics = make()
    for took in (0.05, 0.5, 20.0):
        metrics.looked(saw("us/app", took=took), "page", "us")
    value = seen(metrics).get_sample_value
    assert value("checker_look_duration_seconds_bucket", US_APP | {"le": "1.0"}) == 2
    assert value("checker_look_duration_seconds_count", US_APP) == 3


def measured(**values: float):
    metrics = make()
    metrics.looked(saw("us/app", Outcome(Verdict.PASSED, values=values)), "page", "us")
    return seen(metrics)


def test_what_a_kind_measures_of_its_own_is_told_under_our_name():
    assert measured(lag_seconds=4.5).get_sample_value("checker_lag_seconds", US_APP) == 4.5


def test_what_a_kind_adds_up_is_a_counter():
    families = {f.name: f.type for f in measured(canaries_missing_total=3.0).collect()}
    assert families["checker_canaries_missing"] == "counter"


def test_a_measurement_whose_name_is_none_makes_no_series():
    names = str([f.name for f in measured(**{"a\nb": 1.0, "A B": 1.0}).collect()])
    assert "a\nb" not in names
    assert "A B" not in names


def test_the_newest_looks_are_handed_out_as_a_copy():
    metrics = make()
    metrics.looked(saw("us/app"), "page", "us")
    looks = metrics.looks()
    metrics.looked(saw("us/app", BAD, at=NOW + 1), "page", "us")
    assert looks == {"us/app": LastLook(NOW, 0.15, GOOD)}
    assert Timing.TLS not in looks["us/app"].outcome.phases
