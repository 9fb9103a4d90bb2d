"""The second way to page: a direct message to those whom the config names."""

from __future__ import annotations

from typing import Any

import pytest

from checker.core.model import Duty, Effect
from checker.responders.contract import Done, Later, Never
from checker.responders.slack import Settings
from checker.responders.slack_pages import NOBODY
from tests.responders.effects import again, effect, first, page, room
from tests.responders.rooms import made_for
from tests.world.faults import drop, hang, says, status, throttle
from tests.world.slack import Slack
from tests.world.slack_workspace import Message

OPEN, POST = "conversations.open", "chat.postMessage"
WHY = "PagerDuty has not rung anybody"


def fallback(**changes: Any) -> Effect:
    payload = page(**changes).payload
    told = {**payload, "details": {"Second way": WHY, **payload["details"]}}
    return effect("fallback/1", Duty.FALLBACK, told)


def told(slack: Slack, user: str) -> list[Message]:
    return slack.workspace.direct(user).messages


async def paged(slack: Slack, *users: str, **receipts: Any) -> Done | Later | Never:
    responder = made_for(slack, page_users=users or ("U1",))
    answer = await responder.carry_out(first(fallback(), **receipts))
    await responder.close()
    return answer


async def test_each_of_them_gets_a_direct_message_that_says_why(slack: Slack):
    answer = await paged(slack, "U1", "U2")
    assert answer == Done({}, note="told directly in Slack: U1, U2")
    for user in ("U1", "U2"):
        (message,) = told(slack, user)
        assert message.text == "🔴 You are being paged: us: app is down"
        assert WHY in str(message.blocks)
        assert "https://runbooks.example/app" in str(message.blocks)


async def test_the_message_says_where_to_meet(slack: Slack):
    responder = made_for(slack)
    answer = await responder.carry_out(first(room()))
    await responder.close()
    assert isinstance(answer, Done)
    await paged(slack, "U1", room=answer.receipt)
    assert f"Meet in <#{answer.receipt['channel']}>." in str(told(slack, "U1")[0].blocks)


async def test_a_message_that_is_too_much_is_said_in_few_words(slack: Slack):
    await slack.hurt(POST, says("msg_blocks_too_long"), times=1)
    await paged(slack)
    (message,) = told(slack, "U1")
    assert message.blocks == []
    assert f"Second way: {WHY}" in message.text


async def test_nothing_from_outside_can_mention_anybody(slack: Slack):
    evil = "<!channel> <@U9>"
    responder = made_for(slack, page_users=["U1"])
    payload = fallback(summary=evil, details={evil: evil}, links=[{"href": evil, "text": evil}])
    await responder.carry_out(first(payload))
    await responder.close()
    assert "<!" not in str(slack.calls)
    assert "<@" not in str(slack.calls)


async def test_a_lost_message_is_found_and_not_sent_again(slack: Slack):
    responder = made_for(slack, page_users=["U1"])
    await slack.hurt(POST, drop(), times=1)
    lost = await responder.carry_out(first(fallback()))
    assert isinstance(lost, Later)
    assert lost.unsure
    assert isinstance(await responder.carry_out(again(fallback())), Done)
    await responder.close()
    assert len(told(slack, "U1")) == 1


async def test_without_leave_to_look_it_is_sent_again(slack: Slack):
    responder = made_for(slack, page_users=["U1"])
    await slack.hurt("conversations.history", says("missing_scope"))
    assert isinstance(await responder.carry_out(again(fallback())), Done)
    await responder.close()
    assert len(told(slack, "U1")) == 1


async def test_without_leave_to_open_conversations_they_are_written_to_all_the_same(slack: Slack):
    slack.scopes_missing.add(OPEN)
    assert isinstance(await paged(slack), Done)
    assert len(told(slack, "U1")) == 1


@pytest.mark.parametrize("word", ["user_not_found", "user_disabled", "user_not_visible"])
async def test_who_cannot_be_written_to_keeps_it_from_nobody(word: str, slack: Slack):
    slack.workspace.refuses["U2"] = word
    answer = await paged(slack, "U1", "U2")
    assert answer == Done({}, note=f"told directly in Slack: U1; U2: Slack refused {OPEN}: {word}")


async def test_when_nobody_can_be_written_to_it_is_refused(slack: Slack):
    slack.workspace.refuses["U1"] = "user_disabled"
    assert await paged(slack) == Never(why=f"Slack refused {OPEN}: user_disabled")


async def test_without_anybody_to_write_to_it_is_refused_and_says_what_to_mend(slack: Slack):
    responder = made_for(slack)
    assert await responder.carry_out(first(fallback())) == Never(why=NOBODY)
    await responder.close()


@pytest.mark.parametrize("step", [OPEN, POST])
@pytest.mark.parametrize(
    ("fault", "later"),
    [
        (throttle(30), Later(why="Slack asks us to wait", after_s=30)),
        (status(503), Later(why="Slack answered 503", unsure=True)),
        (hang(), Later(why="Slack did not answer in time", unsure=True)),
    ],
    ids=str,
)
async def test_what_passes_is_tried_again(step: str, fault: Any, later: Later, slack: Slack):
    await slack.hurt(step, fault)
    assert await paged(slack, "U1", "U2") == later


async def test_a_revoked_token_is_left_alone_for_a_while(slack: Slack):
    slack.revoked = True
    answer = await paged(slack)
    assert isinstance(answer, Later)
    assert answer.after_s == 300
    assert "token_revoked" in answer.why


async def test_if_it_can_help_one_of_them_it_is_tried_again(slack: Slack):
    slack.workspace.refuses["U2"] = "user_disabled"
    await slack.hurt(POST, status(503))
    assert await paged(slack, "U1", "U2") == Later(why="Slack answered 503", unsure=True)


def test_it_pages_only_where_the_config_asks_for_it():
    assert Duty.FALLBACK not in Settings.duties
    assert Duty.FALLBACK in Settings.on_request
