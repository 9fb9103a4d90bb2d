"""What `config check` says of the time to the page, and when it refuses it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from checker.cli import main
from checker.config import Budgets, load
from checker.core.model import Kind, Severity
from checker.core.rules import Rule, Scope
from checker.promises import broken, promised, row_in_words, silence, told

CONFIG = Path(__file__).parents[1] / "config"
PAGER = {"PAGERDUTY_ROUTING_KEY": "0" * 32}
ENV = PAGER | {
    f"POSTHOG_{cloud}_{key}": "1"
    for cloud in ("US", "EU")
    for key in ("PROJECT_ID", "PROJECT_KEY", "PERSONAL_KEY")
}
SETTINGS = load(CONFIG, ENV)
LINES = list(told(promised(SETTINGS), 1))


def check(folder, changes=(), env=ENV):
    """`config check` of the shipped config with some of its words replaced."""
    for file in CONFIG.glob("*.yaml"):
        text = file.read_text()
        for old, new in changes:
            text = text.replace(old, new)
        (folder / file.name).write_text(text)
    return CliRunner().invoke(main, ["config", "check", "--config", str(folder)], env=env)


def line(symptom: str) -> str:
    (found,) = (line for line in LINES if re.search(rf"\b{re.escape(symptom)}  ", line))
    return found


def test_the_shipped_config_keeps_its_promise(tmp_path):
    result = check(tmp_path)

    assert result.exit_code == 0
    assert "critical  app down                   30       45     70" in result.stdout


def test_a_config_that_pages_somebody_makes_no_fuss(tmp_path):
    assert check(tmp_path).stderr == ""


def test_that_nobody_will_be_paged_is_shouted(tmp_path):
    result = check(tmp_path, env=ENV | {"PAGERDUTY_ROUTING_KEY": ""})

    assert result.exit_code == 0
    assert "NOBODY WILL BE PAGED: no responder rings anybody." in result.stderr
    assert "responder pagerduty is off: PAGERDUTY_ROUTING_KEY is not set." in result.stderr
    assert "`checker doctor`" in result.stderr


def test_what_is_printed_reaches_nobody():
    assert silence(load(CONFIG, {})) != ""
    assert silence(SETTINGS) == ""


def test_a_total_outage_that_pages_too_late_ends_with_3(tmp_path):
    result = check(tmp_path, [("max_time_to_page: 2m30s", "max_time_to_page: 109s")])

    assert result.exit_code == 3
    assert result.stdout.startswith("SUCCESS")
    assert result.stderr.splitlines() == [
        "OVER BUDGET: insights down takes 130 s at worst, by us/insight; max_time_to_page is 109 s",
        "OVER BUDGET: signup down takes 110 s at worst, by us/signup; max_time_to_page is 109 s",
    ]


def test_without_a_budget_nothing_is_over_it():
    assert broken(promised(SETTINGS), replace(SETTINGS, budgets=Budgets())) == []


def test_more_locations_are_quicker(tmp_path):
    result = check(tmp_path, [("locations: 1", "locations: 3")])

    assert "by 3 locations" in result.stdout
    assert "critical  app down                   30       35     50" in result.stdout


def test_every_row_of_the_table_has_a_line():
    looked_at = [rule for rule in SETTINGS.policy.rules if rule.alert is None]
    assert len(LINES) == 2 + len(looked_at)
    assert "by 1 location:" in LINES[0]


def test_a_row_about_any_surface_names_the_slowest_check():
    assert line("any lost").endswith("30      150  21670  slowest: us/stored")


def test_a_thin_outage_has_no_worst():
    assert line("any partial, from 20%").endswith("–  slowest: us/app")


def test_what_is_minor_is_said_to_page_nobody():
    assert line("ingestion growing").endswith("(pages nobody)")


def test_a_row_whose_checks_are_off_says_so():
    without = [text for text in told(promised(load(CONFIG, {})), 1) if "flags down" in text]

    assert without[0].endswith("no check that is on can find it")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("app", Kind.DOWN, Severity.MAJOR, "S"), "app down"),
        (Rule("app", Kind.DOWN, Severity.MAJOR, "S", Scope.EVERY), "app down, every target"),
        (Rule("any", Kind.PARTIAL, Severity.MAJOR, "S", share=0.2, for_s=300), "any partial, from 20%, for 300 s"),
        (Rule("any", Kind.DOWN, Severity.MINOR, "S", critical=False), "any down, not critical"),
    ],
)  # fmt: skip
def test_a_row_reads_as_it_is_written(rule, words):
    assert row_in_words(rule) == words
