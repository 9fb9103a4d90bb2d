"""What Prometheus is told of every location."""

from __future__ import annotations

from dataclasses import replace

from tests.metrics.rig import make, seen
from tests.metrics.sample import roll, show


def told(name, of=None):
    """Location → value, by the family `checker_location_<name>`."""
    registry = seen(make(), replace(show("us/app"), roll=of or roll()))
    return {
        sample.labels["location"]: sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == f"checker_location_{name}"
    }


def test_a_location_is_up_while_somebody_looks_from_there():
    assert told("up") == {"l1": 1, "l2": 1, "l3": 1, "l4": 0}


def test_one_location_leads():
    assert told("leads") == {"l1": 1, "l2": 0, "l3": 0, "l4": 0}


def test_what_is_wrong_with_a_location_is_told_while_somebody_looks_from_there():
    assert told("blind") == {"l1": 0, "l2": 0, "l3": 1}
    assert told("behind_seconds") == {"l1": 0, "l2": 42, "l3": 0}
    assert told("clock_offset_seconds") == {"l1": 0.01, "l2": -3.25, "l3": 0}


def test_everybody_who_is_there_is_told_with_the_version():
    registry = seen(make(), replace(show("us/app"), roll=roll()))
    value = registry.get_sample_value
    here = {"location": "l1", "replica": "l1-b", "version": "0.2.0"}
    gone = {"location": "l4", "replica": "l4-b", "version": "0.1.0"}
    assert value("checker_location_info", here) == 1
    assert value("checker_location_info", gone) is None


def test_nothing_is_told_while_nobody_knows():
    registry = seen(make(), show("us/app"))
    names = {sample.name for family in registry.collect() for sample in family.samples}
    assert not [name for name in names if name.startswith("checker_location_")]
