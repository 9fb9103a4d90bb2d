"""A target is two hosts, and keys that may be left out."""

from __future__ import annotations

import pytest

from checker.config import Off
from tests.config.written import loaded, refused, said

REST = "checks:\n  app: {probe: page, surface: app, targets: [us]}\n"


def target(folder, entry, env=None):
    return loaded(folder, f"targets:\n  us: {entry}\n{REST}", env).checks[0].target


def test_a_target_has_an_origin_for_the_app_and_one_for_ingestion(tmp_path):
    us = target(
        tmp_path,
        "{app_host: app.posthog.com, ingest_host: us.i.posthog.com, aliases: [us.posthog.com]}",
    )

    assert (us.app_origin, us.ingest_origin) == (
        "https://app.posthog.com",
        "https://us.i.posthog.com",
    )
    assert us.aliases == ("us.posthog.com",)
    assert (us.project_id, us.project_key, us.personal_key) == (None, None, None)


def test_without_a_host_for_ingestion_it_is_the_app_s(tmp_path):
    assert target(tmp_path, "{app_host: us.test}").ingest_origin == "https://us.test"


def test_keys_are_kept_as_secrets(tmp_path):
    us = target(
        tmp_path,
        "{app_host: us.test, project_id: 17, project_key: '${env:KEY}', personal_key: '${env:MINE}'}",
        {"KEY": "phc_1", "MINE": "phx_1"},
    )

    assert us.project_id == "17"
    assert us.project_key.get_secret_value() == "phc_1"
    assert us.personal_key.get_secret_value() == "phx_1"
    assert "phx_1" not in repr(us)


def test_a_key_that_is_not_set_is_none_and_no_problem(tmp_path):
    us = target(
        tmp_path, "{app_host: us.test, project_key: '${env:KEY}', personal_key: '${env:MINE}'}"
    )

    assert (us.project_key, us.personal_key) == (None, None)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("'[::1]:8000'", "http://[::1]:8000"),
    ],
)
def test_plain_http_is_spoken_where_the_target_says_so(tmp_path, host, origin):
    assert target(tmp_path, f"{{app_host: {host}, plain_http: true}}").app_origin == origin


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{app_host: 'http://us.test'}", "2:18 `app_host`: http is used only where the target says `plain_http: true`"),
        ("{app_host: 'https://us.test'}", "2:18 `app_host`: the host alone, without a scheme"),
        ("{app_host: 'https://us.test', plain_http: true}", "2:18 `app_host`: the host alone, without a scheme"),
        ("{app_host: us.test/login}", "2:18 `app_host`: not a host"),
        ("{app_host: 'me@us.test'}", "2:18 `app_host`: not a host"),
        ("{app_host: us test}", "2:18 `app_host`: not a host"),
        ("{app_host: 'us.test:65536'}", "2:18 `app_host`: a port is from 1 to 65535"),
        ("{app_host: 'us.test:0'}", "2:18 `app_host`: a port is from 1 to 65535"),
        ("{app_host: us.test, ingest_host: ''}", "2:40 wrong value for `ingest_host`"),
        ("{app_host: us.test, ingest_host: i/test}", "2:40 `ingest_host`: not a host"),
        ("{app_host: us.test, aliases: [a.test, 'b.test:80']}", "2:45 `aliases`: a host without a port"),
        ("{app_host: us.test, aliases: a.test}", "2:36 wrong value for `aliases`"),
        ("{app_host: '${env:HOST}'}", "2:18 HOST is not set"),
        ("{app_host: us.test, aliases: ['${env:HOST}']}", "2:37 HOST is not set"),
        ("{ingest_host: us.test}", "2:3 `app_host` is missing"),
        ("{app_host: us.test, app_hots: us.test}", "2:27 unknown key `app_hots`"),
        ("us.test", "2:7 wrong value for `us`"),
    ],
)  # fmt: skip
def test_a_wrong_target_is_told(tmp_path, entry, problem):
    assert said(refused(tmp_path, f"targets:\n  us: {entry}\n{REST}")) == [problem]


@pytest.mark.parametrize("name", ["US", "u s", "-us", "control", "u" * 41, "us/app"])
def test_a_name_that_would_not_fit_elsewhere_is_refused(tmp_path, name):
    found = refused(
        tmp_path, f"targets:\n  us: {{app_host: us.test}}\n  {name}: {{app_host: x.test}}\n{REST}"
    )

    assert said(found) == [f"3:3 `{name}` cannot name a target"]


def test_no_target_at_all_is_a_problem(tmp_path):
    assert said(refused(tmp_path, "targets: {}\n" + REST))[0] == "1:1 there is no target"


def test_a_check_whose_target_lacks_a_key_is_off_there_only(tmp_path):
    settings = loaded(
        tmp_path,
        "targets:\n"
        "  us: {app_host: us.test, project_id: 1, personal_key: '${env:MINE}'}\n"
        "  eu: {app_host: eu.test, personal_key: '${env:OTHER}'}\n"
        "checks:\n  api: {probe: private, surface: app, targets: [us, eu]}\n",
        {"MINE": "phx_1"},
    )

    assert [c.name for c in settings.checks][:1] == ["us/api"]
    assert Off("check eu/api", "the target has no project_id and OTHER is not set") in settings.off


def test_a_required_check_whose_target_lacks_a_key_is_a_problem(tmp_path):
    found = refused(
        tmp_path,
        "targets:\n  us: {app_host: us.test, project_id: 1}\n"
        "checks:\n  api: {probe: private, required: true, surface: app, targets: [us]}\n",
    )

    assert said(found) == ["4:55 us/api: the target has no personal_key"]
