"""The command line says what is wrong with a call in a line, and never in a traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from checker.calling import host_and_port
from checker.cli import main

FULL = Path("/dev/full")
CONFIG = """
targets: {us: {app_host: us.test}, eu: {app_host: eu.test}}
checks: {app: {probe: page, surface: app, targets: [us, eu]}}
controls: {a: {tcp: "a.test:1"}, b: {tcp: "b.test:1"}, c: {tcp: "c.test:1"}}
rules: [{symptom: app down, severity: critical, sentence: It is down}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "checks.yaml").write_text(CONFIG)
    return tmp_path


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env={})


def commands(group: click.Group) -> list[click.Command]:
    found: list[click.Command] = []
    for command in group.commands.values():
        found += commands(command) if isinstance(command, click.Group) else [command]
    return found


OPTIONS = [p for c in commands(main) for p in c.params if isinstance(p, click.Option)]
VARIABLES = sorted({str(option.envvar) for option in OPTIONS if option.envvar})


def test_the_help_names_the_commands():
    result = call("--help")

    assert result.exit_code == 0
    assert "incident" in result.stdout


@pytest.mark.parametrize("name", VARIABLES)
def test_the_help_names_every_variable_that_is_read(name):
    assert f"\n  {name} " in call("--help").stdout


def test_each_command_says_which_variable_stands_for_an_option():
    assert all(option.show_envvar for option in OPTIONS if option.envvar)
    assert "CHECKER_CONFIG" in " ".join(call("config", "check", "--help").stdout.split())


@pytest.mark.parametrize(
    ("listen", "parts"),
    [
        ("127.0.0.1:9877", ("127.0.0.1", 9877)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:9877", ("::1", 9877)),
        ("[fe80::1%eth0]:1", ("fe80::1%eth0", 1)),
    ],
)
def test_an_address_is_a_host_and_a_port(listen, parts):
    assert host_and_port(listen) == parts


@pytest.mark.parametrize(
    "listen",
    [
        "localhost",
        ":80",
        "[::1]",
        "::1:80",
        "[x]:3",
        "a b:3",
        "h:99999",
        "h:٣",
        "h:-1",
        "http://h:1",
    ],
)
def test_what_is_no_address_is_told_how_one_is_written(listen):
    with pytest.raises(click.BadParameter, match=r"0\.0\.0\.0:9877 or \[::1\]:9877"):
        host_and_port(listen)


@pytest.mark.parametrize(
    "words",
    [
        ("incident", "declare", "uss", "it is slow"),
        ("maintenance", "announce", "uss", "--for", "1h"),
    ],
)
def test_a_target_that_is_not_watched_is_told_which_there_are(words, config):
    result = call(*words, "--config", config)

    assert result.exit_code == 2
    assert "no target 'uss'; there are: us, eu. Did you mean 'us'?" in " ".join(
        result.stderr.split()
    )


@pytest.mark.parametrize(
    "words",
    [
        ("incident", "declare", "us", "it is slow"),
        ("maintenance", "announce", "us", "--for", "1h"),
        ("maintenance", "list"),
    ],
)
def test_a_config_that_is_wrong_is_said_plainly_by_every_command(words, tmp_path):
    result = call(*words, "--config", tmp_path / "none")

    assert result.exit_code == 1
    assert "there is no such file or folder" in result.stderr


def test_a_store_that_is_not_where_it_is_looked_for_is_told_with_its_whole_path(config):
    result = call("incident", "list", "--config", config, "--store", "sqlite:///none/here.db")

    assert result.exit_code == 1
    assert "there is no store at none/here.db: has a daemon run with this config?" in result.stderr
    assert (
        f"The path is relative, so {Path.cwd() / 'none/here.db'} was looked for." in result.stderr
    )


REFUSED = {
    "a config that is not there": ("--config", "none"),
    "a store that is none": ("--store", "sqlite:///checks.yaml"),
    "a place to listen that is none": ("--listen", "localhost"),
}


def refused(config: Path, words: tuple[str, ...], form: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "checker", "run", "--config", ".", *words, "--log-format"]
    return subprocess.run([*command, form], cwd=config, capture_output=True, text=True, env={})


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_a_start_that_is_refused_is_a_critical_line_of_the_log(config, words):
    ended = refused(config, words, "json")

    (line,) = map(json.loads, ended.stderr.splitlines())
    assert ended.returncode in (1, 2)
    assert (line["level"], line["event"]) == ("critical", "not started")
    assert re.search(r"no such file or folder|not a database|'localhost' is not", line["why"])


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_a_start_that_is_refused_is_said_plainly_to_people(config, words):
    ended = refused(config, words, "text")

    assert ended.returncode in (1, 2)
    assert "not started" not in ended.stderr
    assert re.search(r"no such file or folder|not a database|'localhost' is not", ended.stderr)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [("config", "schema"), ("--help",), ("--version",)])
def test_an_output_that_is_full_is_said_in_a_line(words):
    with FULL.open("w") as full:
        command = [sys.executable, "-m", "checker", *words]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)

    assert ended.returncode == 1
    assert ended.stderr == "The output could not be written: No space left on device.\n"
