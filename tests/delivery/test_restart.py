"""Crashes, shutdowns and a store that cannot be written to: nothing is lost, and pages go out."""

from __future__ import annotations

from checker.core.events import Delivered
from checker.core.model import Duty
from checker.delivery import Delivery
from checker.responders.contract import Done, Later
from checker.store.rows import Receipt
from tests.delivery.hands import Held, Scripted, Stage, Time, calm, effect, pending
from tests.store.values import declared, opened

PAGE = "us-1/page/1@pager"


async def test_what_the_last_daemon_left_is_carried_out():
    pager = Scripted()
    stage = Stage(pager=pager)
    stage.delivery.restore([pending(PAGE)], [])
    assert pager.asked == []
    async with stage:
        await calm()
    assert stage.book.of("confirmed") == [PAGE]


async def test_a_crash_between_sending_and_confirming_tries_again_unsure(tmp_path):
    before, after = Held(), Scripted()
    async with opened(tmp_path) as store:
        await store.commit(declared())
        await store.confirmed("us-1/room/1@chat", 1.0, {})
        crashing = Delivery(store, {"pager": before}, _nobody, Time())
        crashing.start()
        crashing.put(declared().effects[:1])
        while not before.attempts:
            await calm()
        await crashing.drain(0.0)  # cut off: as far as the store knows, a crash
    async with opened(tmp_path) as store:
        restored = await store.restore()
        delivery = Delivery(store, {"pager": after}, _nobody, Time())
        delivery.restore(restored.outbox, restored.receipts)
        delivery.start()
        while delivery.figures().pending["pager"]:
            await calm()
        await delivery.drain(5.0)
        assert [one.fate for one in await store.effects("us-1")] == ["confirmed", "confirmed"]
    assert [(one.effect.id, one.unsure) for one in after.attempts] == [(PAGE, True)]


async def _nobody(_event) -> None: ...


async def test_restored_receipts_are_there_for_what_follows():
    chat = Scripted()
    stage = Stage(chat=chat)
    receipt = Receipt("us-1", "chat", "us-1/room/1@chat", {"channel": "C1"})
    stage.delivery.restore([], [receipt])
    async with stage:
        await stage.put(effect("us-1/post/1@chat"))
    assert chat.attempts[0].receipts == {"us-1/room/1@chat": {"channel": "C1"}}


async def test_a_wait_goes_on_after_a_restart_where_it_was():
    stage = Stage(chat=Scripted())
    stage.delivery.restore([pending("us-1/post/1@chat", tries=3, not_before=1200.0)], [])
    async with stage:
        await calm()
        assert stage.time.waits() == [200.0]


async def test_a_clock_that_was_set_back_does_not_hold_a_page_for_long():
    stage = Stage(pager=Scripted())
    stage.delivery.restore([pending(PAGE, tries=1, not_before=1000.0 + 7200.0)], [])
    async with stage:
        await calm()
        assert stage.time.waits() == [60.0]


async def test_what_was_tried_often_before_the_restart_is_not_hurried_after_it():
    stage = Stage(pager=Scripted(Later("503")))
    stage.delivery.restore([pending(PAGE, tries=9)], [])
    async with stage:
        await calm()
        assert stage.time.waits() == [30.0]


async def test_draining_lets_a_try_end_and_begins_none():
    pager = Held(Done({"key": "us-1/1"}))
    async with Stage(pager=pager) as stage:
        await stage.put(effect(PAGE), effect("us-1/resolve/1@pager"))
        pager.go.set()
        await stage.delivery.drain(20.0)
        await stage.put(effect("us-2/page/1@pager"))
    assert pager.asked == [PAGE]
    assert stage.book.of("confirmed") == [PAGE]


async def test_draining_does_not_wait_for_retries():
    pager = Scripted(Later("503"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect(PAGE))
        await stage.delivery.drain(20.0)
        assert stage.time.waits() == []
    assert pager.asked == [PAGE]


async def test_draining_cuts_off_what_does_not_end_in_time():
    async with Stage(pager=Held()) as stage:
        await stage.put(effect(PAGE))
        await stage.delivery.drain(0.0)
    assert stage.book.made == [("sending", PAGE, 1000.0)]  # its fate is unknown


async def test_a_page_goes_out_although_the_store_is_full():
    pager = Scripted()
    async with Stage(pager=pager) as stage:
        stage.book.full = True
        await stage.put(effect(PAGE))
        assert pager.asked == [PAGE]
        assert stage.delivery.figures().unmarked == 1


async def test_what_the_store_could_not_be_told_is_told_when_it_has_room():
    async with Stage(pager=Scripted()) as stage:
        stage.book.full = True
        await stage.put(effect(PAGE))
        await stage.time.move(5)
        stage.book.full = False
        await stage.time.move(5)
        assert stage.delivery.figures().unmarked == 0
        assert stage.book.of("confirmed") == [PAGE]
    assert set(stage.said) == {Delivered(1000.0, "us-1", PAGE, "pager", "", Duty.PAGE, 990.0)}


async def test_draining_tells_once_more_what_could_not_be_told():
    async with Stage(pager=Scripted()) as stage:
        stage.book.full = True
        await stage.put(effect(PAGE))
        stage.book.full = False
        await stage.delivery.drain(20.0)
    assert stage.book.of("confirmed") == [PAGE]


async def test_nothing_is_confirmed_before_the_core_has_heard_of_it():
    async with Stage(pager=Scripted()) as stage:
        stage.deaf = True
        await stage.put(effect(PAGE))
        assert stage.book.of("confirmed") == []
        stage.deaf = False
        await stage.time.move(5)
    assert [event.effect for event in stage.said] == [PAGE]
    assert stage.book.of("confirmed") == [PAGE]


async def test_a_store_that_stays_full_is_logged_once(capsys):
    async with Stage(pager=Scripted()) as stage:
        stage.book.full = True
        await stage.put(effect(PAGE))
        for _ in range(3):
            await stage.time.move(5)
    assert "".join(capsys.readouterr()).count("could not tell what was settled") == 1
