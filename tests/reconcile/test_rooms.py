"""Rooms: each way in which the ledger and Slack can differ."""

from __future__ import annotations

from dataclasses import replace

from checker.core.events import Noted
from checker.core.model import Duty
from checker.reconcile.ledger import Ledger
from checker.reconcile.rooms import opening, room
from checker.responders.contract_seen import RoomSeen
from checker.store.rows import Fate
from tests.core.story import T0, Story
from tests.reconcile.books import NOW, ended_story, ledger_of, open_story, room_of


def noted() -> Story:
    story = open_story()
    for number in range(3):
        story.tell(Noted(T0 + 200 + number, "us-1", "ada", f"tried {number}"))
    return story


def found(ledger: Ledger, seen: RoomSeen | None) -> list:
    made = opening(ledger, "slack")
    assert made is not None
    return list(room(ledger, made, seen, NOW))


def without(seen: RoomSeen, *ts: str) -> RoomSeen:
    return replace(seen, said={t: mark for t, mark in seen.said.items() if t not in ts})


def test_a_room_in_which_all_stands_is_as_it_should_be():
    ledger = ledger_of(noted())
    assert len(room_of(ledger).said) == 5
    assert found(ledger, room_of(ledger)) == []


def test_what_people_say_there_is_their_own():
    ledger = ledger_of(noted())
    seen = room_of(ledger)
    assert found(ledger, replace(seen, said={**seen.said, "500.0": ""})) == []


def test_a_room_that_is_gone_is_made_anew():
    (one,) = found(ledger_of(noted()), None)
    assert one.says == "the room of us-1 is not in slack any more, and us-1 is open."
    assert [(e.id, e.duty) for e in one.effects] == [("us-1/room/1~1@slack", Duty.ROOM)]


def test_a_room_of_what_is_over_may_be_put_away():
    ledger = ledger_of(ended_story())
    assert found(ledger, None) == []
    assert found(ledger, room_of(ledger, is_archived=True)) == []


def test_a_room_that_was_archived_is_for_a_person_to_open_again():
    (one,) = found(ledger_of(noted()), room_of(ledger_of(noted()), is_archived=True))
    assert one.says == "#inc-us-1 is archived, and us-1 is open: nothing can be said there."
    assert (one.to_do, one.can_be_mended) == ("Un-archive it in slack.", False)


def test_a_summary_that_is_gone_is_said_anew():
    ledger = ledger_of(noted())
    (one,) = found(ledger, without(room_of(ledger), "100.0"))
    assert one.says == "the summary of us-1 does not stand in #inc-us-1 any more."
    assert one.renews
    assert one.effects == ()


def test_messages_that_somebody_deleted_are_counted_and_left_alone():
    ledger = ledger_of(noted())
    posts = [t for t in room_of(ledger).said if t != "100.0"]
    (one,) = found(ledger, without(room_of(ledger), *posts[:2]))
    assert one.says == "#inc-us-1 lacks 2 messages of us-1: somebody deleted what was said."
    assert one.to_do == ""


def test_where_not_all_was_read_nothing_is_missed():
    ledger = ledger_of(noted())
    assert found(ledger, room_of(ledger, said={}, is_whole=False)) == []


def test_what_stands_there_twice_is_said():
    ledger = ledger_of(noted())
    seen = room_of(ledger)
    (one,) = found(ledger, replace(seen, said={**seen.said, "900.0": "us-1/room/1@slack"}))
    assert one.says == "#inc-us-1 holds 1 message of us-1 twice."


def test_messages_that_the_store_does_not_know_are_said():
    ledger = ledger_of(noted())
    seen = room_of(ledger)
    (one,) = found(ledger, replace(seen, said={**seen.said, "900.0": "us-1/post/77@slack"}))
    assert one.says.startswith("#inc-us-1 holds 1 message of us-1 that the store does not know")


def test_a_room_that_was_not_made_is_not_looked_for():
    for fate in (Fate.PENDING, Fate.REFUSED):
        assert opening(ledger_of(noted(), room=fate), "slack") is None
    assert opening(ledger_of(noted()), "another") is None
