"""Nobody acts who does not lead."""

from __future__ import annotations

import asyncio

from checker.responders.contract import Later
from checker.store.faults import Fenced
from tests.delivery.hands import Held, Scripted, Stage, calm, effect, pending

PAGE = "us-1/page/1@pager"


class Seat:
    def __init__(self) -> None:
        self.ours = True
        self.told = False

    def holds(self) -> bool:
        return self.ours

    def lost(self) -> None:
        self.ours, self.told = False, True


def staged(pager: Scripted) -> tuple[Stage, Seat]:
    on, seat = Stage(pager=pager), Seat()
    on.delivery.seat = seat
    return on, seat


class Fence:
    """Marks that are another's to make."""

    def __getattr__(self, word):
        async def mark(*_):
            raise Fenced("another leads")

        return mark


async def test_whoever_leads_acts():
    on, _ = staged(pager := Scripted())
    async with on:
        await on.put(effect(PAGE))
        assert pager.asked == [PAGE]
        assert on.book.of("confirmed") == [PAGE]


async def test_a_try_that_is_fenced_is_not_made_and_the_seat_is_told():
    on, seat = staged(pager := Scripted())
    on.delivery._marks = Fence()
    async with on:
        await on.put(effect(PAGE))
        assert (pager.asked, seat.told) == ([], True)
        assert [waiting.effect.id for waiting in on.delivery.waiting()] == [PAGE]


async def test_who_was_frozen_after_the_mark_does_not_send():
    on, seat = staged(pager := Scripted())
    seat.ours = False
    async with on:
        await on.put(effect(PAGE))
        assert on.book.of("sending") == [PAGE]
        assert pager.asked == []


async def test_while_the_store_is_away_and_the_seat_is_ours_a_page_goes_out():
    on, _ = staged(pager := Scripted())
    on.book.full = True
    async with on:
        await on.put(effect(PAGE))
        assert pager.asked == [PAGE]


async def test_what_is_forgotten_is_tried_no_more():
    on, _ = staged(pager := Scripted(Later("busy")))
    async with on:
        await on.put(effect(PAGE))
        on.delivery.forget()
        await on.time.move(3600)
        assert pager.asked == [PAGE]
        assert on.delivery.waiting() == []


async def test_a_try_under_way_ends_and_nobody_is_told_of_it():
    on, _ = staged(pager := Held())
    async with on:
        await on.put(effect(PAGE))
        on.delivery.forget()
        pager.go.set()
        await calm()
        assert on.said == []
        assert on.book.of("confirmed") == []


async def test_a_try_under_way_is_waited_for_at_the_end():
    on, _ = staged(pager := Held())
    async with on:
        await on.put(effect(PAGE))
        on.delivery.forget()
        ending = asyncio.create_task(on.delivery.drain(5.0))
        await calm()
        assert not ending.done()
        pager.go.set()
        await ending


async def test_what_was_forgotten_and_comes_again_is_carried_out():
    on, _ = staged(pager := Held())
    async with on:
        await on.put(effect(PAGE))
        on.delivery.forget()
        on.delivery.restore([pending(PAGE, unsure=True)], [])
        on.delivery.start()
        pager.go.set()
        await calm()
        assert pager.asked == [PAGE, PAGE]
        assert on.book.of("confirmed") == [PAGE]


async def test_what_could_not_be_told_is_another_s_once_it_is_forgotten():
    on, _ = staged(Scripted())
    on.deaf = True
    async with on:
        await on.put(effect(PAGE))
        assert on.delivery.figures().unmarked == 1
        on.delivery.forget()
        on.deaf = False
        await on.time.move(60)
        assert on.said == []
