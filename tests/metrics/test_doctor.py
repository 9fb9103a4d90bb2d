"""What the doctor found, as metrics."""

from __future__ import annotations

from tests.metrics.rig import make


def test_each_part_is_well_or_not_and_the_time_is_told():
    metrics = make()
    metrics.examined({"ways out": True, "responder slack": False}, 1_700_000_000.0)
    value = metrics.registry.get_sample_value
    assert value("checker_doctor_ok", {"part": "ways out"}) == 1
    assert value("checker_doctor_ok", {"part": "responder slack"}) == 0
    assert value("checker_doctor_last_run_timestamp_seconds") == 1_700_000_000


def test_a_part_that_is_gone_is_not_told_any_more():
    metrics = make()
    metrics.examined({"ways out": True, "responder slack": False}, 1.0)
    metrics.examined({"ways out": True}, 2.0)
    value = metrics.registry.get_sample_value
    assert value("checker_doctor_ok", {"part": "responder slack"}) is None
    assert value("checker_doctor_ok", {"part": "ways out"}) == 1
