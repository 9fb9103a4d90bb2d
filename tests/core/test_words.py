"""What people say, and what is said to them again."""

import pytest

from checker.core.events import (
    Cancelled,
    Closed,
    Declared,
    Led,
    Noted,
    SeveritySet,
    StatusSaid,
    Uneventful,
)
from checker.core.incident import IllegalMove
from checker.core.model import Duty, Phase, Severity
from checker.core.words import UnknownTarget
from tests.core.story import T0, Story, broken, fine


def declared(at: float = 0.0) -> Story:
    story = Story().play(fine, 5)
    story.tell(Declared(T0 + at, "us", "ada", "exports are empty"))
    return story


def open_incident() -> Story:
    return Story().play(broken("us/app"), 120)


def test_whoever_declares_leads_pages_and_gets_a_room():
    story = declared()
    incident = story.incident()
    assert (incident.lead, incident.severity) == ("ada", Severity.MAJOR)
    assert [e.duty for e in story.effects] == [Duty.PAGE, Duty.ROOM]
    assert story.effects[0].payload["summary"] == "MAJOR us-1: exports are empty at us"


def test_the_opening_message_says_who_declared_it_and_what():
    notice = declared().asked(Duty.ROOM)[0].payload["notice"]
    lines = {line["label"]: line["text"] for line in notice["lines"]}
    assert lines["What is wrong"] == "exports are empty"
    assert lines["Since"].endswith("declared by ada")


def test_what_a_person_declared_is_not_ended_by_looks_that_pass():
    story = declared().play(fine, 1200)
    assert story.incident().phase is Phase.OPEN


def test_what_fails_later_joins_what_a_person_declared():
    story = declared().play(broken("us/app"), 120)
    assert set(story.state.incidents) == {"us-1"}
    assert story.said() == ["declared", "joined", "escalated"]


def test_declaring_what_is_open_already_joins_it():
    story = open_incident()
    story.tell(Declared(T0 + 121, "us", "ada", "the app is down"))
    assert set(story.state.incidents) == {"us-1"}
    assert story.entries[-1].text == "ada joins us-1: the app is down"


def test_declaring_where_nothing_is_watched_names_the_targets():
    with pytest.raises(UnknownTarget, match="there are: us, eu"):
        Story().tell(Declared(T0, "mars", "ada", "dust"))


def test_the_machines_incident_is_led_by_whoever_takes_it():
    story = open_incident()
    assert story.incident().lead == ""
    story.tell(Led(T0 + 121, "us-1", "ada", "ada"))
    assert story.incident().lead == "ada"
    assert story.entries[-1].text == "ada leads us-1"


def test_handing_the_lead_over_is_in_the_timeline():
    story = declared()
    story.tell(Led(T0 + 10, "us-1", "ada", "bob"))
    assert story.entries[-1].text == "bob leads us-1, handed over by ada"


def test_nobody_leading_is_said_every_ten_minutes_and_then_no_more():
    story = open_incident().play(broken("us/app"), 9000)
    reminders = story.reminders()
    assert len(reminders) == 6
    assert round(reminders[1].at - reminders[0].at) == 600


def test_a_lead_ends_the_reminders():
    story = open_incident()
    story.tell(Led(T0 + 121, "us-1", "ada", "ada"))
    story.play(broken("us/app"), 3000)
    assert story.reminders() == []


def test_a_note_is_a_line_of_the_timeline_and_a_post():
    story = open_incident()
    story.tell(Noted(T0 + 121, "us-1", "ada", "restarted the pods"))
    assert story.entries[-1].text == "ada: restarted the pods"
    post = story.asked(Duty.POST)[-1].payload["notice"]
    assert (post["title"], post["lines"]) == ("ada: restarted the pods", [])


def test_a_note_leaves_the_summary_as_it_is():
    story = open_incident()
    before = len(story.asked(Duty.SUMMARY))
    story.tell(Noted(T0 + 121, "us-1", "ada", "restarted the pods"))
    assert len(story.asked(Duty.SUMMARY)) == before


def test_a_status_is_in_the_summary():
    story = open_incident()
    story.tell(StatusSaid(T0 + 121, "us-1", "ada", "a fix is on its way"))
    lines = {
        x["label"]: x["text"] for x in story.asked(Duty.SUMMARY)[-1].payload["notice"]["lines"]
    }
    assert lines["Status"] == "a fix is on its way"


def test_a_severity_that_a_person_sets_is_said_with_their_name():
    story = open_incident()
    story.tell(SeveritySet(T0 + 121, "us-1", "ada", Severity.MINOR))
    assert story.entries[-1].text == "ada says us-1 is minor"


def test_a_note_can_be_taken_after_the_end():
    story = open_incident()
    story.tell(Closed(T0 + 121, "us-1", "ada", "c", "f"))
    story.tell(Noted(T0 + 122, "us-1", "bob", "the dashboard was wrong"))
    assert story.entries[-1].what == "note"


def test_nobody_leads_what_has_ended():
    story = open_incident()
    story.tell(Cancelled(T0 + 121, "us-1", "ada", "a test"))
    with pytest.raises(IllegalMove, match="cannot lead an incident that is cancelled"):
        story.tell(Led(T0 + 122, "us-1", "bob", "bob"))


def ended() -> Story:
    story = open_incident()
    story.tell(Led(T0 + 121, "us-1", "ada", "ada"))
    story.tell(Closed(T0 + 130, "us-1", "bob", "c", "f"))
    return story


def test_a_day_after_the_end_the_sync_is_spoken_of_once():
    story = ended()
    story.tick(24 * 3600)
    assert story.reminders() == []
    story.tick(24 * 3600 + 131)
    story.tick(24 * 3600 + 132)
    assert len(story.reminders()) == 1
    assert story.entries[-1].text == (
        "us-1: time for the sync, within the next day; there were ada, bob"
    )


def test_an_uneventful_incident_needs_no_sync():
    story = ended()
    story.tell(Uneventful(T0 + 140, "us-1", "ada"))
    story.tick(24 * 3600 + 131)
    assert story.reminders() == []


def test_the_sync_is_spoken_of_though_another_incident_came():
    story = ended()
    story.tell(Declared(T0 + 200, "us", "ada", "again"))
    story.tick(24 * 3600 + 131)
    assert [e.incident for e in story.entries if "sync" in e.text] == ["us-1"]


def test_what_ended_long_ago_makes_room():
    story = ended()
    story.tell(Declared(T0 + 49 * 3600, "us", "ada", "again"))
    assert set(story.state.incidents) == {"us-2"}


def test_declaring_what_is_seen_to_fail_already_rings_once_at_its_severity():
    story = Story().play(broken("us/app"), 120)
    story.tell(Cancelled(T0 + 120, "us-1", "ada", "a test"))
    story.tell(Declared(T0 + 130, "us", "bob", "it is really down"))
    story.play(broken("us/app"), 60)
    assert story.incident("us-2").severity is Severity.CRITICAL
    assert [e.payload["key"] for e in story.asked(Duty.PAGE)][1:] == ["posthog-checker/us-2/1"]
