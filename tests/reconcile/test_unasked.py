"""Who could not be asked is said, with what was not compared for it: silence is no agreement."""

from __future__ import annotations

from dataclasses import replace

from checker.core.model import Duty
from checker.reconcile.command import told
from checker.reconcile.comparison import compare
from checker.reconcile.difference import Found, Unasked
from checker.reconcile.ledger import Ledger
from checker.responders.contract import Responder, Unread
from checker.store.rows import Fate
from tests.reconcile.books import (
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

TOKENLESS = Pager(reads_every_s=None, open=Unread("it has no rest_token"))


def paged(**fates: Fate) -> Ledger:
    """An open incident, the page of which left a receipt as PagerDuty's do."""
    ledger = ledger_of(open_story(), **fates)
    effects = tuple(
        replace(one, receipt={"status": "accepted"}) if one.effect.duty is Duty.PAGE else one
        for one in ledger.effects
    )
    return replace(ledger, effects=effects)


async def found(ledger: Ledger, off: dict[str, str] | None = None, **all_: Responder) -> Found:
    return await compare(Books([ledger]), all_, POLICY, NOW, off or {})


async def test_a_pager_without_a_token_is_said_with_the_page_that_it_took():
    ledger = paged()
    seen = await found(ledger, pager=TOKENLESS, slack=Rooms(room_of(ledger)))
    assert seen.unasked == (Unasked("pager", "it has no rest_token", ("us-1",), pages=1),)
    assert seen.wants_somebody
    assert list(told(seen)) == [
        "pager was not asked: it has no rest_token; 1 page of us-1 was not compared.\n"
        "    Look there yourself.",
        "Looked at: 0 pages, 1 room; found: 0 differences.",
    ]


async def test_the_page_of_what_is_over_may_still_ring():
    ledger = ledger_of(ended_story())
    seen = await found(ledger, pager=TOKENLESS, slack=Rooms(room_of(ledger)))
    assert [one.held for one in seen.unasked] == ["1 page of us-1"]


async def test_a_pager_without_a_token_that_took_nothing_is_no_matter():
    ledger = paged(page=Fate.REFUSED, room=Fate.REFUSED)
    seen = await found(ledger, pager=TOKENLESS, slack=Rooms())
    assert seen.unasked == ()


async def test_whoever_is_off_is_said_with_what_it_did_and_why_it_is_off():
    seen = await found(paged(), {"pager": "PAGERDUTY_ROUTING_KEY is not set"})
    assert [one.says for one in seen.unasked] == [
        "pager was not asked: it is off (PAGERDUTY_ROUTING_KEY is not set); 1 page of us-1 was not compared.",
        "slack was not asked: it is off, or not in the config any more; 1 room of us-1 was not compared.",
    ]
    assert seen.wants_somebody


async def test_a_room_of_what_is_over_is_nobody_s_loss():
    assert (await found(ledger_of(ended_story()), pager=Pager())).unasked == ()


async def test_what_was_only_printed_is_nowhere_to_be_looked_at():
    ledger = ledger_of(open_story())
    printed = tuple(replace(one, receipt=None) for one in ledger.effects)
    assert await found(replace(ledger, effects=printed)) == Found()


def test_many_incidents_are_counted():
    ids = tuple(f"us-{n}" for n in range(1, 8))
    held = Unasked("pager", "it is off", ids, pages=7, rooms=2).held
    assert held == "7 pages and 2 rooms of us-1, us-2, us-3, us-4, us-5 and 2 more"
