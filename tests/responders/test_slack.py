"""The room that the slack responder opens, at a Slack that remembers what it was told."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from checker.responders.contract import Done, Never
from checker.responders.slack import NO_ROOM, Settings
from tests.responders.effects import (
    again,
    document,
    first,
    invite,
    notice,
    post,
    room,
    summary,
)
from tests.responders.rooms import NAME
from tests.world.faults import drop, says
from tests.world.slack_workspace import BOT


async def test_a_room_is_a_channel_that_says_what_it_is_for(responder, slack):
    answer = await responder.carry_out(first(room()))
    channel = slack.workspace.channel(NAME)
    assert channel.purpose == "Incident us-42, declared by the checker"
    assert channel.topic == "critical · us: app is down"
    assert [message.text for message in channel.messages] == ["🔴 us: app is down"]
    assert channel.pins == [channel.messages[0].ts]
    ts = channel.messages[0].ts
    receipt = {"channel": channel.id, "name": NAME, "ts": ts, "summary_ts": ts}
    assert answer == Done(receipt, note=f"room in Slack: #{NAME}")


async def test_a_room_asked_for_twice_is_one_room_with_one_message(responder, slack):
    opened = await responder.carry_out(first(room()))
    assert await responder.carry_out(again(room())) == opened
    assert [channel.name for channel in slack.workspace.channels] == [NAME]
    assert len(slack.workspace.channel(NAME).messages) == 1


STEPS = [
    "conversations.create",
    "conversations.setPurpose",
    "chat.postMessage",
    "pins.add",
    "conversations.setTopic",
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", [drop(), says("internal_error")], ids=["lost", "refused"])
async def test_a_room_cut_off_at_any_step_is_finished_by_the_next_try(
    step, fault, slack, responder
):
    await slack.hurt(step, fault, times=1)
    await responder.carry_out(first(room()))
    assert isinstance(await responder.carry_out(again(room())), Done)
    channel = slack.workspace.channel(NAME)
    assert len(slack.workspace.channels) == 1
    assert len(channel.messages) == 1
    assert channel.pins == [channel.messages[0].ts]
    assert "us-42" in channel.purpose


@pytest.mark.parametrize("theirs", ["us-4", "us-421", "plus-42", "us-42-old", "eu-42"])
async def test_the_channel_of_another_incident_is_left_alone(theirs, responder, slack):
    other = slack.workspace.add_channel(NAME, BOT, purpose=f"Incident {theirs}, of last year")
    answer = await responder.carry_out(first(room()))
    assert isinstance(answer, Done)
    assert answer.receipt["name"] == f"{NAME}-2"
    assert other.messages == []


@pytest.mark.parametrize("members", [(), ("U1",)], ids=["nobody's", "somebody's"])
async def test_a_channel_that_the_bot_is_not_in_is_left_alone(members, responder, slack):
    slack.workspace.add_channel(NAME, *members)
    await responder.carry_out(first(room()))
    assert slack.workspace.channel(f"{NAME}-2").purpose


async def test_an_archived_channel_of_ours_is_not_used_again(responder, slack):
    slack.workspace.add_channel(NAME, BOT, purpose="Incident us-42", archived=True)
    await responder.carry_out(first(room()))
    assert len(slack.workspace.channel(f"{NAME}-2").messages) == 1


async def test_our_channel_is_found_among_many(responder, slack):
    for number in range(450):
        slack.workspace.add_channel(f"c{number}", BOT)
    ours = slack.workspace.add_channel(NAME, BOT, purpose="Incident us-42")
    await responder.carry_out(first(room()))
    assert len(ours.messages) == 1


async def test_when_nine_names_are_taken_the_room_is_refused(responder, slack):
    for name in [NAME, *(f"{NAME}-{n}" for n in range(2, 10))]:
        slack.workspace.add_channel(name)
    answer = await responder.carry_out(first(room()))
    assert isinstance(answer, Never)
    assert "name_taken" in answer.why


async def test_a_room_without_its_pin_or_topic_is_a_room_all_the_same(responder, slack):
    slack.scopes_missing |= {"pins.add", "conversations.setTopic"}
    answer = await responder.carry_out(first(room()))
    assert isinstance(answer, Done)
    assert answer.note == (
        f"room in Slack: #{NAME}; Slack refused pins.add: missing_scope; "
        "Slack refused conversations.setTopic: missing_scope"
    )


async def test_a_room_that_may_not_say_what_it_is_for_is_known_by_its_topic(responder, slack):
    slack.scopes_missing.add("conversations.setPurpose")
    opened = await responder.carry_out(first(room(topic="critical · us-42: app is down")))
    assert isinstance(opened, Done)
    assert await responder.carry_out(again(room())) == opened
    assert [channel.name for channel in slack.workspace.channels] == [NAME]


async def test_long_names_topics_and_purposes_are_cut_to_what_slack_takes(responder, slack):
    effect = room(name="inc-" + "x" * 200, topic="t" * 999, purpose="us-42 " + "<" * 999)
    assert isinstance(await responder.carry_out(first(effect)), Done)
    channel = slack.workspace.channels[0]
    assert len(channel.name) == 80
    assert len(channel.topic) == 250
    assert channel.purpose.startswith("us-42 &lt;")
    assert channel.purpose.endswith("&lt;…")


# ── where no channel can be opened ──


async def test_without_leave_and_without_a_fixed_channel_the_room_is_refused(responder, slack):
    await slack.hurt("conversations.create", says("restricted_action"))
    assert await responder.carry_out(first(room())) == Never(
        why="Slack refused conversations.create: restricted_action; "
        "the workspace does not let the bot do that; ask its admins"
    )


@pytest.mark.parametrize("effect", [post(), summary(), invite(), document()])
async def test_what_has_no_room_is_refused(effect, responder):
    assert await responder.carry_out(first(effect)) == Never(why=NO_ROOM)


async def test_nothing_from_outside_can_mention_anybody(responder, slack):
    evil = "<!channel> <@U1> &lt;!here&gt; <https://evil.example|login>"
    lines = [{"label": evil, "text": evil}]
    actions = [{"say": evil, "label": evil, "style": evil, "form": evil, "text": evil}]
    said = notice(title=evil, lines=lines, next=evil, actions=actions, attention="sync")
    await responder.carry_out(first(room(notice=said, topic=evil, purpose=f"us-42 {evil}")))
    assert "<!" not in str(slack.calls)
    assert "<@" not in str(slack.calls)
    assert "&lt;!channel&gt;" in slack.workspace.channel(NAME).messages[0].text


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "xapp-1"},
        {"invite": ["ann"]},
        {"fallback_channel": "#incidents"},
        {"people": {"infra": "@infra"}},
        {"sync_owner": "tim"},
        {"page_users": ["tim@example.com"]},
    ],
)
def test_settings_that_cannot_be_right_are_refused(wrong):
    with pytest.raises(ValidationError):
        Settings(**{"token": "xoxb-1"} | wrong)
