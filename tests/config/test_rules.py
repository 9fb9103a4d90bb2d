"""A rule is a symptom, a severity and the handbook's sentence."""

from __future__ import annotations

import pytest

from checker.core.model import Kind, Severity
from checker.core.rules import Rule, Scope
from tests.config.written import loaded, refused, said


def test_a_row_is_read_with_all_its_keys(tmp_path):
    text = "rules:\n  - {symptom: any failing, scope: every target, severity: minor, critical: false, sentence: Slow}\n"

    assert loaded(tmp_path, text).policy.rules == (
        Rule("any", Kind.FAILING, Severity.MINOR, "Slow", Scope.EVERY, critical=False),
    )


def test_rows_stand_most_severe_first(tmp_path):
    text = (
        "rules:\n"
        "  - {symptom: any down, severity: minor, sentence: One}\n"
        "  - {symptom: app down, severity: critical, sentence: Two}\n"
        "  - {symptom: app failing, severity: major, sentence: Three}\n"
        "  - {symptom: flags down, severity: critical, sentence: Four}\n"
    )

    assert [r.sentence for r in loaded(tmp_path, text).policy.rules] == [
        "Two",
        "Four",
        "Three",
        "One",
    ]


def test_a_surface_that_only_this_config_knows_can_have_a_rule(tmp_path):
    text = (
        "checks:\n  x: {probe: page, surface: billing, targets: [us]}\n"
        "rules:\n  - {symptom: billing down, severity: major, sentence: Bills}\n"
    )

    assert loaded(tmp_path, text).policy.rules[0].surface == "billing"


@pytest.mark.parametrize(
    ("row", "problem", "hint"),
    [
        ("{symptom: app dwn, severity: major, sentence: S}", "2:15 not a symptom", "did you mean 'down'?"),
        ("{symptom: app, severity: major, sentence: S}", "2:15 not a symptom", ""),
        ("{symptom: ap down, severity: major, sentence: S}", "2:15 no check has this surface", "did you mean 'app'?"),
        ("{symptom: app down, severity: critcal, sentence: S}", "2:35 wrong value for `severity`", "did you mean 'critical'?"),
        ("{symptom: app down, severity: major, sentence: ''}", "2:52 wrong value for `sentence`", ""),
        ("{symptom: app down, severity: major}", "2:5 `sentence` is missing", ""),
        ("{symptom: app down, severity: major, sentence: S, scope: all}", "2:62 wrong value for `scope`", ""),
        ("{symptom: app down, severity: major, sentence: S, for: 5m}", "2:55 unknown key `for`", ""),
        ("{symptom: [app], severity: major, sentence: S}", "2:15 wrong value for `symptom`", ""),
        ("{symptom: '${env:X}', severity: major, sentence: S}", "2:15 X is not set", ""),
        ("app down", "2:5 wrong value for `rules`", ""),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told(tmp_path, row, problem, hint):
    (found,) = refused(tmp_path, f"rules:\n  - {row}\n")

    assert said([found]) == [problem]
    assert found.hint == hint


def test_rules_are_a_list(tmp_path):
    assert said(refused(tmp_path, "rules: {a: b}\n")) == ["1:8 wrong value for `rules`"]


def test_a_row_that_says_the_same_again_can_never_hold(tmp_path):
    text = (
        "rules:\n"
        "  - {symptom: app down, severity: critical, sentence: One}\n"
        "  - {symptom: app down, severity: major, sentence: Two, scope: every target}\n"
        "  - {symptom: app down, severity: major, sentence: Three}\n"
    )

    assert said(refused(tmp_path, text)) == ["4:15 this row can never hold: line 2 says the same"]


def test_no_row_rests_on_what_the_handbook_says_is_no_incident(tmp_path):
    text = (
        "rules:\n  - {symptom: app down, severity: major, sentence: Wrong data}\n"
        "never:\n  - {symptom: wrong numbers, sentence: Wrong data}\n"
    )

    assert said(refused(tmp_path, text)) == [
        "2:52 the handbook says this is no incident: see `never`"
    ]


def test_a_wrong_never_row_is_told(tmp_path):
    assert said(refused(tmp_path, "never:\n  - {symptom: wrong numbers}\n")) == [
        "2:5 `sentence` is missing"
    ]
