"""In order inside a lane; lanes know nothing of each other."""

from __future__ import annotations

import pytest

from checker.core.events import Delivered
from checker.core.model import Duty
from checker.delivery.lane import LANE_MAX
from checker.responders.contract import Done, Later, Never
from tests.delivery.hands import Held, Scripted, Stage, effect, pending


async def test_an_effect_is_marked_then_carried_out_then_said_then_confirmed():
    pager = Scripted(Done({"key": "us-1/1"}, "paged"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager"))
    assert pager.asked == ["us-1/page/1@pager"]
    assert stage.book.made == [
        ("sending", "us-1/page/1@pager", 1000.0),
        ("confirmed", "us-1/page/1@pager", 1000.0, {"key": "us-1/1"}),
    ]
    assert stage.said == [
        Delivered(1000.0, "us-1", "us-1/page/1@pager", "pager", "paged", Duty.PAGE, 990.0)
    ]


async def test_the_mark_is_made_before_the_try_and_the_event_said_before_it_is_confirmed():
    happened = []
    pager = Scripted()
    stage = Stage(pager=pager)
    stage.book.made = stage.said = pager.attempts = happened
    async with stage:
        await stage.put(effect("us-1/page/1@pager"))
    kinds = [one[0] if isinstance(one, tuple) else type(one).__name__ for one in happened]
    assert kinds == ["sending", "Attempt", "Delivered", "confirmed"]


async def test_a_resolve_never_overtakes_its_page():
    pager = Scripted(Later("503"), Later("503"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager"))
        await stage.put(effect("us-1/resolve/1@pager"))
        await stage.time.move(60)
        await stage.time.move(60)
    assert pager.asked == ["us-1/page/1@pager"] * 3 + ["us-1/resolve/1@pager"]


async def test_nobody_is_rung_for_what_was_ended_before_the_pager_could_be_reached():
    pager = Scripted(Later("refused"))
    key = {"key": "checker/us-1/1"}
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager", payload=key))
        await stage.put(effect("us-1/resolve/1@pager", payload=key))
        await stage.time.move(60)
    assert pager.asked == ["us-1/page/1@pager", "us-1/resolve/1@pager"]
    assert stage.book.of("superseded") == ["us-1/page/1@pager"]


async def test_a_page_that_may_have_rung_is_made_sure_of_before_it_is_ended():
    pager = Scripted(Later("no answer", unsure=True))
    key = {"key": "checker/us-1/1"}
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager", payload=key))
        await stage.put(effect("us-1/resolve/1@pager", payload=key))
        await stage.time.move(60)
    assert pager.asked == ["us-1/page/1@pager"] * 2 + ["us-1/resolve/1@pager"]


async def test_the_end_of_another_page_keeps_no_page_from_ringing():
    pager = Scripted(Later("refused"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/2@pager", payload={"key": "checker/us-1/2"}))
        await stage.put(effect("us-1/resolve/1@pager", payload={"key": "checker/us-1/1"}))
        await stage.time.move(60)
    assert pager.asked == ["us-1/page/2@pager"] * 2 + ["us-1/resolve/1@pager"]


async def test_a_page_that_may_have_rung_gives_way_to_the_same_page_in_other_words():
    pager = Scripted(Later("no answer", unsure=True))
    key = {"key": "checker/us-1/1"}
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager", payload=key))
        await stage.put(effect("us-1/page/1~past-3@pager", payload=key))
        await stage.time.move(60)
    assert pager.asked == ["us-1/page/1@pager", "us-1/page/1~past-3@pager"]
    assert pager.attempts[1].unsure


async def test_a_page_that_may_have_rung_gives_way_to_a_later_one_which_rings_in_any_case():
    pager = Scripted(Later("503", unsure=True))
    async with Stage(pager=pager) as stage:
        for number in (1, 2):
            page = effect(f"us-1/page/{number}@pager", payload={"key": f"checker/us-1/{number}"})
            await stage.put(page)
        await stage.time.move(60)
    assert pager.asked == ["us-1/page/1@pager", "us-1/page/2@pager"]
    assert stage.book.of("superseded") == ["us-1/page/1@pager"]


@pytest.mark.parametrize("duty", ["page", "fallback"])
async def test_of_the_pages_that_wait_for_the_pager_only_the_newest_rings(duty):
    pager = Scripted(Later("refused"))
    async with Stage(pager=pager) as stage:
        for number in (1, 2, 3):
            await stage.put(effect(f"us-1/{duty}/{number}@pager"))
        await stage.time.move(60)
    assert pager.asked == [f"us-1/{duty}/1@pager", f"us-1/{duty}/3@pager"]
    assert stage.book.of("superseded") == [f"us-1/{duty}/1@pager", f"us-1/{duty}/2@pager"]


async def test_a_dead_chat_does_not_delay_the_pager():
    chat, pager = Held(), Scripted()
    async with Stage(chat=chat, pager=pager) as stage:
        await stage.put(effect("us-1/room/1@chat"), effect("us-1/page/1@pager"))
        assert stage.book.of("confirmed") == ["us-1/page/1@pager"]


async def test_one_incident_does_not_delay_another_at_the_same_responder():
    pager = Scripted(Later("503", after_s=60.0))
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager"))
        await stage.put(effect("eu-1/page/1@pager"))
        assert stage.book.of("confirmed") == ["eu-1/page/1@pager"]


async def test_pages_of_one_commit_begin_first():
    console = Scripted()
    async with Stage(console=console) as stage:
        await stage.put(
            effect("us-1/room/1@console"),
            effect("us-1/post/1@console"),
            effect("us-1/page/1@console"),
        )
    assert console.asked[0] == "us-1/page/1@console"


@pytest.mark.parametrize("rings", ["us-1/page/1@chat", "us-1/fallback/1@chat"])
async def test_a_page_does_not_wait_behind_a_room_of_the_same_responder(rings):
    chat = Scripted(Later("503", after_s=900.0))
    async with Stage(chat=chat) as stage:
        await stage.put(effect("us-1/room/1@chat"))
        await stage.put(effect(rings))
    assert stage.book.of("confirmed") == [rings]


async def test_later_effects_get_the_receipts_of_earlier_ones_of_their_incident():
    chat = Scripted(Done({"channel": "C1"}), Done({"channel": "C2"}))
    async with Stage(chat=chat) as stage:
        await stage.put(effect("us-1/room/1@chat"), effect("us-1/post/1@chat"))
        await stage.put(effect("eu-1/post/1@chat"))
    seen = {attempt.effect.id: attempt.receipts for attempt in chat.attempts}
    assert seen["us-1/room/1@chat"] == {}
    assert seen["us-1/post/1@chat"] == {"us-1/room/1@chat": {"channel": "C1"}}
    assert seen["eu-1/post/1@chat"] == {}


async def test_what_is_refused_is_said_and_the_lane_goes_on():
    pager = Scripted(Never("routing key is not valid"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager"), effect("us-1/resolve/1@pager"))
    assert [(event.effect, event.why) for event in stage.said[:1]] == [
        ("us-1/page/1@pager", "routing key is not valid")
    ]
    assert stage.book.of("refused") == ["us-1/page/1@pager"]
    assert stage.book.of("confirmed") == ["us-1/resolve/1@pager"]


async def test_an_effect_that_waits_already_is_not_done_twice():
    pager = Scripted(Later("503"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect("us-1/page/1@pager"))
        await stage.put(effect("us-1/page/1@pager"))
        await stage.time.move(60)
    assert stage.book.of("confirmed") == ["us-1/page/1@pager"]


async def test_only_the_newest_summary_is_carried_out():
    chat = Scripted(Later("503"))
    async with Stage(chat=chat) as stage:
        await stage.put(effect("us-1/post/1@chat"))
        await stage.put(effect("us-1/summary/1@chat"))
        await stage.put(effect("us-1/summary/2@chat"))
        await stage.time.move(60)
    assert stage.book.of("confirmed") == ["us-1/post/1@chat", "us-1/summary/2@chat"]
    assert stage.book.of("superseded") == ["us-1/summary/1@chat"]


async def test_a_summary_that_failed_gives_way_to_the_one_that_came_meanwhile():
    chat = Held(Later("no answer", unsure=True))
    async with Stage(chat=chat) as stage:
        await stage.put(effect("us-1/summary/1@chat"))
        await stage.put(effect("us-1/summary/2@chat"))
        chat.go.set()
        await stage.time.move(0)
        await stage.time.move(60)
    assert chat.asked == ["us-1/summary/1@chat", "us-1/summary/2@chat"]
    assert stage.book.of("superseded") == ["us-1/summary/1@chat"]
    assert chat.attempts[1].unsure  # the first may stand there: look, then send


async def test_a_full_lane_gives_up_its_oldest_posts_and_counts_them():
    chat = Scripted(Later("503", after_s=900.0))
    async with Stage(chat=chat) as stage:
        await stage.put(effect("us-1/room/1@chat"))
        await stage.put(*(effect(f"us-1/post/{n}@chat") for n in range(LANE_MAX + 1)))
        figures = stage.delivery.figures()
    assert figures.dropped == 2
    assert figures.pending == {"chat": LANE_MAX}
    assert stage.book.of("superseded") == ["us-1/post/0@chat", "us-1/post/1@chat"]


async def test_a_full_lane_never_gives_up_what_rings_or_ends_it():
    pager = Scripted(Later("503", after_s=60.0))
    async with Stage(pager=pager) as stage:
        await stage.put(*(effect(f"us-1/resolve/{n}@pager") for n in range(LANE_MAX + 5)))
        assert stage.delivery.figures().pending == {"pager": LANE_MAX + 5}
    assert stage.book.of("superseded") == []


async def test_a_restored_summary_gives_way_to_a_newer_restored_one():
    chat = Scripted()
    stage = Stage(chat=chat)
    stage.delivery.restore(
        [pending("us-1/summary/1@chat", unsure=True), pending("us-1/summary/2@chat")], []
    )
    async with stage:
        await stage.time.move(0)
    assert [(one.effect.id, one.unsure) for one in chat.attempts] == [("us-1/summary/2@chat", True)]


async def test_customers_are_not_told_what_is_over_by_the_time_they_can_be():
    banner = Scripted(Later(why="no right to write"))
    async with Stage(banner=banner) as stage:
        await stage.put(effect("us-1/publish/1@banner"))
        await stage.put(effect("us-1/publish/2@banner"))
        await stage.put(effect("us-1/withdraw/3@banner"))
        await stage.time.move(60)
    assert [one.effect.id for one in banner.attempts] == [
        "us-1/publish/1@banner",
        "us-1/withdraw/3@banner",
    ]


async def test_what_customers_may_have_been_told_finds_itself_before_it_is_withdrawn():
    banner = Scripted(Later(why="the answer was lost", unsure=True))
    async with Stage(banner=banner) as stage:
        await stage.put(effect("us-1/publish/1@banner"))
        await stage.put(effect("us-1/withdraw/2@banner"))
        await stage.time.move(60)
    assert [one.effect.id for one in banner.attempts] == [
        "us-1/publish/1@banner",
        "us-1/publish/1@banner",
        "us-1/withdraw/2@banner",
    ]
