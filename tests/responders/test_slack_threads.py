"""Where no channel can be opened, each incident is a thread in the one fixed channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from checker.core.model import Effect
from checker.responders.contract import Attempt, Done, Later
from checker.responders.slack import Responder
from tests.responders.effects import AT, again, first, post, room, summary
from tests.responders.rooms import made_for
from tests.world.faults import drop, says
from tests.world.slack import Slack
from tests.world.slack_workspace import BOT, Channel


@dataclass
class Fixed:
    """The fixed channel, and what the responder has left behind there."""

    slack: Slack
    channel: Channel
    responder: Responder
    receipts: dict[str, Any] = field(default_factory=dict)

    async def tell(self, effect: Effect) -> Done:
        answer = await self.responder.carry_out(first(effect, **self.receipts))
        assert isinstance(answer, Done)
        self.receipts[effect.id] = answer.receipt
        return answer

    async def restart(self) -> None:
        """A responder that has said nothing this second."""
        await self.responder.close()
        self.responder = made_for(self.slack, fallback_channel=self.channel.id)


@pytest.fixture
async def fixed(slack: Slack) -> AsyncIterator[Fixed]:
    channel = slack.workspace.add_channel("incidents", BOT)
    await slack.hurt("conversations.create", says("restricted_action"))
    made = Fixed(slack, channel, made_for(slack, fallback_channel=channel.id))
    await made.tell(room())
    await made.restart()
    yield made
    await made.responder.close()


async def test_the_opening_message_is_the_head_of_a_thread(fixed: Fixed):
    (opening,) = fixed.channel.messages
    assert opening.text == "🔴 us: app is down"
    (receipt,) = fixed.receipts.values()
    assert (receipt["thread"], receipt["name"]) == (opening.ts, "")


async def test_the_fixed_channel_keeps_its_topic_and_its_pins(fixed: Fixed):
    assert (fixed.channel.topic, fixed.channel.purpose, fixed.channel.pins) == ("", "", [])


async def test_what_happens_is_said_in_the_thread(fixed: Fixed):
    await fixed.tell(post())
    opening, news = fixed.channel.messages
    assert news.thread == opening.ts


async def test_the_summary_is_the_opening_message_edited(fixed: Fixed):
    await fixed.tell(summary())
    (opening,) = fixed.channel.messages
    assert (opening.text, opening.edits) == ("🟢 us: app answers again", 1)


async def test_two_incidents_are_two_threads(fixed: Fixed):
    other = Effect("eu-7/room/1@here", "eu-7", "here", room().duty, AT, room().payload)
    answer = await fixed.responder.carry_out(first(other))
    assert isinstance(answer, Done)
    await fixed.restart()
    await fixed.responder.carry_out(first(post(), room=answer.receipt))
    assert [message.thread for message in fixed.channel.messages] == [
        "",
        "",
        answer.receipt["thread"],
    ]


async def test_two_incidents_of_one_second_are_opened_one_after_the_other(fixed: Fixed):
    await fixed.tell(post())
    other = Effect("eu-7/room/1@here", "eu-7", "here", room().duty, AT, room().payload)
    answer = await fixed.responder.carry_out(first(other))
    assert isinstance(answer, Later)
    assert answer.why == "one message a second to a channel"
    assert len(fixed.channel.messages) == 2


async def test_a_lost_reply_is_found_in_its_thread_and_not_sent_again(fixed: Fixed):
    await fixed.slack.hurt("chat.postMessage", drop(), times=1)
    lost = await fixed.responder.carry_out(first(post(), **fixed.receipts))
    assert isinstance(lost, Later)
    await fixed.restart()
    assert isinstance(await fixed.responder.carry_out(again(post(), **fixed.receipts)), Done)
    assert len(fixed.channel.messages) == 2


async def test_a_lost_opening_message_is_found_and_not_sent_again(fixed: Fixed):
    answer = await fixed.responder.carry_out(again(room()))
    assert isinstance(answer, Done)
    assert answer.receipt["thread"] == fixed.channel.messages[0].ts
    assert len(fixed.channel.messages) == 1


async def test_where_the_head_is_gone_a_new_one_is_posted_and_the_thread_goes_on_there(
    fixed: Fixed,
):
    await fixed.slack.hurt("chat.update", says("message_not_found"), times=1)
    await fixed.tell(summary())
    await fixed.restart()
    await fixed.tell(post())
    assert fixed.channel.messages[-1].thread == fixed.channel.messages[-2].ts
    assert fixed.channel.pins == []


async def test_a_fixed_channel_of_before_there_were_threads_goes_on_without(fixed: Fixed):
    old = {"channel": fixed.channel.id, "name": "", "ts": "1.0", "summary_ts": "1.0"}
    answer = await fixed.responder.carry_out(Attempt(post(), {"room": old}))
    assert isinstance(answer, Done)
    assert fixed.channel.messages[-1].thread == ""
