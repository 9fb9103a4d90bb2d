"""Where the heartbeat goes: off when it is not set, and a secret when it is."""

from __future__ import annotations

import pytest

from checker.config.secrecy import secrets_of
from tests.config.written import loaded, refused

URL = "https://beats.test/5f2c-ours"
WRITTEN = "heartbeat: {url: '${env:BEATS}'}\n"


def test_it_goes_where_the_reference_says_twice_a_minute(tmp_path):
    heartbeat = loaded(tmp_path, WRITTEN, {"BEATS": URL}).heartbeat

    assert (heartbeat.url.get_secret_value(), heartbeat.every_s) == (URL, 30.0)


def test_how_often_is_for_the_config_to_say(tmp_path):
    assert loaded(tmp_path, f"heartbeat: {{url: '{URL}', every: 1m}}\n").heartbeat.every_s == 60.0


@pytest.mark.parametrize("text", ["", "heartbeat:\n", "heartbeat: {every: 1m}\n"])
def test_without_an_address_there_is_none_and_nothing_to_say(tmp_path, text):
    settings = loaded(tmp_path, text)

    assert settings.heartbeat is None
    assert settings.off == ()


def test_an_address_that_is_not_set_is_off_and_says_so(tmp_path):
    settings = loaded(tmp_path, WRITTEN)

    assert settings.heartbeat is None
    assert [(off.what, off.why) for off in settings.off] == [("heartbeat", "BEATS is not set")]


def test_what_is_no_address_is_refused_without_repeating_it(tmp_path):
    [problem] = refused(tmp_path, "heartbeat: {url: 'beats.test/5f2c-ours'}\n")

    assert problem.message == "wrong value for `url`"
    assert problem.expected == "an address with http:// or https://"
    assert "5f2c" not in str(problem)


def test_the_address_counts_as_a_secret(tmp_path):
    settings = loaded(tmp_path, WRITTEN, {"BEATS": URL})

    assert URL in secrets_of(settings)
    assert "5f2c" not in repr(settings)
