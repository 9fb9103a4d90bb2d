"""What a replay cannot know is said."""

from __future__ import annotations

import pytest

from checker.backtest.changes import Change, Part
from checker.backtest.limits import ALWAYS, limits, limits_of_changes, named
from checker.store.history import Span
from tests.backtest.stored import CHECKS, settings
from tests.core.story import T0

EVEN = Span(T0, T0 + 86400.0, 30.0)
SPANS = dict.fromkeys(CHECKS, EVEN)


def said(folder, **spans: Span | None) -> list[str]:
    """What is said beyond what is always said; `us_app=None`: never looked at."""
    changed = SPANS | {name.replace("_", "/"): span for name, span in spans.items()}
    kept = {name: span for name, span in changed.items() if span}
    return [one for one in limits("new", settings(folder), kept, T0) if one not in ALWAYS]


def test_a_history_of_just_these_looks_has_the_limits_of_any(tmp_path):
    assert limits("new", settings(tmp_path), SPANS, T0) == ALWAYS
    assert any("closes what has been well for 2h" in one for one in ALWAYS)


def test_a_check_that_was_never_looked_at_is_named(tmp_path):
    [one] = said(tmp_path, us_app=None)
    assert one.startswith("us/app: never looked at in this time.")


def test_a_check_that_came_later_is_told_with_its_first_look(tmp_path):
    [one] = said(tmp_path, us_app=Span(T0 + 3600, T0 + 86400.0, 30.0))
    assert one == "us/app: looked at from 2023-11-14 23:13:20 UTC on only."


def test_looks_at_what_the_config_does_not_name_are_told(tmp_path):
    assert said(tmp_path, us_old=EVEN) == ["us/old: looked at, but not in new, and so passed over."]


@pytest.mark.parametrize(
    ("every_s", "words"),
    [
        (60.0, ["every 30s, but the looks were made every 1m:", "never made", "sooner"]),
        (15.0, ["every 30s, but the looks were made every 15s:", "all of these", "later"]),
    ],
)
def test_another_pace_is_told_with_what_it_means(tmp_path, every_s, words):
    [one] = said(tmp_path, us_app=Span(T0, T0 + 86400.0, every_s))
    assert one.startswith("us/app: ")
    assert all(word in one for word in words)


def test_checks_of_one_pace_are_told_together(tmp_path):
    rare = Span(T0, T0 + 86400.0, 60.0)
    [one] = said(tmp_path, us_app=rare, eu_app=rare)
    assert one.startswith("us/app, eu/app: every 30s")


def test_a_pace_that_is_a_little_uneven_is_the_same_pace(tmp_path):
    assert said(tmp_path, us_app=Span(T0, T0 + 86400.0, 30.4)) == []


def test_a_check_of_which_there_is_one_look_has_no_pace(tmp_path):
    assert said(tmp_path, us_app=Span(T0, T0, None)) == []


def test_looks_that_another_config_would_make_in_another_way_are_told():
    path = Change(Part.LOOK, "path", "/", "/login", ("us/app",))
    pace = Change(Part.PACE, "every", "30s", "1m", ("us/app",))
    [one] = limits_of_changes([path, pace])
    assert one.startswith("us/app: path / → /login, but the looks are those of the first config")


def test_of_many_checks_a_few_are_named():
    assert named([f"us/{n}" for n in range(7)]) == "us/0, us/1, us/2, us/3, us/4 and 2 more"
    assert named(["us/0"]) == "us/0"
