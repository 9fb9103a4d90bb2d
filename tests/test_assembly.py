"""What the wiring reads out of what it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from structlog.testing import capture_logs

from checker.assembly import changes, rooms_of, say_how_it_starts, say_what_changes
from checker.config import Settings, load
from checker.core.model import Phase
from tests.metrics.sample import incident

MADE = {"channel": "C1", "name": "inc-20231114-us-app-42", "ts": "1.0", "summary_ts": "1.0"}


def test_a_room_is_linked_to_by_its_id_and_called_by_its_name():
    (room,) = rooms_of([incident()], {("slack", "us-42"): {"us-42/room/1@slack": MADE}}).values()

    assert room.name == "#inc-20231114-us-app-42"
    assert room.link == "https://slack.com/app_redirect?channel=C1"


def test_a_room_keeps_its_name_when_its_summary_was_edited():
    edited = {"channel": "C1", "summary_ts": "1.0"}
    kept = {"us-42/room/1@slack": MADE, "us-42/summary/2@slack": edited}
    (room,) = rooms_of([incident()], {("slack", "us-42"): kept}).values()

    assert room.name == "#inc-20231114-us-app-42"


def test_a_thread_in_a_channel_of_many_is_called_one():
    thread = {"channel": "C2", "name": "", "ts": "1.0", "summary_ts": "1.0", "thread": "1.0"}
    (room,) = rooms_of([incident()], {("slack", "us-42"): {"us-42/room/1@slack": thread}}).values()

    assert (room.name, room.link) == (
        "a thread in Slack",
        "https://slack.com/app_redirect?channel=C2",
    )


def test_what_is_no_room_and_what_is_over_has_none():
    paged = {("pagerduty", "us-42"): {"us-42/page/1@pagerduty": {"key": "x"}}}
    over = {("slack", "us-42"): {"us-42/room/1@slack": MADE}}

    assert rooms_of([incident()], paged) == {}
    assert rooms_of([incident(phase=Phase.CLOSED)], over) == {}
    assert rooms_of([], over) == {}


# ── the start ─────────────────────────────────────────────────────────────────────────────────

CONFIG = """
targets: {us: {app_host: us.test}}
checks: {app: {probe: page, surface: app, targets: [us]}}
controls: {a: {tcp: "a.test:1"}, b: {tcp: "b.test:1"}, c: {tcp: "c.test:1"}}
rules: [{symptom: app down, severity: critical, sentence: It is down}]
"""


def settings(folder: Path, text: str = CONFIG) -> Settings:
    (folder / "checker.yaml").write_text(text)
    return load(folder / "checker.yaml", {})


def said_of_the_store(settings: Settings, is_new: bool) -> list[Any]:
    with capture_logs() as lines:
        say_how_it_starts(settings, is_new)
    return [(one["log_level"], one["store"]) for one in lines if one["event"] == "a new store"]


def test_a_new_store_at_an_address_that_somebody_gave_is_warned_of_with_its_whole_path(tmp_path):
    given = replace(settings(tmp_path), store=SecretStr("sqlite:///mistyped.db"))

    assert said_of_the_store(given, is_new=True) == [("warning", str(Path.cwd() / "mistyped.db"))]
    assert said_of_the_store(given, is_new=False) == []


def test_a_new_store_at_the_default_address_is_no_news(tmp_path):
    assert said_of_the_store(settings(tmp_path), is_new=True) == []


def test_a_new_store_on_a_server_is_warned_of_without_its_password(tmp_path):
    url = SecretStr("postgresql+asyncpg://checker:hunter2@db/checker")
    given = replace(settings(tmp_path), store=url)

    assert said_of_the_store(given, is_new=True) == [("warning", "the server's database")]


# ── a reload ──────────────────────────────────────────────────────────────────────────────────

OUTLETS = "responders: {pager: {kind: webhook, address: 'http://127.0.0.1:1/a'}}\n"


def changed(folder: Path, before: str, after: str) -> str:
    return changes(settings(folder, before), settings(folder, after))


def test_a_threshold_that_changed_is_told_as_config_diff_tells_it(tmp_path):
    said = changed(tmp_path, CONFIG, CONFIG + "thresholds: {declare_after: 50s}\n")
    assert said == "declare_after 30s → 50s: us/app"


def test_a_reload_without_a_change_says_that_nothing_has_changed(tmp_path):
    assert changed(tmp_path, CONFIG, CONFIG) == "nothing has changed"
    assert changed(tmp_path, CONFIG, CONFIG + "# a word\n") == "nothing has changed"


def test_who_is_told_by_another_setting_is_named_without_the_setting(tmp_path):
    said = changed(tmp_path, CONFIG + OUTLETS, CONFIG + OUTLETS.replace("/a", "/b"))
    assert said == "told by other settings: pager"


def test_what_no_line_is_made_for_is_not_called_nothing(tmp_path):
    said = changed(tmp_path, CONFIG, CONFIG + "retention: 7d\n")
    assert said == "no check, no row of the table and nobody who is told, but something else"


def test_many_changes_are_counted_after_the_first(tmp_path):
    one = "c{}: {{probe: page, surface: app, targets: [us], every: {}s}}, "
    before, after = (
        CONFIG.replace(
            "checks: {", "checks: {" + "".join(one.format(n, every[n]) for n in range(12))
        )
        for every in ([60] * 12, range(20, 32))
    )
    said = changed(tmp_path, before, after)
    assert said.startswith("every 1m → 20s: us/c0; every 1m → 21s: us/c1; ")
    assert said.endswith("; and 4 more")
    assert said.count("; ") == 8


def levels(folder: Path, before: str, after: str) -> list[str]:
    with capture_logs() as lines:
        say_what_changes(settings(folder, before), settings(folder, after))
    return [one["log_level"] for one in lines if one["event"] == "config_changes"]


def test_a_change_is_no_warning_unless_somebody_is_not_told_any_more(tmp_path):
    assert levels(tmp_path, CONFIG, CONFIG + "retention: 7d\n") == ["info"]
    both = OUTLETS.replace("}}", "}, other: {kind: webhook, address: 'http://127.0.0.1:1/c'}}")
    assert levels(tmp_path, CONFIG + OUTLETS, CONFIG + both) == ["info"]
    assert levels(tmp_path, CONFIG + both, CONFIG + OUTLETS) == ["warning"]
