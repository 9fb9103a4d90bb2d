"""What the slack responder says in a room, at a Slack that remembers what it was told."""

from __future__ import annotations

import pytest

from checker.responders.contract import Done, Later, Never
from tests.responders.effects import again, first, post, summary
from tests.responders.rooms import opened
from tests.world.faults import drop, says
from tests.world.slack_workspace import BOT

# ── messages ──


async def test_a_post_is_a_new_message_that_carries_the_effects_id(responder, slack):
    channel, receipt = await opened(slack)
    answer = await responder.carry_out(first(post(), room=receipt))
    newest = channel.messages[-1]
    assert isinstance(answer, Done)
    assert (answer.receipt["channel"], answer.receipt["ts"]) == (channel.id, newest.ts)
    assert len(channel.messages) == 2
    assert newest.metadata == {
        "event_type": "checker_effect",
        "event_payload": {"id": "us-42/post/1@here"},
    }


async def test_a_post_whose_answer_was_lost_is_found_and_not_sent_again(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt("chat.postMessage", drop(), times=1)
    lost = await responder.carry_out(first(post(), room=receipt))
    assert isinstance(lost, Later)
    assert lost.unsure
    answer = await responder.carry_out(again(post(), room=receipt))
    assert isinstance(answer, Done)
    assert answer.receipt["ts"] == channel.messages[-1].ts
    assert len(channel.messages) == 2


async def test_a_lost_post_is_found_behind_hundreds_of_messages(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt("chat.postMessage", drop(), times=1)
    await responder.carry_out(first(post(), room=receipt))
    for number in range(2, 300):
        slack.workspace.call("chat.postMessage", {"channel": channel.id, "text": f"{number}"})
    await responder.carry_out(again(post(), room=receipt))
    assert len(slack.asked("chat.postMessage")) == 2  # the room's and the lost one


async def test_a_lost_post_that_never_arrived_is_sent(responder, slack):
    channel, receipt = await opened(slack)
    await responder.carry_out(again(post(), room=receipt))
    assert len(channel.messages) == 2


async def test_without_leave_to_look_a_lost_post_is_sent_again(responder, slack):
    channel, receipt = await opened(slack)
    slack.scopes_missing.add("conversations.history")
    assert isinstance(await responder.carry_out(again(post(), room=receipt)), Done)
    assert len(channel.messages) == 2


async def test_a_bot_that_was_removed_joins_again_and_posts(responder, slack):
    channel, receipt = await opened(slack)
    channel.members.clear()
    assert isinstance(await responder.carry_out(first(post(), room=receipt)), Done)
    assert BOT in channel.members


@pytest.mark.parametrize("word", ["msg_blocks_too_long", "invalid_blocks", "msg_too_long"])
async def test_a_message_that_is_too_much_is_said_in_few_words(word, responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt("chat.postMessage", says(word), times=1)
    assert isinstance(await responder.carry_out(first(post(), room=receipt)), Done)
    assert channel.messages[-1].blocks == []
    assert "Since: 14:02:10 UTC" in channel.messages[-1].text


async def test_a_message_that_is_too_much_even_so_is_refused_for_good(responder, slack):
    _, receipt = await opened(slack)
    await slack.hurt("chat.postMessage", says("invalid_blocks"))
    answer = await responder.carry_out(first(post(), room=receipt))
    assert answer == Never(why="Slack refused chat.postMessage: invalid_blocks")


# ── the summary ──


async def test_the_summary_is_edited_in_place(responder, slack):
    channel, receipt = await opened(slack)
    answer = await responder.carry_out(first(summary(), room=receipt))
    assert answer == Done({"channel": channel.id, "summary_ts": receipt["ts"]})
    assert [message.text for message in channel.messages] == ["🟢 us: app answers again"]
    assert channel.messages[0].edits == 1


@pytest.mark.parametrize("word", ["message_not_found", "cant_update_message"])
async def test_a_summary_that_cannot_be_edited_is_posted_and_pinned_anew(word, responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt("chat.update", says(word), times=1)
    answer = await responder.carry_out(first(summary(), room=receipt))
    newest = channel.messages[-1]
    assert answer == Done({"channel": channel.id, "summary_ts": newest.ts})
    assert channel.pins[-1] == newest.ts
    assert newest.ts != receipt["ts"]


async def test_the_newest_summary_is_the_one_that_is_edited(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt("chat.update", says("message_not_found"), times=1)
    anew = await responder.carry_out(first(summary(), room=receipt))
    assert isinstance(anew, Done)
    receipts = {"zz": anew.receipt, "room": receipt}
    await responder.carry_out(first(summary(2), **receipts))
    assert [message.edits for message in channel.messages] == [0, 1]


async def test_a_new_summary_whose_answer_was_lost_is_not_posted_twice(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt("chat.update", says("message_not_found"))
    await slack.hurt("chat.postMessage", drop(), times=1)
    await responder.carry_out(first(summary(), room=receipt))
    assert isinstance(await responder.carry_out(again(summary(), room=receipt)), Done)
    assert len(channel.messages) == 2


async def test_a_summary_that_is_too_much_is_said_in_few_words(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt("chat.update", says("msg_too_long"), times=1)
    assert isinstance(await responder.carry_out(first(summary(), room=receipt)), Done)
    assert channel.messages[0].blocks == []
