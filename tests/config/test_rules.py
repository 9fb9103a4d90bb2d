"""A rule is a symptom, a severity and the handbook's sentence."""

from __future__ import annotations

import pytest

from checker.core.model import Kind, Severity
from checker.core.rules import Never, Rule, Scope
from tests.config.written import completed, loaded, problems, refused, said


def test_a_row_is_read_with_all_its_keys(tmp_path):
    text = "rules:\n  - {symptom: any partial, scope: every target, severity: minor, critical: false, share: 12.5%, for: 5m, sentence: Slow}\n"

    assert loaded(tmp_path, text).policy.rules == (
        Rule("any", Kind.PARTIAL, Severity.MINOR, "Slow", Scope.EVERY, False, 0.125, 300.0),
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
        ("{symptom: any firing, severity: major, sentence: S}", "2:15 not a symptom", "did you mean 'failing'?"),
        ("{symptom: app, severity: major, sentence: S}", "2:15 not a symptom", ""),
        ("{symptom: ap down, severity: major, sentence: S}", "2:15 no check has this surface", "did you mean 'app'?"),
        ("{symptom: app down, severity: critcal, sentence: S}", "2:35 wrong value for `severity`", "did you mean 'critical'?"),
        ("{symptom: app down, severity: major, sentence: ''}", "2:52 wrong value for `sentence`", ""),
        ("{symptom: app down, severity: major}", "2:5 `sentence` is missing", ""),
        ("{symptom: app down, severity: major, sentence: S, scope: all}", "2:62 wrong value for `scope`", ""),
        ("{symptom: app down, severity: major, sentence: S, for: 5}", "2:60 `for` is no duration", "did you mean '5s'?"),
        ("{symptom: app partial, severity: major, sentence: S, share: 0.2}", "2:65 wrong value for `share`", ""),
        ("{symptom: app partial, severity: major, sentence: S, share: 0%}", "2:65 wrong value for `share`", ""),
        ("{symptom: app partial, severity: major, sentence: S, share: 101%}", "2:65 wrong value for `share`", ""),
        ("{symptom: app down, severity: major, sentence: S, share: 20%}", "2:62 only what is partial has a share: down can never reach it", ""),
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


@pytest.mark.parametrize(
    "row",
    [
        "symptom: any failing, severity: major",
        "symptom: app down, severity: major",
        "symptom: app failing, severity: minor",
        "symptom: any failing, severity: minor, for: 1m",
        "symptom: any failing, severity: minor, scope: every target",
    ],
)
def test_a_row_that_another_always_goes_before_can_never_decide(tmp_path, row):
    text = f"rules:\n  - {{symptom: any failing, severity: major, sentence: One}}\n  - {{{row}, sentence: Two}}\n"

    assert said(refused(tmp_path, text)) == [
        "3:15 this row can never decide: line 2 holds whenever it does"
    ]


@pytest.mark.parametrize(
    "row",
    [
        "symptom: app down, severity: critical",
        "symptom: app late, severity: major",
        "symptom: app failing, severity: minor, critical: false",
        "symptom: app partial, severity: minor",
    ],
)
def test_a_row_that_can_decide_beside_another_stays(tmp_path, row):
    text = f"rules:\n  - {{symptom: any failing, severity: major, sentence: One}}\n  - {{{row}, sentence: Two}}\n"

    assert len(loaded(tmp_path, text).policy.rules) == 2


def test_a_larger_share_is_not_covered_by_a_minor_row_for_any_share(tmp_path):
    text = (
        "rules:\n"
        "  - {symptom: any partial, severity: minor, sentence: One}\n"
        "  - {symptom: any partial, share: 20%, severity: major, sentence: Two}\n"
    )

    assert [r.share for r in loaded(tmp_path, text).policy.rules] == [0.2, 0.0]


def test_every_target_is_no_scope_where_there_is_one_target(tmp_path):
    text = (
        "rules:\n  - {symptom: app down, severity: critical, scope: every target, sentence: S}\n"
        "targets:\n  us: {app_host: us.test}\n"
        "checks:\n  app: {probe: page, surface: app, targets: [us]}\n"
    )

    assert said(refused(tmp_path, text)) == [
        "2:52 this row can never hold: there is one target only"
    ]


def test_a_row_for_what_no_probe_of_the_surface_can_find_can_never_hold(tmp_path):
    text = (
        "rules:\n"
        "  - {symptom: ingestion growing, severity: minor, sentence: One}\n"
        "  - {symptom: any lost, severity: critical, sentence: Two}\n"
        "  - {symptom: ingestion late, severity: major, sentence: Three}\n"
        "  - {symptom: ingestion down, severity: major, sentence: Four}\n"
        "checks:\n  lag: {probe: lag, surface: ingestion, targets: [us]}\n"
    )

    assert said(refused(tmp_path, text)) == [
        "2:15 this row can never hold: no probe of ingestion can find that it is growing",
    ]


def test_a_row_for_a_surface_that_nobody_looks_at_may_stay(tmp_path):
    text = "rules:\n  - {symptom: ingestion growing, severity: minor, sentence: One}\n"

    assert loaded(tmp_path, text).policy.rules[0].kind is Kind.GROWING


def test_no_row_rests_on_what_the_handbook_says_is_no_incident(tmp_path):
    text = (
        "rules:\n  - {symptom: app down, severity: major, sentence: Wrong data}\n"
        "never:\n  - {symptom: wrong numbers, sentence: Wrong data}\n"
    )

    assert said(refused(tmp_path, text)) == [
        "2:52 the handbook says this is no incident: see `never`"
    ]


def test_a_never_row_that_a_probe_can_see_keeps_its_symptom(tmp_path):
    text = (
        "never:\n  - {symptom: any unsaved, sentence: Unable to save}\n"
        "  - {symptom: wrong numbers, sentence: Wrong data}\n"
        "  - {symptom: creating a flag fails, sentence: Unable to save}\n"
    )

    assert loaded(tmp_path, text).policy.never == (Never("any", Kind.UNSAVED, "Unable to save"),)


@pytest.mark.parametrize(
    ("symptom", "problem", "hint"),
    [
        ("app unsavd", "2:15 not a symptom", "did you mean 'unsaved'?"),
        ("insigts unsaved", "2:15 no check has this surface", "did you mean 'insights'?"),
    ],
)
def test_a_never_row_that_means_a_symptom_is_spelt_as_one(tmp_path, symptom, problem, hint):
    (found,) = refused(tmp_path, f"never:\n  - {{symptom: {symptom}, sentence: S}}\n")

    assert (said([found]), found.hint) == ([problem], hint)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [("app slow", False), ("any slow", True), ("app down", True)],
)
def test_a_row_about_what_is_never_an_incident_can_never_hold(tmp_path, rule, holds):
    text = (
        f"rules:\n  - {{symptom: {rule}, severity: major, sentence: S}}\n"
        "never:\n  - {symptom: app slow, sentence: Slow is fine}\n"
    )
    (tmp_path / "a.yaml").write_text(completed(text))

    told = [] if holds else ["2:15 this row can never hold: see `never`"]
    assert said(problems(tmp_path)) == told


def test_a_wrong_never_row_is_told(tmp_path):
    assert said(refused(tmp_path, "never:\n  - {symptom: wrong numbers}\n")) == [
        "2:5 `sentence` is missing"
    ]
