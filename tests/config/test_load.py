"""A folder of YAML becomes settings, or all of its problems."""

from __future__ import annotations

import pytest

from checker.config import Budgets, ConfigError, Off, Pages, digest, load
from checker.core.model import Duty, Severity
from checker.core.rules import Scope, Thresholds
from probes.contract import Target
from tests.config.written import KINDS, SECTIONS, loaded, problems, refused, said


def test_a_minimal_config_comes_to_settings_with_every_default_filled_in(tmp_path):
    settings = loaded(tmp_path)

    assert [check.name for check in settings.checks] == [
        "us/app", "eu/app", "control/a", "control/b", "control/c",
    ]  # fmt: skip
    assert (settings.location, settings.source_address, settings.ca_file) == ("local", None, None)
    assert (settings.web.host, settings.web.port, settings.web.token) == ("127.0.0.1", 9877, None)
    assert settings.store.get_secret_value() == "sqlite:///checker.db"
    assert (settings.retention_s, settings.reload_every_s) == (30 * 86400, 30)
    assert settings.policy.thresholds == Thresholds()
    assert settings.off == ()


def test_a_check_is_planned_for_each_of_its_targets(tmp_path):
    us = loaded(tmp_path).checks[0]

    assert us.kind == "page"
    assert us.params.path == "/"
    assert us.target == Target("us", "https://us.test", "https://us.test")
    assert (us.every_s, us.timeout_s, us.watched.recheck_s) == (30, 10, 5)
    assert (us.watched.name, us.watched.target, us.watched.surface) == ("us/app", "us", "app")


def test_a_control_is_planned_without_a_target(tmp_path):
    control = loaded(tmp_path).checks[-1]

    assert (control.kind, control.target, control.watched.target) == ("control", None, None)
    assert control.params.host == "c.test"


def test_the_policy_knows_what_is_watched_the_targets_and_the_rules(tmp_path):
    policy = loaded(tmp_path, "deployment: night\nresolve_on_recovery: true\n").policy

    assert list(policy.watched) == ["us/app", "eu/app", "control/a", "control/b", "control/c"]
    assert policy.targets == ("us", "eu")
    assert [(r.surface, r.kind, r.severity, r.sentence, r.scope) for r in policy.rules] == [
        ("app", "down", Severity.CRITICAL, "It is down", Scope.ONE)
    ]
    assert (policy.deployment, policy.resolve_on_recovery) == ("night", True)
    assert policy.routes[Duty.PAGE] == ("console",)


def test_what_there_is_one_of_is_read(tmp_path):
    settings = loaded(
        tmp_path,
        "location: fra\nsource_address: 192.0.2.7\nstore: sqlite:////var/c.db\nretention: 7d\n"
        "reload: 5s\nweb: {host: 0.0.0.0, port: 0, token: '${env:TOKEN}'}\n",
        {"TOKEN": "t0ken-of-16-letters"},
    )

    assert (settings.location, settings.source_address) == ("fra", "192.0.2.7")
    assert (settings.store.get_secret_value(), settings.retention_s, settings.reload_every_s) == (
        "sqlite:////var/c.db", 7 * 86400, 5,
    )  # fmt: skip
    assert (settings.web.host, settings.web.port) == ("0.0.0.0", 0)
    assert settings.web.token.get_secret_value() == "t0ken-of-16-letters"


def test_budgets_are_read_and_nobody_s_if_left_out(tmp_path):
    given = loaded(tmp_path, "budgets: {max_time_to_page: 75s, max_pages: 3 per 30d}\n").budgets

    assert given == Budgets(75.0, Pages(3, 30 * 86400.0))
    assert loaded(tmp_path).budgets == Budgets(None, None)


def test_how_many_locations_look_is_read_and_one_if_left_out(tmp_path):
    assert loaded(tmp_path, "locations: 3\n").locations == 3
    assert loaded(tmp_path).locations == 1


def test_the_files_of_a_folder_are_read_as_one(tmp_path):
    for name, text in SECTIONS.items():
        (tmp_path / f"{name}.yml").write_text(text)

    assert len(load(tmp_path, {}, KINDS).checks) == 5


def test_one_file_is_a_config_too(tmp_path):
    one = tmp_path / "everything.conf"
    one.write_text("".join(SECTIONS.values()))

    assert len(load(one, {}, KINDS).checks) == 5


def test_the_digest_is_that_of_what_was_read(tmp_path):
    assert loaded(tmp_path).digest == digest(tmp_path)


def test_a_key_in_two_files_is_a_problem_of_the_second(tmp_path):
    (tmp_path / "a.yaml").write_text("".join(SECTIONS.values()))
    (tmp_path / "b.yaml").write_text("\nrules: []\n")

    (problem,) = problems(tmp_path)

    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "b.yaml"), 2, 1)
    assert problem.message == f"`rules` is given twice: first at {tmp_path / 'a.yaml'}:10"


def test_an_unknown_key_at_the_top_is_told_with_the_nearest_known_one(tmp_path):
    (problem,) = refused(tmp_path, "responder: {}\n")

    assert said([problem]) == ["1:1 unknown key `responder`"]
    assert problem.hint == "did you mean 'responders'?"


def test_what_cannot_be_left_out_is_said_to_be_missing(tmp_path):
    (tmp_path / "a.yaml").write_text("location: here\n")

    assert said(problems(tmp_path)) == [
        f"0:0 `{name}` is missing" for name in ("targets", "checks", "controls", "rules")
    ]


def test_all_problems_of_all_files_are_told_in_order_of_position(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "checks:\n  app: {probe: pag, surface: app, targets: [uss]}\n"
        "targets:\n  us: {app_host: 'us test'}\n" + SECTIONS["rules"]
    )
    (tmp_path / "b.yaml").write_text("location: [1]\n" + SECTIONS["controls"] + "web: {prt: 1}\n")
    (tmp_path / "c.yaml").write_text("retention: {\n")

    found = problems(tmp_path)

    assert [(p.file[-6:], p.line, p.column) for p in found] == [
        ("a.yaml", 2, 16), ("a.yaml", 2, 45), ("a.yaml", 4, 18),
        ("b.yaml", 1, 11), ("b.yaml", 6, 7),
        ("c.yaml", 1, 13),
    ]  # fmt: skip


def test_a_broken_file_is_not_blamed_on_the_others(tmp_path):
    (tmp_path / "a.yaml").write_text(SECTIONS["checks"] + SECTIONS["controls"])
    (tmp_path / "b.yaml").write_text("targets: [\n")

    assert [p.file[-6:] for p in problems(tmp_path)] == ["b.yaml"]


def test_very_many_problems_end_the_reading(tmp_path):
    found = refused(tmp_path, "".join(f"key{i}: 1\n" for i in range(5000)))

    assert len(found) == 200


def test_a_token_for_the_web_that_is_not_set_is_none(tmp_path):
    assert loaded(tmp_path, "web: {token: '${env:TOKEN}'}\n").web.token is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("store: ${env:STORE}\n", "1:8 STORE is not set"),
        ("web: {port: '${env:PORT}'}\n", "1:13 PORT is not set"),
        ("pace: {every: '${env:EVERY}'}\n", "1:15 EVERY is not set"),
        ("rules: '${env:RULES}'\n", "1:8 RULES is not set"),
        ("checks: '${env:CHECKS}'\n", "1:9 `checks`: CHECKS is not set"),
    ],
)
def test_elsewhere_what_is_not_set_is_a_problem(tmp_path, text, problem):
    assert problem in said(refused(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("web: {port: 65536}\n", "1:13", "at most 65535"),
        ("web: {port: -1}\n", "1:13", "at least 0"),
        ("web: {port: http}\n", "1:13", "a whole number"),
        ("web: []\n", "1:6", "keys with values"),
        ("location: New York\n", "1:11", "at most 40 of a-z, 0-9, '-' and '_', such as 'us'"),
        ("location: 7\n", "1:11", "text; in quotes, if it looks like a number"),
        ("source_address: eth0\n", "1:17", "an IP address of this machine, such as 192.0.2.7"),
        ("store: mysql://x\n", "1:8", "'sqlite:///checker.db', or a reference to 'postgresql+asyncpg://user:password@host/database'"),
        ("retention: 1m\n", "1:12", "at least 1h"),
        ("reload: 100ms\n", "1:9", "at least 1s"),
        ("resolve_on_recovery: maybe\n", "1:22", "true or false"),
        ("thresholds: {down_share: 1.5}\n", "1:26", "at most 1.0"),
        ("locations: 0\n", "1:12", "at least 1"),
        ("budgets: {max_pages: 3}\n", "1:22", "text; in quotes, if it looks like a number"),
        ("budgets: {max_pages: 3 a month}\n", "1:22", "a number of pages and a time, such as '3 per 30d'"),
        ("budgets: {max_pages: 3 per 0d}\n", "1:22", "a duration between 1ms and 3650d"),
        ("budgets: {max_time_to_page: 75}\n", "1:29", "a duration such as '30s', '5m' or '1h30m'"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_what_was_expected(tmp_path, text, place, expected):
    (problem,) = refused(tmp_path, text)

    assert f"{problem.line}:{problem.column}" == place
    assert problem.expected == expected


def test_a_ca_file_that_is_not_there_is_a_problem(tmp_path):
    found = refused(tmp_path, f"ca_file: {tmp_path}/ca.pem\n")

    assert said(found) == ["1:10 `ca_file` cannot be used: there is no such file"]


def test_a_ca_file_without_certificates_is_a_problem(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing\n")

    (problem,) = refused(tmp_path, f"ca_file: {tmp_path}/ca.pem\n")

    assert problem.expected == "a PEM file with certificates"


def test_thresholds_that_no_score_could_reach_are_refused(tmp_path):
    (problem,) = refused(tmp_path, "thresholds: {ceiling: 40}\n")

    assert said([problem]) == [
        "1:1 sees_at, alone_at and ceiling are 30, 50 and 40: no score could reach them"
    ]


def test_sections_with_everything_commented_out_are_as_if_left_out(tmp_path):
    settings = loaded(tmp_path, "web:\npace:\nthresholds:\nresponders:\nnever:\n")

    assert settings.web.port == 9877
    assert settings.responders[0].name == "console"


def test_a_target_that_no_check_looks_at_is_off(tmp_path):
    text = "targets:\n  us: {app_host: us.test}\n  eu: {app_host: eu.test}\n  own: {app_host: own.test}\n"

    settings = loaded(tmp_path, text)

    assert settings.off == (Off("target own", "no check looks at it"),)
    assert settings.policy.targets == ("us", "eu")


def test_the_error_reads_as_all_problems_one_below_the_other(tmp_path):
    (tmp_path / "a.yaml").write_text("locaton: x\n" + "".join(SECTIONS.values()) + "relod: 5s\n")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {}, KINDS)

    assert str(caught.value) == (
        f"{tmp_path}/a.yaml:1:1: unknown key `locaton`\n"
        "    locaton: x\n"
        "    ^\n"
        "    did you mean 'location'?\n"
        f"{tmp_path}/a.yaml:13:1: unknown key `relod`\n"
        "    relod: 5s\n"
        "    ^\n"
        "    did you mean 'reload'?"
    )
