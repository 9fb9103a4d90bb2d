"""Rows about alerts of Alertmanager's, and how these are read."""

from __future__ import annotations

import pytest

from checker.core.matchers import matchers
from checker.core.model import Kind, Severity
from checker.core.rules import AlertTerms, Rule, Scope
from tests.config.written import loaded, problems, refused, said

ROW = """alert: 'severity="critical"', severity: major, sentence: Various"""


def test_a_row_is_read_with_all_its_keys(tmp_path):
    text = f"rules:\n  - {{{ROW}, scope: every target, for: 5m}}\n"

    assert loaded(tmp_path, text).policy.rules == (
        Rule(
            "any",
            Kind.FIRING,
            Severity.MAJOR,
            "Various",
            Scope.EVERY,
            for_s=300.0,
            alert=matchers('severity="critical"'),
        ),
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{alert: severity=critical, severity: major, sentence: S}", "2:13 wrong value for `alert`"),
        ("{alert: 'a=~\"(\"', severity: major, sentence: S}", "2:13 wrong value for `alert`"),
        ("{alert: 'a=\"b\"', severity: major}", "2:5 `sentence` is missing"),
        ("{alert: 'a=\"b\"', symptom: app down, severity: major, sentence: S}", "2:22 unknown key `symptom`"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told(tmp_path, row, problem):
    assert said(refused(tmp_path, f"rules:\n  - {row}\n")) == [problem]


def test_a_row_that_says_the_same_again_is_refused(tmp_path):
    assert said(refused(tmp_path, f"rules:\n  - {{{ROW}}}\n  - {{{ROW}}}\n")) == [
        "3:13 this row can never decide: line 2 holds whenever it does"
    ]


def test_rows_about_different_alerts_stand_beside_each_other(tmp_path):
    other = ROW.replace("critical", "page")

    assert len(loaded(tmp_path, f"rules:\n  - {{{ROW}}}\n  - {{{other}}}\n").policy.rules) == 2


def test_alerts_are_read_by_the_label_target_for_five_hours(tmp_path):
    assert loaded(tmp_path).policy.alerts == AlertTerms("target", {}, 18_000.0)


def test_another_label_may_name_the_target_in_other_words(tmp_path):
    text = "alerts: {label: cluster, targets: {prod-us: us}, hold: 2h}\n"

    assert loaded(tmp_path, text).policy.alerts == AlertTerms("cluster", {"prod-us": "us"}, 7200.0)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("targets: {prod-us: usa}", "1:29 no target `usa`"),
        ("label: a-b", "1:17 wrong value for `label`"),
        ("hold: 5s", "1:16 wrong value for `hold`"),
    ],
)
def test_what_is_wrong_with_them_is_told(tmp_path, keys, problem):
    assert said(refused(tmp_path, f"alerts: {{{keys}}}\n")) == [problem]


def test_alertmanager_may_have_a_token_of_its_own(tmp_path):
    text = "web: {token: '${env:T}', alertmanager_token: '${env:A}'}\n"
    web = loaded(tmp_path, text, {"T": "one-of-16-letters", "A": "two-of-16-letters"}).web

    assert web.token
    assert web.token.get_secret_value() == "one-of-16-letters"
    assert web.alertmanager_token
    assert web.alertmanager_token.get_secret_value() == "two-of-16-letters"


def test_a_token_that_is_not_set_is_none(tmp_path):
    text = "web: {alertmanager_token: '${env:A}'}\n"

    assert loaded(tmp_path, text).web.alertmanager_token is None
    assert problems(tmp_path) == []
