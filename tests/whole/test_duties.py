"""What the handbook asks of whoever raised it (the design's table, a test a row), in one outage that was lived through."""

from __future__ import annotations

import asyncio

import pytest

from checker.core.events import Closed, Declared, Joined, Uneventful
from checker.core.model import Duty
from checker.core.rules import WorkingHours
from tests.core.story import CONTROLS, T0, Story, broken, make_policy, watch
from tests.world.demo import as_read
from tests.world.story import JAMES, RUNBOOK, TIM, Told, live

pytestmark = pytest.mark.timeout(180)
DAY_S = 86_400.0


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    return asyncio.run(live(tmp_path_factory.mktemp("story") / "config"))


def said(told: Told) -> str:
    return "\n".join(as_read(message) for message in told.room.messages)


def test_new_channel_and_updates(told: Told):
    assert [c.name for c in told.slack.workspace.channels] == [told.room.name]
    assert told.room.name.startswith("inc-")
    assert told.room.name.endswith("-us-app-1")
    assert "https://zoom.example/j/1" in told.room.topic
    assert "us-1" in told.room.purpose
    assert told.room.pins == [told.room.messages[0].ts]
    assert told.room.messages[0].edits > 0
    assert "us-1 recovered" in said(told)


def test_the_right_people(told: Told):
    assert {TIM, JAMES, "U0INFRA1", "U000ADA"} <= told.room.members


def test_lead(told: Told):
    assert told.incident["incident"]["lead"] == "bob"
    assert "bob leads us-1, handed over by Ada Lovelace" in said(told)


def test_notes_with_time_stamps(told: Told):
    notes = [line for line in told.incident["timeline"] if line["what"] == "note"]
    assert [line["text"] for line in notes] == [
        "bob joins us-1",
        "Ada Lovelace: restarted the pods, no change",
    ]
    assert all(line["at"].endswith("Z") for line in told.incident["timeline"])


def test_banner_status_page_and_announcements(told: Told):
    assert "we see problems on us: the app not working" in told.banner_meanwhile
    assert told.world.us.banner.shows() is None  # put back
    stands = {word["outlet"]: word["stands"] for word in told.incident["incident"]["customers"]}
    assert stands == {
        "banner": "withdrawn",
        "status-page": "drafted",
        "announcements": "drafted",
    }
    assert told.announced == []


def test_runbooks(told: Told):
    events = told.world.pagerduty.events
    page = next(event for event in events if event["event_action"] == "trigger")
    assert [link["href"] for link in page["links"]] == [RUNBOOK]
    assert RUNBOOK in [link for _, link in told.room.bookmarks]


def test_close(told: Told):
    incident = told.incident["incident"]
    assert (incident["phase"], incident["closed_by"]) == ("closed", "bob")
    assert (incident["cause"], incident["fix"]) == ("a bad deploy", "rolled back")
    assert [page.state for page in told.world.pagerduty.incidents] == ["resolved"]


def test_analysis_document(told: Told):
    (document,) = told.slack.workspace.files
    text = (document.content or b"").decode()
    assert document.name == "us-1.md"
    assert "In what ways did our systems surprise us?" in text
    assert "How did it make sense for someone to do what they did?" in text
    assert "Ada Lovelace: restarted the pods, no change" in text
    assert "ction item" not in text
    assert "**Heard from:** Ada Lovelace, bob\n" in text  # who took the page and who spoke is one


def closed_a_day_ago(*words: object) -> Story:
    story = Story().play(broken("us/app"), 120)
    story.tell(Joined(T0 + 121, "us-1", "grace"))
    story.tell(Closed(T0 + 130, "us-1", "ada", "disk", "grew it"))
    for word in words:
        story.tell(word)  # type: ignore[arg-type]
    story.tick(130 + DAY_S)
    return story


def test_sync_within_24_to_48_hours():
    (reminder,) = closed_a_day_ago().reminders()
    assert reminder.text == "us-1: time for the sync, within the next day; there were grace, ada"
    assert closed_a_day_ago(Uneventful(T0 + 140, "us-1", "ada")).reminders() == []


def test_minor_can_wait_for_working_hours():
    checks = [watch("us/app", owners=("infra",), critical=False), *CONTROLS]
    routes = {Duty.PAGE: ("pager",), Duty.ROOM: ("room",), Duty.INVITE: ("room",)}
    night = WorkingHours(days=frozenset())
    story = Story(policy=make_policy(checks, routes=routes, working_hours=night))
    story.play(broken("us/app"), 300)
    assert [effect.duty for effect in story.effects] == [Duty.ROOM]


def test_incident_by_anyone():
    story = Story().play(broken("us/app"), 120)
    story.tell(Declared(T0 + 121, "us", "carol", "nothing loads"))
    assert set(story.state.incidents) == {"us-1"}
    assert story.incident().there == ("carol",)


def test_the_page_says_who_is_on_call_and_who_took_it(told: Told):
    assert told.incident["incident"]["on_call"] == [{"name": "Ada Lovelace"}]
    assert told.incident["incident"]["acknowledged_by"] == "Ada Lovelace"
    assert "On call: Ada Lovelace" in said(told)
