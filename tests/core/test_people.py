"""Who is asked into the room, when, and how often."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from checker.core.events import Acknowledged, Closed, Joined, OnCallSeen, PageConfirmed, SeveritySet
from checker.core.model import Duty, Person, Severity
from checker.core.people import ON_CALL_MAX
from checker.core.rules import WorkingHours
from tests.core.story import CONTROLS, T0, Story, broken, make_policy, watch

ADA = Person("Ada Lovelace", "ada@example.com")
GRACE = Person("Grace Hopper")
NIGHT = WorkingHours(days=frozenset())  # nobody ever works
# T0 is a Tuesday, 22:13:20 UTC.
LATER_TODAY = WorkingHours(begins_min=22 * 60 + 30, ends_min=23 * 60)


def story(**more: object) -> Story:
    checks = [watch("us/app", owners=("infra",)), watch("us/flags", owners=("flags", "infra"))]
    routes = dict.fromkeys((Duty.ROOM, Duty.POST, Duty.SUMMARY, Duty.INVITE), ("room",))
    return Story(policy=make_policy([*checks, *CONTROLS], routes=routes, **more))


def minor_policy(hours: WorkingHours):
    checks = [watch("us/app", owners=("infra",), critical=False), *CONTROLS]
    routes = dict.fromkeys((Duty.ROOM, Duty.POST, Duty.SUMMARY, Duty.INVITE), ("room",))
    return make_policy(checks, routes=routes, working_hours=hours)


def asked(played: Story) -> list[dict]:
    return [effect.payload for effect in played.asked(Duty.INVITE)]


def on_call(played: Story, *people: Person) -> None:
    played.tell(OnCallSeen(T0 + 200, "us-1", "pagerduty", people))


def test_the_owners_of_what_fails_are_asked_in_as_soon_as_there_is_a_room():
    played = story().play(broken("us/app"), 120)
    assert [(p["always"], p["owners"], p["people"]) for p in asked(played)] == [
        (True, ["infra"], [])
    ]
    assert asked(played)[0]["why"] == "CRITICAL us-1: app down at us"
    duties = [effect.duty for effect in played.effects]
    assert duties.index(Duty.ROOM) < duties.index(Duty.INVITE)


def test_what_fails_later_brings_in_only_whoever_is_not_there():
    played = story().play(broken("us/app"), 120).play(broken("us/app", "us/flags"), 120)
    assert [(p["always"], p["owners"]) for p in asked(played)] == [
        (True, ["infra"]),
        (False, ["flags"]),
    ]


def test_whoever_is_on_call_is_asked_in_once():
    played = story().play(broken("us/app"), 120)
    on_call(played, ADA, GRACE)
    on_call(played, ADA, GRACE)
    played.tick(300)
    assert [p["people"] for p in asked(played)][1:] == [
        [
            {"name": "Ada Lovelace", "email": "ada@example.com"},
            {"name": "Grace Hopper", "email": ""},
        ]
    ]


def test_whoever_takes_over_the_shift_is_asked_in_too():
    played = story().play(broken("us/app"), 120)
    on_call(played, ADA)
    on_call(played, GRACE)
    assert [[who["name"] for who in p["people"]] for p in asked(played)][1:] == [
        ["Ada Lovelace"],
        ["Grace Hopper"],
    ]


def test_the_summary_names_who_is_on_call():
    played = story().play(broken("us/app"), 120)
    on_call(played, ADA, GRACE)
    lines = played.asked(Duty.SUMMARY)[-1].payload["notice"]["lines"]
    assert {"label": "On call", "text": "Ada Lovelace, Grace Hopper"} in lines


def test_nobody_on_call_is_said_aloud():
    played = story().play(broken("us/app"), 120)
    on_call(played, ADA)
    on_call(played)
    assert played.asked(Duty.POST)[-1].payload["notice"]["title"] == (
        "nobody is on call, says pagerduty"
    )


def test_that_nobody_is_on_call_is_said_at_the_first_asking_and_once():
    played = story().play(broken("us/app"), 120)
    on_call(played)
    on_call(played)
    said = [e.payload["notice"]["title"] for e in played.asked(Duty.POST)]
    assert said.count("nobody is on call, says pagerduty") == 1


def test_no_more_than_a_room_full_is_asked_in():
    played = story().play(broken("us/app"), 120)
    on_call(played, *(Person(f"p{n}") for n in range(ON_CALL_MAX + 5)))
    assert len(asked(played)[-1]["people"]) == ON_CALL_MAX


def test_who_is_on_call_for_an_incident_of_long_ago_is_no_news():
    played = story()
    on_call(played, ADA)
    assert played.effects == []


def test_a_minor_incident_outside_working_hours_asks_nobody():
    played = Story(policy=minor_policy(NIGHT)).play(broken("us/app"), 300)
    on_call(played, ADA)
    assert played.asked(Duty.ROOM)
    assert asked(played) == []


def test_a_minor_incident_asks_people_in_when_working_hours_begin():
    played = Story(policy=minor_policy(LATER_TODAY)).play(broken("us/app"), 300)
    assert asked(played) == []
    played.tick(1100)
    assert [p["owners"] for p in asked(played)] == [["infra"]]


def test_of_a_minor_incident_nobody_is_reminded_before_working_hours_begin():
    played = Story(policy=minor_policy(LATER_TODAY)).play(broken("us/app"), 900)
    assert played.reminders() == []
    played.play(broken("us/app"), 400)  # 22:34:00
    assert [reminder.text for reminder in played.reminders()] == ["us-1: nobody leads yet"]
    played.play(broken("us/app"), 600)
    assert len(played.reminders()) == 2


def test_nobody_is_called_at_night_to_a_sync_about_a_minor_incident():
    played = Story(policy=minor_policy(LATER_TODAY)).play(broken("us/app"), 300)
    played.tell(Closed(T0 + 310, "us-1", "ada", "disk", "grew it"))  # 22:18:30
    day_s = 86_400.0
    played.tick(310 + day_s)
    assert played.reminders() == []
    played.tick(310 + day_s + 720)  # 22:30:30
    assert "time for the sync" in played.reminders()[0].text


def test_raising_a_minor_incident_asks_people_in_at_any_hour():
    played = Story(policy=minor_policy(NIGHT)).play(broken("us/app"), 300)
    played.tell(SeveritySet(T0 + 301, "us-1", "ada", Severity.MAJOR))
    assert [p["owners"] for p in asked(played)] == [["infra"]]


@pytest.mark.parametrize(
    ("at", "works"),
    [
        ("2026-11-23 09:00", True),  # a Monday
        ("2026-11-23 08:59", False),
        ("2026-11-23 17:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-22 12:00", False),  # a Sunday
    ],
)
def test_working_hours_hold_from_the_first_minute_to_the_last_one(at, works):
    when = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    assert WorkingHours().hold(when) is works


def test_working_hours_are_those_of_their_own_zone():
    east = WorkingHours(zone=timezone(timedelta(hours=2)))
    assert east.hold(datetime(2026, 11, 23, 7, 0, tzinfo=UTC).timestamp())


def test_the_summary_names_whom_the_page_rings_and_who_took_it():
    played = Story(policy=make_policy(confirms=frozenset({"out"}))).play(broken("us/app"), 120)
    played.tell(PageConfirmed(T0 + 121, "us-1", "out", 1, "Ada Lovelace"))
    played.tell(Acknowledged(T0 + 122, "us-1", "Ada Lovelace"))
    lines = played.asked(Duty.SUMMARY)[-1].payload["notice"]["lines"]
    (paged,) = [line["text"] for line in lines if line["label"] == "Paged"]
    assert paged == (
        "page 1 rings Ada Lovelace; acknowledged by Ada Lovelace at 2023-11-14 22:15:22 UTC"
    )


def test_whoever_joins_is_there_and_named_once():
    played = story().play(broken("us/app"), 120)
    for at in (121, 122):
        played.tell(Joined(T0 + at, "us-1", "ada"))
    assert played.incident().there == ("ada",)
    assert played.entries[-1].text == "ada joins us-1"


def test_the_names_of_those_who_were_there_are_bounded():
    played = story().play(broken("us/app"), 120)
    for number in range(60):
        played.tell(Joined(T0 + 121, "us-1", f"p{number}"))
    assert len(played.incident().there) == 50
