"""What the wiring reads out of what it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from structlog.testing import capture_logs

from checker.assembly import rooms_of, say_how_it_starts
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
