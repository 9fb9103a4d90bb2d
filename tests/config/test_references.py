"""A reference stands for a value that is not in the config."""

from __future__ import annotations

import os

import pytest

from checker.config import Off
from checker.config.references import FILE_MAX
from tests.config.written import loaded, refused, said

BELL = "responders:\n  bell: {routing_key: '%s'}\n"


def key_of(settings):
    return settings.responders[0].settings.routing_key.get_secret_value()


def test_an_environment_variable_is_put_in_place(tmp_path):
    assert key_of(loaded(tmp_path, BELL % "${env:KEY}", {"KEY": "0123456789"})) == "0123456789"


def test_a_file_is_put_in_place_without_its_last_line_break(tmp_path):
    (tmp_path / "key").write_text(" 0123456789\r\n")

    assert key_of(loaded(tmp_path, BELL % f"${{file:{tmp_path}/key}}")) == " 0123456789"


def test_several_references_in_one_text_are_joined_with_it(tmp_path):
    text = "targets:\n  us: {app_host: '${env:A}.${env:B}.test'}\n  eu: {app_host: eu.test}\n"

    settings = loaded(tmp_path, text, {"A": "a", "B": "b"})

    assert settings.checks[0].target.app_origin == "https://a.b.test"


def test_what_a_reference_stands_for_is_text_and_not_read_again(tmp_path):
    text = "location: '${env:WHERE}'\nweb: {port: '${env:PORT}'}\n"

    settings = loaded(tmp_path, text, {"WHERE": "123", "PORT": "80"})

    assert (settings.location, settings.web.port) == ("123", 80)


def test_a_value_with_a_reference_in_it_is_not_expanded(tmp_path):
    assert key_of(loaded(tmp_path, BELL % "${env:KEY}", {"KEY": "${env:HOME}"})) == "${env:HOME}"


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("${env:KEY}", "KEY is not set"),
        ("${env:EMPTY}", "EMPTY is not set"),
        ("${env:KEY}${env:EMPTY}", "KEY is not set and EMPTY is not set"),
        ("${file:/nowhere/key}", "there is no file /nowhere/key"),
        ("${file:/tmp}", "there is no file /tmp"),
    ],
)
def test_a_responder_that_lacks_a_value_is_off_and_says_why(tmp_path, reference, why):
    settings = loaded(tmp_path, BELL % reference, {"EMPTY": ""})

    assert settings.off == (Off("responder bell", why),)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\n", "is empty"),
        (b"\xff", "is not UTF-8"),
        (b"x" * (FILE_MAX + 1), f"is longer than {FILE_MAX} bytes"),
    ],
)
def test_a_file_that_holds_no_value_says_why(tmp_path, content, why):
    (tmp_path / "key").write_bytes(content)

    settings = loaded(tmp_path, BELL % f"${{file:{tmp_path}/key}}")

    assert settings.off[0].why == f"the file {tmp_path}/key {why}"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "key")

    settings = loaded(tmp_path, BELL % f"${{file:{tmp_path}/key}}")

    assert settings.off[0].why == f"there is no file {tmp_path}/key"


def test_a_nul_in_a_path_is_no_file(tmp_path):
    text = 'responders:\n  bell: {routing_key: "${file:/a\\0b}"}\n'

    assert len(loaded(tmp_path, text).off) == 1


def test_what_a_shell_would_put_in_place_is_no_reference_and_gets_a_hint(tmp_path):
    (problem,) = refused(tmp_path, BELL % "$BELL_KEY", {"BELL_KEY": "0123456789"})

    assert said([problem]) == ["2:23 not a reference that is understood here"]
    assert problem.hint == "did you mean '${env:BELL_KEY}'?"


@pytest.mark.parametrize("text", ["$pageview", "12345678$", "$12345678", "a $HOME/key", "$AAA-BBB"])
def test_a_dollar_by_itself_is_a_dollar(tmp_path, text):
    assert key_of(loaded(tmp_path, BELL % text)) == text


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("${KEY}", "did you mean '${env:KEY}'?"),
        ("${env KEY}", ""),
        ("${env:}", ""),
        ("${file:relative}", ""),
        ("${vault:x}", ""),
        ("${env:KEY", ""),
        ("${", ""),
    ],
)
def test_a_misspelt_reference_is_a_problem_at_its_place(tmp_path, reference, hint):
    problem = refused(tmp_path, BELL % reference, {"KEY": "0123456789"})[0]

    assert said([problem]) == ["2:23 not a reference that is understood here"]
    assert problem.expected == "'${env:NAME}' or '${file:/absolute/path}'"
    assert problem.hint == hint
