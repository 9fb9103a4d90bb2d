"""`checker backtest` and `checker config diff`, as typed."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner, Result

from checker.cli import main
from tests.backtest.stored import RULES, check, config, keep, seen
from tests.core.story import broken

EVER = ("--since", "3650d")
SLOW = {"declare_after": "3m"}
OUTAGE = broken("us/flags", since=1020, until=1600)
BLIP = broken("us/flags", since=1020, until=1100)


def typed(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture
def here(tmp_path):
    """A config whose store holds ten minutes without flags."""
    asyncio.run(keep(tmp_path, seen(OUTAGE, 3600)))
    return config(tmp_path)


def test_what_the_config_would_have_declared_is_told(here):
    result = typed("backtest", "--config", here, *EVER)
    assert result.exit_code == 0, result.output
    assert f"{here} would have declared:" in result.stdout
    assert "us-1  major     2023-11-14 22:30:20 UTC  45 s" in result.stdout
    assert "      rings 2023-11-14 22:31:05 UTC  MAJOR us-1: flags down at us" in result.stdout
    assert "1 incident, 1 page" in result.stdout
    assert "What this cannot know:\n- What people said is not replayed" in result.stdout


def test_a_page_that_another_config_would_not_have_sent_is_told(tmp_path):
    asyncio.run(keep(tmp_path, seen(BLIP, 3600)))
    here, there = config(tmp_path), config(tmp_path, "new", thresholds=SLOW)
    result = typed("backtest", "--config", here, "--against", there, *EVER)
    assert f"With {there}: 0 pages instead of 1, 0 incidents instead of 1." in result.stdout
    assert "at us (major) is not declared" in result.stdout
    assert "declare_after 30s → 3m: us/app, eu/app, us/flags" in result.stdout


def test_what_another_config_would_have_found_later_is_told(tmp_path, here):
    there = config(tmp_path, "new", thresholds=SLOW)
    result = typed("backtest", "--config", here, "--against", there, *EVER)
    assert "1 page as before, 1 incident as before" in result.stdout
    assert "is found 135 s later" in result.stdout


def test_two_configs_that_would_have_found_the_same_are_told_so(tmp_path, here):
    there = config(tmp_path, "new")
    result = typed("backtest", "--config", here, "--against", there, *EVER)
    assert "the same incidents at the same times." in result.stdout
    assert "No check and no row of the table is different." in result.stdout


def test_programs_get_everything_as_json_and_nothing_else(tmp_path, here):
    there = config(tmp_path, "new", thresholds=SLOW, checks={"flags": check("flags", "us")})
    result = typed("backtest", "--config", here, "--against", there, *EVER, "--json")
    told = json.loads(result.stdout)
    first, second = told["replays"]
    [incident] = first["incidents"]
    assert incident["since"] == "2023-11-14T22:30:20.000+00:00"
    assert incident["declared_after_s"] == 45.2
    assert [turn["what"] for turn in incident["turns"]] == ["declared", "recovered"]
    assert [page["after_s"] for page in incident["pages"]] == [45.2]
    assert second["pages"] == 1
    assert told["difference"] == [{"first": "us-1", "second": "us-1", "later_s": 135.0}]
    assert told["plan"]["removed"] == ["us/app", "eu/app"]
    assert told["exceeded"] is False
    assert told["cannot_know"]


def test_with_one_config_there_is_no_difference_in_the_json(here):
    told = json.loads(typed("backtest", "--config", here, *EVER, "--json").stdout)
    assert (told["difference"], told["plan"]) == (None, None)


@pytest.mark.parametrize(
    ("budgets", "code", "said"),
    [
        ({"max_pages": "1 per 30d"}, 0, "max_pages 1 per 30d: kept (1)"),
        ({"max_pages": "0 per 30d"}, 3, "max_pages 0 per 30d: EXCEEDED (1)"),
        ({"max_time_to_page": "1m"}, 0, "max_time_to_page 1m: kept (45 s)"),
        ({"max_time_to_page": "30s"}, 3, "max_time_to_page 30s: EXCEEDED (45 s)"),
    ],
)
def test_a_budget_is_kept_or_the_exit_code_is_3(tmp_path, here, budgets, code, said):
    strict = config(tmp_path, "strict", budgets=budgets)
    result = typed("backtest", "--config", strict, *EVER)
    assert said in result.stdout
    assert result.exit_code == code


def test_of_two_configs_the_budget_of_the_one_on_trial_counts(tmp_path, here):
    strict = config(tmp_path, "strict", budgets={"max_pages": "0 per 30d"})
    assert typed("backtest", "--config", strict, "--against", here, *EVER).exit_code == 0
    assert typed("backtest", "--config", here, "--against", strict, *EVER).exit_code == 3


def test_without_looks_of_that_time_nothing_is_said_and_the_exit_code_is_1(here):
    result = typed("backtest", "--config", here, "--since", "1s")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "There are no looks of that time in the store" in result.stderr


def test_without_a_store_it_says_so(tmp_path):
    result = typed("backtest", "--config", config(tmp_path))
    assert result.exit_code == 1
    assert "there is no store" in result.stderr


def test_a_broken_config_is_told_like_anywhere(tmp_path, here):
    wrong = config(tmp_path, "wrong", rules=[RULES[0] | {"severity": "bad"}])
    result = typed("backtest", "--config", here, "--against", wrong)
    assert result.exit_code == 1
    assert "checker.yaml:" in result.stderr


def test_a_time_that_is_none_is_a_wrong_call(here):
    result = typed("backtest", "--config", here, "--since", "a month")
    assert result.exit_code == 2
    assert "'a month' is not a duration" in result.stderr


def test_keys_that_are_not_set_here_switch_no_check_off(tmp_path, here):
    us = {"app_host": "us.test", "personal_key": "${env:KEY}", "project_id": "${env:PROJECT}"}
    insight = {"probe": "insight", "surface": "insights", "targets": ["us"]}
    other = config(
        tmp_path,
        "keyed",
        targets={"us": us},
        checks={"insight": insight, "app": check("app", "us")},
    )
    result = typed("backtest", "--config", other, *EVER)
    assert "us/insight: never looked at in this time." in result.stdout


def test_the_difference_of_two_configs_is_told_without_any_store(tmp_path):
    here, there = config(tmp_path), config(tmp_path, "new", thresholds=SLOW)
    result = typed("config", "diff", there, "--config", here)
    assert result.exit_code == 0
    assert result.stdout == (
        "What a reload would change:\n  declare_after 30s → 3m: us/app, eu/app, us/flags\n"
    )
