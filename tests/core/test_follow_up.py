"""What is done after the end: the document, and the sync."""

from checker.core.events import Closed, Documented, Joined, SyncTaken, Uneventful
from checker.core.model import Duty
from tests.core.story import T0, Story, broken, make_policy

ROUTES = {Duty.POST: ("room",), Duty.DOCUMENT: ("room",)}
DAY_S = 86_400.0


def closed() -> Story:
    played = Story(policy=make_policy(routes=ROUTES)).play(broken("us/app"), 120)
    played.tell(Joined(T0 + 130, "us-1", "grace"))
    played.tell(Closed(T0 + 140, "us-1", "ada", "disk", "grew it"))
    return played


def test_the_document_goes_where_people_met():
    played = closed()
    played.tell(Documented(T0 + 141, "us-1", "# us-1\n"))
    (effect,) = played.asked(Duty.DOCUMENT)
    assert effect.responder == "room"
    assert effect.payload == {
        "name": "us-1.md",
        "title": "Incident us-1: what happened, for the analysis",
        "text": "# us-1\n",
    }


def test_a_document_of_what_is_not_over_is_none():
    played = Story(policy=make_policy(routes=ROUTES)).play(broken("us/app"), 120)
    played.tell(Documented(T0 + 141, "us-1", "# us-1\n"))
    played.tell(Documented(T0 + 141, "us-9", "# us-9\n"))
    assert played.asked(Duty.DOCUMENT) == []


def test_the_reminder_of_the_sync_names_who_was_there_and_calls_whoever_schedules_it():
    played = closed()
    played.tick(140 + DAY_S)
    notice = played.asked(Duty.POST)[-1].payload["notice"]
    assert notice["title"] == "us-1: time for the sync, within the next day; there were grace, ada"
    assert notice["attention"] == "sync"
    assert [a["say"] for a in notice["actions"]] == ["sync us-1", "uneventful us-1"]


def test_whoever_takes_the_sync_is_named_and_nobody_is_reminded_any_more():
    played = closed()
    played.tell(SyncTaken(T0 + 200, "us-1", "tim"))
    assert played.entries[-1].text == "tim will schedule the sync"
    played.tick(140 + 2 * DAY_S)
    assert played.reminders() == []


def test_an_uneventful_incident_needs_no_sync():
    played = closed()
    played.tell(Uneventful(T0 + 200, "us-1", "ada"))
    played.tick(140 + 2 * DAY_S)
    assert played.reminders() == []


def test_the_end_has_no_buttons():
    assert closed().asked(Duty.POST)[-1].payload["notice"]["actions"] == []


def test_a_live_incident_offers_what_a_person_may_do_and_not_what_is_done():
    played = Story().play(broken("us/app"), 120)
    says = [a["say"] for a in played.asked(Duty.ROOM)[0].payload["notice"]["actions"]]
    assert says == ["lead us-1", "join us-1", "close us-1", "cancel us-1"]
