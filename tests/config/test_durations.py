"""Durations are written with a unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.config.durations import LONGEST_S, meant, seconds, written
from tests.config.written import loaded, refused, said


@pytest.mark.parametrize(
    ("text", "value"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("1.5s", 1.5), ("2d", 172800), ("1w", 604800)],
)  # fmt: skip
def test_a_duration_is_so_many_seconds(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize(
    "text", ["", "5", "-5s", "+5s", "0s", "0", "5 m", "5min", "1m30", "s", "1y", "5mm", "1..5s", "9999d", "9" * 400 + "s", "PT1M"],
)  # fmt: skip
def test_anything_else_is_no_duration(text):
    with pytest.raises(ValueError, match="a duration"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "duration"),
    [("30", "30s"), ("1.5", "1.5s"), ("5 min", "5m"), ("30sec", "30s"), ("2 Hours", "2h"), ("100 msec", "100ms"), ("soon", ""), ("3 parsecs", ""), ("0 s", ""), ("-5s", "")],
)  # fmt: skip
def test_what_was_meant_is_guessed(text, duration):
    assert meant(text) == duration


@given(st.integers(1, int(LONGEST_S)))
def test_what_is_written_is_read_again_as_the_same(total):
    assert seconds(written(total)) == total


def test_a_fraction_of_a_second_is_written_as_one():
    assert (written(0.5), written(90), written(86400)) == ("0.5s", "1m30s", "1d")


@pytest.mark.parametrize(
    ("duration", "expected", "hint"),
    [
        ("30", "a duration such as '30s', '5m' or '1h30m'", "did you mean '30s'?"),
        ("-5s", "a duration such as '30s', '5m' or '1h30m'", ""),
        ("0s", "a duration between 1ms and 3650d", ""),
        ("5 min", "a duration such as '30s', '5m' or '1h30m'", "did you mean '5m'?"),
        ("true", "a duration such as '30s', '5m' or '1h30m'", ""),
    ],
)
def test_what_is_no_duration_is_told_with_what_to_write(tmp_path, duration, expected, hint):
    (problem,) = refused(tmp_path, f"pace: {{every: {duration}}}\n")

    assert said([problem]) == ["1:15 `every` is no duration"]
    assert (problem.expected, problem.hint) == (expected, hint)


def test_a_kind_s_own_seconds_are_written_as_a_duration(tmp_path):
    text = "checks:\n  app: {probe: page, surface: app, targets: [us], slow: 1500ms}\n"

    assert loaded(tmp_path, text).checks[0].params.slow_s == 1.5


def test_a_limit_on_a_kind_s_own_seconds_is_told_as_a_duration(tmp_path):
    text = "checks:\n  app: {probe: page, surface: app, targets: [us], slow: 2m}\n"

    (problem,) = refused(tmp_path, text)

    assert said([problem]) == ["2:57 wrong value for `slow`"]
    assert problem.expected == "at most 1m"


def test_the_code_s_name_for_seconds_is_no_key(tmp_path):
    text = "checks:\n  app: {probe: page, surface: app, targets: [us], slow_s: 2}\n"

    (problem,) = refused(tmp_path, text)

    assert said([problem]) == ["2:51 unknown key `slow_s`"]
    assert problem.hint == "did you mean 'slow'?"
