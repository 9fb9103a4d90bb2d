"""A problem says where, what, and what to write instead."""

from __future__ import annotations

import pytest

from checker.config.problems import LINE_MAX, ConfigError, Problem, did_you_mean, render


def test_a_problem_shows_its_line_with_a_caret_below_the_place():
    problem = Problem(
        "checks.yaml",
        12,
        5,
        "unknown key `evry`",
        "a key",
        "    evry: 30s",
        "did you mean 'every'?",
    )

    assert render(problem) == (
        "checks.yaml:12:5: unknown key `evry`\n"
        "        evry: 30s\n"
        "        ^\n"
        "    expected: a key\n"
        "    did you mean 'every'?"
    )


def test_a_problem_of_a_whole_file_has_no_line():
    assert render(Problem("config", 0, 0, "`rules` is missing")) == "config: `rules` is missing"


def test_of_a_long_line_what_is_near_the_place_is_shown():
    line = "a" * 500 + "X" + "b" * 500

    _, shown, caret = render(Problem("f", 1, 501, "odd", "", line)).splitlines()

    assert len(shown) == LINE_MAX + 4
    assert shown[caret.index("^")] == "X"


def test_a_caret_past_the_end_of_the_line_stands_behind_it():
    assert render(Problem("f", 1, 90, "odd", "", "abc")).splitlines()[-1] == "       ^"


def test_a_line_cannot_drive_a_terminal():
    assert "\x1b" not in render(Problem("f", 1, 1, "odd", "", "a\x1b[31mb"))


def test_an_error_shows_fifty_problems_and_counts_the_rest():
    error = ConfigError(Problem("f", n, 1, "odd") for n in range(1, 61))

    assert len(error.problems) == 60
    assert str(error).splitlines()[-1] == "… and 10 more"
    assert str(error).count("odd") == 50


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("timout", "did you mean 'timeout'?"),
        ("time", "did you mean 'timeout'?"),
        ("rec", "did you mean 'recheck'?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_known_word_is_suggested(word, hint):
    assert did_you_mean(word, ["every", "recheck", "timeout"]) == hint
