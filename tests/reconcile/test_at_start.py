"""What the daemon does of itself: compares once each time that it begins to lead, says so, and mends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from structlog.testing import capture_logs

from checker.core.model import State
from checker.readback import Situation
from checker.reconcile.at_start import SETTLE_S, Reconciliation
from checker.responders.contract import PageState, Responder, Shown, Unread
from checker.store.faults import StoreUnavailable
from tests.reconcile.books import (
    KEY,
    NOW,
    POLICY,
    Books,
    Pager,
    Rooms,
    ledger_of,
    open_story,
    room_of,
)

RINGS = Shown(PageState.TRIGGERED, "Grace Hopper")


class Term:
    """Who leads when: a list of seconds at which that changes. Ends the run after the last."""

    def __init__(self, *changes: float) -> None:
        self.now = 0.0
        self.changes = changes

    @property
    def leads(self) -> bool:
        return sum(at <= self.now for at in self.changes) % 2 == 0

    async def pause(self, seconds: float) -> None:
        self.now += seconds
        if self.now > 1000:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


def looking(
    books: Books, responders: Mapping[str, Responder], term: Term | None = None
) -> Reconciliation:
    term = term or Term()
    return Reconciliation(
        books,
        lambda: Situation(responders, POLICY, State()),
        lambda: term.leads,
        clock=lambda: NOW,
        pause=term.pause,
    )


async def told(books: Books, **responders: Responder) -> list:
    with capture_logs() as logged:
        await looking(books, responders).once()
    return logged


async def test_it_says_that_all_is_there():
    ledger = ledger_of(open_story())
    seen = {"pager": Pager({KEY: RINGS}), "slack": Rooms(room_of(ledger))}
    assert await told(Books([ledger]), **seen) == [
        {
            "event": "the ledger agrees with the world",
            "log_level": "info",
            "pages": 1,
            "rooms": 1,
        }
    ]


async def test_it_says_each_difference_and_what_to_do():
    ledger = ledger_of(open_story())
    (line,) = await told(Books([ledger]), pager=Pager(), slack=Rooms(room_of(ledger)))
    assert line["event"] == "the ledger and the world differ"
    assert (line["incident"], line["responder"]) == ("us-1", "pager")
    assert "perhaps nobody was rung" in line["what"]
    assert line["to_do"].endswith("sends it again.")


async def test_whoever_does_not_answer_is_said():
    pager = Pager(Unread("PagerDuty answered 500"))
    (line,) = await told(Books(), pager=pager)
    assert line["event"] == "the ledger cannot be compared"


async def test_whoever_cannot_be_asked_is_no_agreement():
    ledger = ledger_of(open_story())
    pager = Pager(reads_every_s=None, open=Unread("it has no rest_token"))
    assert await told(Books([ledger]), pager=pager, slack=Rooms(room_of(ledger))) == [
        {
            "event": "somebody was not asked",
            "log_level": "info",
            "responder": "pager",
            "why": "it has no rest_token",
            "not_compared": "1 page of us-1",
        }
    ]


async def test_a_store_that_is_away_ends_nothing():
    class Away(Books):
        async def incidents(self, limit: int = 50) -> list:
            raise StoreUnavailable("the disk is full")

    (line,) = await told(Away())
    assert line["event"] == "the ledger cannot be read"


@pytest.mark.parametrize(
    ("changes", "times"),
    [
        ((), 1),
        ((0.0,), 0),  # another leads
        ((SETTLE_S / 2,), 0),  # we led for too short a time
        ((200.0, 300.0), 2),
        ((0.0, 500.0), 1),  # it fell to us later
    ],
)
async def test_it_looks_once_each_time_that_it_begins_to_lead(
    changes: tuple[float, ...], times: int
):
    with capture_logs() as logged, pytest.raises(asyncio.CancelledError):
        await looking(Books(), {}, Term(*changes)).run()
    assert [line["event"] for line in logged] == ["the ledger agrees with the world"] * times


async def test_it_asks_nobody_before_what_was_left_undone_had_its_time():
    term, pager = Term(SETTLE_S - 1), Pager()
    with pytest.raises(asyncio.CancelledError):
        await looking(Books([ledger_of(open_story())]), {"pager": pager}, term).run()
    assert pager.asked == []
