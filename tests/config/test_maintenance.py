"""Planned work has an author and an end."""

from __future__ import annotations

import pytest

from checker.core.model import Maintenance
from tests.config.written import loaded, refused, said


def window(keys):
    return f"maintenance:\n  - {{{keys}}}\n"


def test_a_window_is_planned_at_each_of_its_targets(tmp_path):
    text = window(
        "targets: [us, eu], begins: 2023-11-14T22:13:20Z, ends: '2023-11-15T01:13:20+02:00', by: Tim, why: upgrade"
    )

    assert loaded(tmp_path, text).policy.maintenance == (
        Maintenance("us", 1_700_000_000.0, 1_700_003_600.0, "Tim", "upgrade"),
        Maintenance("eu", 1_700_000_000.0, 1_700_003_600.0, "Tim", "upgrade"),
    )


def test_without_a_window_nothing_is_planned(tmp_path):
    assert loaded(tmp_path).policy.maintenance == ()


BEGINS = "begins: 2023-11-14T22:00:00Z"


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        (f"targets: [us], {BEGINS}, ends: 2023-11-14T23:00:00Z", "2:5 `by` is missing"),
        (f"targets: [us], {BEGINS}, by: Tim", "2:5 `ends` is missing"),
        (f"targets: [us], {BEGINS}, ends: 2023-11-14T23:00:00Z, by: ''", "2:83 wrong value for `by`"),
        (f"targets: [us], {BEGINS}, ends: 2023-11-14T23:00:00, by: Tim", "2:57 wrong value for `ends`"),
        (f"targets: [us], {BEGINS}, ends: tomorrow, by: Tim", "2:57 wrong value for `ends`"),
        (f"targets: [us], {BEGINS}, ends: 2023-11-14T22:00:00Z, by: Tim", "2:57 it ends before it begins"),
        (f"targets: [us], {BEGINS}, ends: 2032-11-14T22:00:00Z, by: Tim", "2:57 that is 3288d from its beginning"),
        (f"targets: [au], {BEGINS}, ends: 2023-11-14T23:00:00Z, by: Tim", "2:16 there is no such target"),
        (f"targets: [], {BEGINS}, ends: 2023-11-14T23:00:00Z, by: Tim", "2:15 wrong value for `targets`"),
        (f"target: us, {BEGINS}, ends: 2023-11-14T23:00:00Z, by: Tim", "2:5 `targets` is missing"),
    ],
)  # fmt: skip
def test_a_wrong_window_is_told(tmp_path, keys, problem):
    assert said(refused(tmp_path, window(keys)))[0] == problem


def test_a_time_without_a_zone_is_told_how_to_be_written(tmp_path):
    text = window(f"targets: [us], {BEGINS}, ends: 2023-11-14 23:00, by: Tim")

    (problem,) = refused(tmp_path, text)

    assert problem.expected == "a time with its zone, such as 2026-11-23T22:00:00Z"
