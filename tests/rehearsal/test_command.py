"""`checker rehearse`, as it is typed."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from checker.cli import main

ROOT = Path(__file__).parents[2]

STORY = """\
story: Flags are gone
source: a test
lasts: 20m
world:
  us/flags: ok for 10m, 502 for 5m, ok
people:
  - {at: 1m, maintenance: eu, for: 5m, by: ada, why: an upgrade}
  - {at: 12m, acknowledge: us-1}
expect:
  - {declared: us, between: 10m..11m, severity: %s}
"""


def rehearse(*paths: Path) -> Result:
    args = ["rehearse", *map(str, paths), "--config", str(ROOT / "config")]
    return CliRunner().invoke(main, args)


def written(folder: Path, severity: str, name: str = "story") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(STORY % severity)
    return path


def test_one_story_is_told_line_by_line(tmp_path):
    done = rehearse(written(tmp_path, "major"))
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "10m 09:10:00 world us/flags: 502 for 5m" in lines
    assert "10m38s 09:10:38 declared MAJOR us-1: flags down at us" in lines
    assert "12m 09:12:00 acknowledged page acknowledged by ada" in lines
    assert "1m 09:01:00 maintenance eu until 2026-01-05 09:06:00 UTC by ada: an upgrade" in lines
    assert "met us declared major between 10m and 11m" in lines


def test_a_miss_says_what_was_seen_and_exits_with_one(tmp_path):
    done = rehearse(written(tmp_path, "critical"))
    assert done.exit_code == 1
    assert "MISSED  us declared critical between 10m and 11m" in done.output
    assert "seen: 10m38s MAJOR us-1: flags down at us" in done.output


def test_of_several_stories_only_what_was_missed_is_told(tmp_path):
    done = rehearse(written(tmp_path, "major", "one"), written(tmp_path, "critical", "two"))
    assert done.exit_code == 1
    assert "acknowledged" not in done.output
    assert f"met      1 of 1  {tmp_path}/one.yaml: Flags are gone" in done.output
    assert f"MISSED   1 of 1  {tmp_path}/two.yaml: Flags are gone" in done.output
    assert done.output.splitlines()[-1] == "1 of 2 stories went as expected"


def test_the_mistakes_of_all_stories_are_told_and_none_is_played(tmp_path):
    one, two = written(tmp_path, "awful", "one"), written(tmp_path, "worse", "two")
    done = rehearse(one, two)
    assert done.exit_code == 1
    assert f"{one}:10:" in done.output
    assert f"{two}:10:" in done.output
    assert "wrong value for `severity`" in done.output
