"""A check is every check's keys, and its probe's own on the same level."""

from __future__ import annotations

import pytest

from checker.config import Off
from checker.core.rules import Thresholds
from tests.config.written import loaded, refused, said


def check(keys):
    return f"checks:\n  app: {{probe: page, surface: app, targets: [us, eu], {keys}}}\n"


def test_every_key_of_a_check_is_read(tmp_path):
    us = loaded(
        tmp_path,
        check(
            "every: 15s, timeout: 4s, recheck: 2s, critical: false, runbook: 'https://r.test/x', "
            "owners: [infra, web], thresholds: {declare_after: 1m, down_streak: 5, partial_looks: 40}, "
            "path: /login, status: [200]"
        ),
    ).checks[0]

    assert (us.params.path, us.params.status) == ("/login", (200,))
    assert (us.every_s, us.timeout_s) == (us.watched.every_s, us.watched.timeout_s) == (15, 4)
    assert us.watched.recheck_s == 2
    assert (us.watched.critical, us.watched.runbook) == (False, "https://r.test/x")
    assert us.watched.owners == ("infra", "web")
    assert us.watched.thresholds == Thresholds(declare_after_s=60, down_streak=5, partial_looks=40)


def test_a_check_says_how_to_look_by_hand_at_each_target(tmp_path):
    us, eu, *controls = loaded(tmp_path, check("path: /login")).checks

    assert us.watched.by_hand == "look up https://us.test/login"
    assert eu.watched.by_hand == "look up https://eu.test/login"
    assert [control.watched.by_hand for control in controls] == ["", "", ""]


def test_what_a_check_does_not_say_is_taken_from_the_pace_and_thresholds_of_all(tmp_path):
    settings = loaded(
        tmp_path, "pace: {every: 20s, timeout: 3s, recheck: 1s}\nthresholds: {ceiling: 90}\n"
    )

    us, control = settings.checks[0], settings.checks[-1]
    assert (us.every_s, us.timeout_s, us.watched.recheck_s) == (20, 3, 1)
    assert (control.every_s, control.timeout_s, control.watched.recheck_s) == (20, 3, 1)
    assert us.watched.thresholds == settings.policy.thresholds == Thresholds(ceiling=90)


def test_a_recheck_is_never_slower_than_the_schedule(tmp_path):
    assert loaded(tmp_path, check("every: 2s, timeout: 1s")).checks[0].watched.recheck_s == 2


def test_a_recheck_is_never_faster_than_its_probe_wants(tmp_path):
    lag = loaded(tmp_path, "checks:\n  lag: {probe: lag, surface: ingestion, targets: [us]}\n")

    assert lag.checks[0].watched.recheck_s == 15
    assert lag.checks[-1].watched.recheck_s == 5


def test_a_recheck_that_its_probe_cannot_keep_is_refused(tmp_path):
    text = (
        "checks:\n  lag: {probe: lag, surface: ingestion, targets: [us], recheck: %s, every: 20s}\n"
    )
    (problem,) = refused(tmp_path, text % "14s")

    assert said([problem]) == ["2:65 14s is faster than this probe may look"]
    assert problem.expected == "at least 15s"
    assert loaded(tmp_path, text % "16s").checks[0].watched.recheck_s == 16


def test_a_check_depends_on_others_at_its_own_target(tmp_path):
    text = check("") + (
        "  flags: {probe: page, surface: flags, targets: [us, eu], depends_on: [app]}\n"
    )

    watched = loaded(tmp_path, text).policy.watched

    assert watched["us/flags"].depends_on == ("us/app",)
    assert watched["eu/flags"].depends_on == ("eu/app",)


def test_a_key_with_an_alias_is_written_as_the_alias(tmp_path):
    assert loaded(tmp_path, check("json: {a.b: 1}")).checks[0].params.json_ == {"a.b": 1}


@pytest.mark.parametrize(
    ("keys", "problem", "expected", "hint"),
    [
        ("evry: 30s", "unknown key `evry`", "", "did you mean 'every'?"),
        ("pth: /x", "unknown key `pth`", "", "did you mean 'path'?"),
        ("path: login", "wrong value for `path`", "text that matches ^/", ""),
        ("host: ap", "wrong value for `host`", "'app' or 'ingest'", "did you mean 'app'?"),
        ("status: 200", "wrong value for `status`", "a list, such as [us, eu]", ""),
        ("status: [ok]", "wrong value for `status`", "a whole number", ""),
        ("json: {a: []}", "wrong value for `a`", "text; in quotes, if it looks like a number or a whole number", ""),
        ("every: 500ms", "wrong value for `every`", "at least 1s", ""),
        ("timeout: 0s", "`timeout` is no duration", "a duration between 1ms and 3650d", ""),
        ("timeout: 31s", "a timeout of 31s is longer than every 30s", "`timeout` of at most 30s", ""),
        ("every: 5s", "a timeout of 10s is longer than every 5s", "`timeout` of at most 5s", ""),
        ("critical: perhaps", "wrong value for `critical`", "true or false", ""),
        ("runbook: ask Tim", "wrong value for `runbook`", "a link that begins with https:// or http://", ""),
        ("owners: infra", "wrong value for `owners`", "a list, such as [us, eu]", ""),
        ("thresholds: {sees: 1}", "unknown key `sees`", "", "did you mean 'sees_at'?"),
        ("thresholds: {live_for: 1m}", "unknown key `live_for`", "one of alone_at, ceiling, declare_after, down_share, down_streak, failed, local_after, partial_looks, partial_noise, partial_odds, partial_recent, partial_rest_odds, passed, recover_after, sees_at", ""),
        ("thresholds: {partial_noise: 1}", "wrong value for `partial_noise`", "less than 1.0", ""),
        ("thresholds: {partial_looks: 3}", "not even 3 failures in 3 looks would be more than noise of 0.02", "more `partial_looks`, less `partial_noise`, or higher `partial_odds`", ""),
        ("thresholds: {sees_at: 55}", "sees_at, alone_at and ceiling are 55, 50 and 60: no score could reach them", "sees_at ≤ alone_at ≤ ceiling", ""),
    ],
)  # fmt: skip
def test_a_wrong_key_is_told(tmp_path, keys, problem, expected, hint):
    (found,) = refused(tmp_path, check(keys))

    assert (found.message, found.expected, found.hint) == (problem, expected, hint)


def test_a_problem_stands_at_the_wrong_value_not_at_the_check(tmp_path):
    text = (
        "checks:\n"
        "  app:\n"
        "    probe: page\n"
        "    surface: app\n"
        "    targets:\n"
        "      - us\n"
        "      - ue\n"
        "    thresholds:\n"
        "      declare_after: 30\n"
        "    status: [200, x]\n"
    )

    assert said(refused(tmp_path, text)) == [
        "7:9 there is no such target",
        "9:22 `declare_after` is no duration",
        "10:19 wrong value for `status`",
    ]


def test_an_unknown_target_is_told_with_the_nearest_one(tmp_path):
    text = (
        "targets:\n  cloud-us: {app_host: us.test}\n"
        "checks:\n  app: {probe: page, surface: app, targets: [cloud-ua]}\n"
    )

    (problem,) = refused(tmp_path, text)

    assert (problem.line, problem.column) == (4, 46)
    assert problem.expected == "one of cloud-us"
    assert problem.hint == "did you mean 'cloud-us'?"


def test_a_target_that_is_wrong_itself_is_not_unknown(tmp_path):
    text = "targets:\n  us: {app_host: 'a b'}\nchecks:\n  app: {probe: page, surface: app, targets: [us]}\n"

    assert said(refused(tmp_path, text)) == ["2:18 `app_host`: not a host"]


@pytest.mark.parametrize(
    ("entry", "problems"),
    [
        ("{}", ["2:3 `probe` is missing", "2:3 `surface` is missing", "2:3 `targets` is missing"]),
        ("", ["2:3 `probe` is missing", "2:3 `surface` is missing", "2:3 `targets` is missing"]),
        ("[page]", ["2:8 wrong value for `app`"]),
        ("{probe: pgae, surface: app, targets: [us]}", ["2:16 there is no such probe"]),
        (
            "{probe: control, surface: app, targets: [us]}",
            ["2:16 a control stands under `controls`"],
        ),
        ("{probe: [page], surface: app, targets: [us]}", ["2:16 wrong value for `probe`"]),
        (
            "{prob: page, surface: app, targets: [us]}",
            ["2:3 `probe` is missing", "2:9 unknown key `prob`"],
        ),
        ("{probe: page, surface: My App, targets: [us]}", ["2:31 wrong value for `surface`"]),
        ("{probe: page, surface: app, targets: []}", ["2:45 wrong value for `targets`"]),
        ("{probe: page, surface: app, targets: us}", ["2:45 wrong value for `targets`"]),
        ("{probe: page, surface: app, targets: [us, us]}", ["2:50 `us` is named twice"]),
    ],
)
def test_a_check_that_cannot_be_planned_is_told(tmp_path, entry, problems):
    assert said(refused(tmp_path, f"checks:\n  app: {entry}\n")) == problems


def test_a_name_that_would_not_fit_elsewhere_is_refused(tmp_path):
    text = "checks:\n  my app: {probe: page, surface: app, targets: [us]}\n"

    assert said(refused(tmp_path, text)) == ["2:3 `my app` cannot be a name"]


def test_a_check_that_lacks_a_value_is_off(tmp_path):
    text = check("") + "  more: {probe: page, surface: app, targets: [us], path: '/${env:PAGE}'}\n"

    settings = loaded(tmp_path, text)

    assert "us/more" not in [c.name for c in settings.checks]
    assert settings.off == (Off("check more", "PAGE is not set"),)


def test_a_required_check_that_lacks_a_value_is_a_problem(tmp_path):
    found = refused(tmp_path, check("required: true, path: '/${env:PAGE}'"))

    assert said(found) == ["2:77 PAGE is not set"]
    assert found[0].expected == "a value: this is `required`"


def test_a_check_that_is_off_is_checked_all_the_same(tmp_path):
    found = refused(tmp_path, check("path: '${env:PAGE}', evry: 3s, status: x"))

    assert [p.message for p in found] == ["unknown key `evry`", "wrong value for `status`"]


def test_with_every_check_off_nothing_would_be_watched(tmp_path):
    found = refused(tmp_path, check("path: '${env:PAGE}'"))

    assert said(found) == ["1:1 every check is off: nothing would be watched"]


def test_without_a_check_nothing_would_be_watched(tmp_path):
    assert said(refused(tmp_path, "checks:\n")) == [
        "1:1 there is no check: nothing would be watched"
    ]
