"""What the wiring reads out of what it holds."""

from __future__ import annotations

from checker.assembly import rooms_of
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
