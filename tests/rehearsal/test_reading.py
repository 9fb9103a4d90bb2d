"""From a file to a story, and every mistake in it at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.config import ConfigError, load
from checker.core.events import (
    Acknowledged,
    Alerted,
    Cancelled,
    Closed,
    Declared,
    Planned,
    SeveritySet,
)
from checker.core.model import Severity
from checker.rehearsal import expectations
from checker.rehearsal.reading import read

CONFIG = Path(__file__).parents[2] / "config"
SETTINGS = load(CONFIG, {}, stand_in="rehearsal")

PLAIN = """\
story: It is down
lasts: 1h
world:
  us/app: ok for 10m, 503
expect:
  - {declared: us, between: 10m..11m}
"""


def story(folder: Path, text: str):
    (folder / "story.yaml").write_text(text)
    return read(folder / "story.yaml", SETTINGS)


def refused(folder: Path, text: str) -> list[str]:
    """Each problem as "line:column message"."""
    with pytest.raises(ConfigError) as told:
        story(folder, text)
    return [f"{p.line}:{p.column} {p.message}" for p in told.value.problems]


def test_a_story_is_read(tmp_path):
    told = story(tmp_path, PLAIN)
    assert (told.title, told.lasts_s, told.locations) == (
        "It is down",
        3600.0,
        ("ams", "iad", "sin"),
    )
    assert [(s.check, s.location) for s in told.scenes] == [("us/app", "*")]
    assert told.expectations == (expectations.Declared(declared="us", between="10m..11m"),)


def test_a_pattern_may_name_a_location(tmp_path):
    told = story(tmp_path, PLAIN.replace("us/app:", '"*@iad":'))
    assert (told.scenes[0].check, told.scenes[0].location) == ("*", "iad")


def test_what_people_say_becomes_events_in_the_order_of_their_times(tmp_path):
    told = story(
        tmp_path,
        PLAIN.replace("story: It is down", "story: It is down\nbegins: 2025-09-29 16:58")
        + """\
people:
  - {at: 50m, close: us-1, cause: a disk, fix: a bigger one, by: ada}
  - {at: 12m, acknowledge: us-1, by: bob}
  - {at: 13m, severity: minor, of: us-1}
  - {at: 14m, cancel: us-1, why: a test}
  - {at: 0, maintenance: eu, for: 30m}
  - {at: 5m, declare: us, what: odd, severity: critical}
  - {at: 6m, alert: DiskFull, of: us, labels: {severity: critical}}
""",
    )
    kinds = [Planned, Declared, Alerted, Acknowledged, SeveritySet, Cancelled, Closed]
    assert [type(word) for word in told.people] == kinds
    assert [word.at - told.begins for word in told.people] == [0, 300, 360, 720, 780, 840, 3000]
    planned, declared, alerted, *_, closed = told.people
    assert planned.maintenance.ends - planned.maintenance.begins == 1800.0
    assert declared.severity is Severity.CRITICAL
    assert alerted.alerts[0].labels == {
        "alertname": "DiskFull",
        "target": "us",
        "severity": "critical",
    }
    assert (closed.by, closed.cause, closed.fix) == ("ada", "a disk", "a bigger one")


def test_every_mistake_is_told_at_its_place(tmp_path):
    text = """\
story: It is down
lasts: 1h
sorce: nowhere
world:
  us/ap: 503
  us/app: ok for 10m, timeuot
  us/app@paris: 503
  us/flags: lag 1m
people:
  - {at: 5, acknowledge: us-1}
  - {at: 5m, shout: us-1}
  - {at: 5m, maintenance: uk, for: 10m}
expect:
  - {declared: us, between: 11m..10m}
  - {declared: uk}
  - {severity: awful, of: us, at: 5m}
  - never
"""
    assert refused(tmp_path, text) == [
        "3:1 unknown key `sorce`",
        "5:3 nothing is looked at that this names",
        "6:23 'timeuot' is no state of the world",
        "7:3 nothing is looked at that this names",
        "8:13 us/flags measures no lag",
        "10:10 wrong value for `at`",
        "11:5 a row of no known kind",
        "12:27 there is no such target",
        "14:29 wrong value for `between`",
        "15:16 there is no such target",
        "16:16 wrong value for `severity`",
        "17:5 wrong value for `expect`",
    ]


def test_nobody_speaks_when_the_story_is_over(tmp_path):
    text = PLAIN + "people:\n  - {at: 2h, acknowledge: us-1}\n"
    assert refused(tmp_path, text) == ["8:10 the story is over by then"]


def test_a_location_that_does_not_look_is_told_with_those_that_do(tmp_path):
    with pytest.raises(ConfigError, match="one of the locations ams, iad, sin"):
        story(tmp_path, PLAIN.replace("us/app:", "us/app@paris:"))


def test_the_nearest_check_is_offered(tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'us/app'"):
        story(tmp_path, PLAIN.replace("us/app:", "us/ap:"))


def test_the_place_in_a_quoted_series_is_right(tmp_path):
    text = PLAIN.replace("ok for 10m, 503", "'ok for 10m, 5o3'")
    assert refused(tmp_path, text) == ["4:24 '5o3' is no state of the world"]


def test_the_place_in_a_series_of_several_lines_is_its_begin(tmp_path):
    text = PLAIN.replace("ok for 10m, 503", ">-\n    ok for 10m,\n    5o3")
    assert refused(tmp_path, text) == ["4:11 '5o3' is no state of the world"]


@pytest.mark.parametrize("key", ["story", "lasts", "world", "expect"])
def test_what_a_story_needs_is_missed(tmp_path, key):
    top = PLAIN.replace("  - {declared: us, between: 10m..11m}\n", "").replace(
        "  us/app: ok for 10m, 503\n", ""
    )
    text = "\n".join(line for line in top.splitlines() if not line.startswith(f"{key}:")) + "\n"
    assert any(f"`{key}` is missing" in problem for problem in refused(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("expect: soon\n", "wrong value for `expect`"),
        ("world: [503]\n", "wrong value for `world`"),
        ("world: {us/app: [503]}\n", "wrong value for `us/app`"),
        ("world: {us/app: '${env:HOME}'}\n", "HOME is not set"),
    ],
)
def test_what_has_the_wrong_shape_is_refused(tmp_path, text, problem):
    key = text.partition(":")[0]
    kept = "story: It is down\nlasts: 1h\n" + ("world: {us/app: 503}\n" if key == "expect" else "")
    kept += "expect: [{declared: us}]\n" if key == "world" else ""
    assert problem in "".join(refused(tmp_path, kept + text))


def test_a_folder_is_no_story(tmp_path):
    with pytest.raises(ConfigError, match="this is a folder"):
        read(tmp_path, SETTINGS)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        read(tmp_path / "gone.yaml", SETTINGS)


def test_without_keys_a_rehearsal_still_has_every_check():
    assert "us/insight" in SETTINGS.policy.watched
    assert "us/insight" not in load(CONFIG, {}).policy.watched
