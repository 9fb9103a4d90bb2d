"""How much is said in a room, when much happens; at a Slack whose clock is set by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from checker.responders.contract import Done, Later
from checker.responders.slack_pace import CHANNELS_MAX, Gap
from tests.responders.effects import AT, again, document, first, invite, notice, post, room
from tests.responders.nights import Night
from tests.world.faults import drop, says
from tests.world.slack_workspace import BOT


def sign_of(mood: str) -> str:
    return {"closed": "✅", "cancelled": "⚪"}.get(mood, "🔴")


@pytest.fixture
async def night() -> AsyncIterator[Night]:
    night = Night()
    async with night.slack:
        night.restart()
        await night.tell(room())
        yield night
        await night.responder.close()


async def test_what_happens_now_and_then_is_a_message_each(night):
    await night.say(*range(1, 13), every_s=60)
    assert [message.text for message in night.messages[1:]] == [
        f"🔴 news {number} of us-42" for number in range(1, 13)
    ]


async def test_usual_news_leaves_six_of_twenty_places_in_ten_minutes_and_tells_all(night):
    await night.say(*range(1, 60))
    assert len(night.messages) == 14
    newest = str(night.messages[-1].blocks)
    assert all(f"news {number} of us-42" in newest for number in range(13, 60))
    assert night.messages[-1].text == "🔴 news 59 of us-42"


async def test_of_fifteen_joins_in_ten_minutes_the_last_three_share_a_message(night):
    await night.say(*range(1, 16), every_s=25)
    assert len(night.messages) == 14
    newest = str(night.messages[-1].blocks)
    assert [f"news {number} of us-42" in newest for number in (12, 13, 14, 15)] == [
        False,
        True,
        True,
        True,
    ]


async def test_calling_people_and_leaving_the_document_take_places_too(night):
    """Where it is a thread, and files cannot be left, these are messages like the others."""
    fixed = night.slack.workspace.add_channel("incidents", BOT)
    await night.slack.hurt("conversations.create", says("restricted_action"))
    await night.slack.hurt("files.getUploadURLExternal", says("missing_scope"))
    await night.responder.close()
    night.restart(fallback_channel=fixed.id, invite=["U1"])
    night.receipts.clear()
    for effect in (room(), invite(), document()):
        night.now += 5
        await night.tell(effect)
    await night.say(*range(1, 22))
    assert len(fixed.messages) == 14


async def test_buttons_are_those_of_the_newest_news(night):
    await night.responder.close()
    night.restart(signing_secret="0123456789abcdef0123456789abcdef")
    await night.say(*range(1, 21))
    assert len(night.messages) == 14
    assert str(night.messages[-1].blocks).count("checker.say.0") == 1


async def test_what_people_are_asked_is_a_message_of_its_own_and_stays(night):
    await night.say(*range(1, 40))
    night.now += 5
    publish = {"say": "publish us-42 banner", "label": "Publish", "style": "", "form": ""}
    said = notice(mood="said", title="may customers be told?", next="", actions=[publish])
    await night.tell(replace(post(40), at=night.now, payload={"notice": said}))
    await night.say(41, 42)
    assert len(night.messages) == 15
    assert "may customers be told?" in str(night.messages[-1].blocks)


async def test_whoever_is_called_is_called_by_a_message_of_its_own(night):
    await night.say(*range(1, 40))
    night.now += 5
    said = notice(mood="said", title="is it scheduled?", attention="sync")
    await night.tell(replace(post(40), at=night.now, payload={"notice": said}))
    assert len(night.messages) == 15
    await night.say(41)
    assert "is it scheduled?" not in str(night.messages[-2].blocks)


async def test_what_was_said_before_stands_in_the_order_in_which_it_happened(night):
    await night.say(*range(1, 17))
    fields = [f["text"] for block in night.messages[-1].blocks for f in block.get("fields", ())]
    assert fields[:2] == [
        "*Before this*",
        "12:01:05 news 13 of us-42\n12:01:10 news 14 of us-42\n12:01:15 news 15 of us-42",
    ]


async def test_after_ten_minutes_usual_news_leaves_six_of_twelve_places_an_hour(night):
    await night.say(*range(1, 1000), every_s=10)
    times = [float(message.ts) - AT for message in night.messages]
    later = [time for time in times if time >= 600]
    assert len(times) - len(later) == 14
    assert max(sum(start <= t < start + 3600 for t in later) for start in later) == 6


@pytest.mark.parametrize("mood", ["worse", "relapsed", "closed", "cancelled"])
async def test_for_what_must_be_seen_there_are_places_left(mood, night):
    await night.say(*range(1, 40))
    await night.say(40, 41, mood=mood)
    assert [message.text for message in night.messages[-2:]] == [
        f"{sign_of(mood)} news {number} of us-42" for number in (40, 41)
    ]
    await night.say(42)
    assert len(night.messages) == 16


async def test_a_night_of_nothing_but_what_must_be_seen_has_twenty_messages_with_its_end(night):
    await night.say(*range(1, 20))
    await night.say(*range(20, 40), mood="worse")
    assert len(night.messages) == 19
    await night.say(40, mood="closed")
    assert len(night.messages) == 20
    told = str([message.blocks for message in night.messages])
    assert all(f"news {number} of us-42" in told for number in range(1, 41))


async def test_what_was_asked_is_not_taken_away_while_another_message_can_be_added_to(night):
    await night.say(*range(1, 20))
    await night.say(*range(20, 26), mood="worse")
    before = night.messages[-1].edits, [message.text for message in night.messages[14:]]
    await night.say(26, 27)
    assert (night.messages[-1].edits, [m.text for m in night.messages[14:]]) == before


async def test_a_restart_forgets_nothing_of_what_was_said(night):
    await night.say(*range(1, 30))
    await night.responder.close()
    night.restart()
    await night.say(30)
    assert len(night.messages) == 14
    assert "news 19 of us-42" in str(night.messages[-1].blocks)


async def test_a_message_that_is_gone_is_not_added_to(night):
    await night.say(*range(1, 25))
    await night.slack.hurt("chat.update", says("message_not_found"))
    await night.say(25)
    assert night.messages[-1].text == "🔴 news 25 of us-42"
    assert len(night.messages) == 15


async def test_an_addition_whose_answer_was_lost_is_made_once(night):
    await night.say(*range(1, 25))
    await night.slack.hurt("chat.update", drop(), times=1)
    night.now += 5
    lost = night.numbered(25)
    answer = await night.responder.carry_out(first(lost, **night.receipts))
    assert isinstance(answer, Later)
    assert answer.unsure
    assert isinstance(await night.responder.carry_out(again(lost, **night.receipts)), Done)
    assert len(night.messages) == 14
    assert str(night.messages[-1].blocks).count("news 25 of us-42") == 1


# ── one a second ──


async def test_a_second_message_within_a_second_comes_later(night):
    night.now += 0.25
    effect = night.numbered(1, mood="closed")
    assert await night.responder.carry_out(first(effect, **night.receipts)) == Later(
        why="one message a second to a channel", after_s=0.75
    )
    assert len(night.messages) == 1
    night.now += 0.75
    await night.tell(effect)
    assert len(night.messages) == 2


async def test_a_lost_message_that_is_there_is_found_without_waiting(night):
    night.now += 5
    effect = night.numbered(1)
    await night.slack.hurt("chat.postMessage", drop(), times=1)
    await night.responder.carry_out(first(effect, **night.receipts))
    await night.responder.carry_out(again(effect, **night.receipts))
    assert len(night.messages) == 2


def test_another_channel_does_not_wait():
    gap = Gap(lambda: 7.0)
    gap.said("C1")
    assert (gap.left_s("C1"), gap.left_s("C2")) == (1.0, 0.0)


def test_of_many_channels_the_oldest_are_forgotten():
    gap = Gap(lambda: 7.0)
    for number in range(CHANNELS_MAX + 1):
        gap.said(f"C{number}")
    assert (gap.left_s("C0"), gap.left_s("C1")) == (0.0, 1.0)
