"""One comparison over everything recent, with those who can be asked: bounded, and it only reads."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from checker.core.model import Duty, Incident
from checker.reconcile.comparison import INCIDENTS_MAX, LOOKED_UP_MAX, compare
from checker.reconcile.difference import Found, Unseen
from checker.reconcile.ledger import Ledger
from checker.reconcile.refused import refused
from checker.responders.contract import PageState, Responder, Shown, Unread
from checker.store.faults import StoreUnavailable
from checker.store.rows import Fate
from tests.core.story import T0
from tests.reconcile.books import (
    KEY,
    NOW,
    POLICY,
    Books,
    Pager,
    Rooms,
    ended_story,
    ledger_of,
    open_story,
    room_of,
)

RINGS = Shown(PageState.TRIGGERED, "Grace Hopper")


async def found(books: Books, at: float = NOW, **responders: Responder) -> Found:
    return await compare(books, responders, POLICY, at)


def numbered(ledger: Ledger, number: int, **changes: object) -> Ledger:
    """The same incident under another id."""
    incident: Incident = replace(ledger.incident, id=f"us-{number}", **changes)  # type: ignore[arg-type]
    effects = [
        replace(
            one,
            effect=replace(
                one.effect,
                id=one.effect.id.replace("us-1/", f"us-{number}/"),
                incident=incident.id,
                payload={
                    **one.effect.payload,
                    **(
                        {"key": KEY.replace("us-1", incident.id)}
                        if "key" in one.effect.payload
                        else {}
                    ),
                },
            ),
        )
        for one in ledger.effects
    ]
    return Ledger(incident, tuple(effects))


async def test_where_all_is_as_the_ledger_says_there_is_no_difference():
    ledger = ledger_of(open_story())
    seen = await found(Books([ledger]), pager=Pager({KEY: RINGS}), slack=Rooms(room_of(ledger)))
    assert seen == Found(pages=1, rooms=1)
    assert not seen.wants_somebody


async def test_a_page_that_does_not_show_as_open_is_asked_for_by_itself():
    pager = Pager()
    seen = await found(Books([ledger_of(open_story())]), pager=pager)
    assert pager.asked == [KEY]
    assert [one.effects[0].duty for one in seen.differences] == [Duty.PAGE]
    assert seen.wants_somebody


async def test_a_page_of_what_ended_long_ago_is_found_by_its_key():
    old = ledger_of(ended_story())
    books, later = Books([old]), NOW + 30 * 86400
    assert await found(books, later, pager=Pager()) == Found()
    seen = await found(books, later, pager=Pager({KEY: RINGS}))
    assert [one.effects[0].duty for one in seen.differences] == [Duty.RESOLVE]


async def test_what_is_on_its_way_is_counted_and_not_compared():
    ledger = ledger_of(open_story(), page=Fate.SENDING, room=Fate.PENDING)
    rooms = Rooms()
    seen = await found(Books([ledger]), pager=Pager(), slack=rooms)
    assert (seen.differences, seen.waiting, rooms.looks) == ((), 2, 0)


@pytest.mark.parametrize("unread", [Unread("PagerDuty answered 500"), None])
async def test_whoever_does_not_show_what_it_holds_is_said_and_stops_nobody(unread: Unread | None):
    ledger = ledger_of(open_story())
    pager = Pager(open=unread) if unread else Pager(ended={KEY: Unread("PagerDuty answered 500")})
    seen = await found(Books([ledger]), pager=pager, slack=Rooms(None))
    assert seen.unseen == (Unseen("pager", "PagerDuty answered 500"),)
    assert [one.responder for one in seen.differences] == ["slack"]
    assert seen.wants_somebody


async def test_a_slack_that_does_not_say_is_asked_about_no_other_room():
    rooms = Rooms(Unread("Slack asks us to wait", 30.0))
    ledger = ledger_of(open_story())
    seen = await found(Books([ledger, numbered(ledger, 2)]), slack=rooms)
    assert (seen.unseen, rooms.looks) == ((Unseen("slack", "Slack asks us to wait"),), 1)


async def test_a_responder_that_breaks_is_no_answer():
    class Broken(Pager):
        async def open_pages(self, deployment):
            raise RuntimeError("xoxb-secret")

    seen = await found(Books([ledger_of(open_story())]), pager=Broken())
    assert seen.unseen == (Unseen("pager", "the responder broke: RuntimeError"),)


async def test_a_responder_that_hangs_is_not_waited_for():
    class Hanging(Pager):
        async def open_pages(self, deployment):
            async with asyncio.timeout(0):  # as if its fifteen seconds were over
                await asyncio.Event().wait()

    seen = await found(Books(), pager=Hanging())
    assert seen.unseen == (Unseen("pager", "no answer within 15 s"),)


async def test_so_many_incidents_and_pages_are_looked_at_and_no_more():
    ledger = ledger_of(open_story())
    books = Books([numbered(ledger, n) for n in range(1, 51)])
    pager, rooms = Pager(), Rooms(room_of(ledger))
    await found(books, pager=pager, slack=rooms)
    assert (len(pager.asked), rooms.looks) == (LOOKED_UP_MAX, INCIDENTS_MAX)


async def test_live_ones_come_before_those_that_ended():
    ended = [numbered(ledger_of(ended_story()), n, closed_at=NOW) for n in range(100, 140)]
    live = numbered(ledger_of(open_story()), 1)
    rooms = Rooms(None)
    seen = await found(Books([*ended, live]), slack=rooms)
    assert [one.incident for one in seen.differences] == ["us-1"]


async def test_a_store_that_is_away_is_for_whoever_asked():
    class Away(Books):
        async def incidents(self, limit: int = 50) -> list[Incident]:
            raise StoreUnavailable("the disk is full")

    with pytest.raises(StoreUnavailable):
        await found(Away())


# ── what was refused ──────────────────────────────────────────────────────────────────────────


def test_what_was_refused_and_is_wanted_is_tried_again():
    (one,) = refused(ledger_of(open_story(), room=Fate.REFUSED), "slack", NOW)
    assert one.says == "us-1/room/1@slack was refused: no such channel"
    assert one.to_do.startswith("Mend what it says; then ")
    assert [effect.id for effect in one.effects] == ["us-1/room/1~1@slack"]


def test_a_page_that_was_refused_is_tried_again_while_it_fails():
    ledger = ledger_of(open_story(), page=Fate.REFUSED)
    assert [one.effects[0].duty for one in refused(ledger, "pager", NOW)] == [Duty.PAGE]
    recovered = replace(ledger.incident, phase="recovered", recovered_at=T0 + 500)
    assert list(refused(replace(ledger, incident=recovered), "pager", NOW)) == []


def test_what_is_over_lacks_nothing_but_what_customers_still_read():
    story = ended_story()
    assert list(refused(ledger_of(story, room=Fate.REFUSED), "slack", NOW)) == []
    withdrawn = replace(
        story.effects[0], id="us-1/withdraw/1@banner", responder="banner", duty=Duty.WITHDRAW
    )
    story.effects.append(withdrawn)
    (one,) = refused(ledger_of(story, withdraw=Fate.REFUSED), "banner", NOW)
    assert (one.to_do, one.can_be_mended) == ("Take it back there, by hand.", False)


def test_a_summary_that_was_refused_is_said_anew_by_itself():
    assert list(refused(ledger_of(open_story(), summary=Fate.REFUSED), "slack", NOW)) == []
