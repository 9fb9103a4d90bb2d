"""The links above a room, and what a room does without them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from checker.core import payloads
from checker.responders.contract import Done
from checker.responders.slack import Settings
from checker.responders.slack_bookmarks import BOOKMARKS_MAX, topic_with, wanted
from tests.core.story import CONTROLS, T0, Story, broken, make_policy, watch
from tests.responders.effects import again, first, room
from tests.responders.rooms import NAME
from tests.world.faults import drop, hang, says, throttle

CALL = "https://zoom.example/j/1?pwd=a&b=2"
PLACES = {
    "call_url": CALL,
    "status_page_url": "https://status.example",
    "dashboard_url": "https://grafana.example/d/1",
}
BOOK = {"href": "https://runbooks.example/app", "text": "Runbook: us/app"}
ALL = [
    ("Call", CALL),
    ("Status page", "https://status.example"),
    ("Dashboard", "https://grafana.example/d/1"),
    ("Runbook: us/app", "https://runbooks.example/app"),
]


async def test_a_room_has_the_call_the_pages_and_the_runbooks_as_bookmarks(slack, responder_for):
    answer = await responder_for(**PLACES).carry_out(first(room(links=[BOOK])))
    assert isinstance(answer, Done)
    assert answer.note == f"room in Slack: #{NAME}"
    assert slack.workspace.channel(NAME).bookmarks == ALL


async def test_the_call_is_in_the_topic(slack, responder_for):
    await responder_for(**PLACES).carry_out(first(room()))
    topic = slack.workspace.channel(NAME).topic
    assert topic == "critical · us: app is down · https://zoom.example/j/1?pwd=a&amp;b=2"


async def test_a_room_asked_for_twice_has_each_bookmark_once(slack, responder_for):
    responder = responder_for(**PLACES)
    await responder.carry_out(first(room(links=[BOOK])))
    await responder.carry_out(again(room(links=[BOOK])))
    assert slack.workspace.channel(NAME).bookmarks == ALL


async def test_a_room_that_was_cut_off_gets_the_bookmarks_that_are_missing(slack, responder_for):
    responder = responder_for(**PLACES)
    await responder.carry_out(first(room(links=[BOOK])))
    del slack.workspace.channel(NAME).bookmarks[1]
    await responder.carry_out(again(room(links=[BOOK])))
    assert sorted(slack.workspace.channel(NAME).bookmarks) == sorted(ALL)


async def test_where_nothing_is_to_be_linked_slack_is_not_asked(slack, responder):
    await responder.carry_out(first(room()))
    await responder.carry_out(again(room()))
    assert [call.method for call in slack.calls if "bookmarks" in call.method] == []


async def test_a_bar_that_is_full_stays_as_it_is(slack, responder_for):
    await slack.hurt("bookmarks.add", says("too_many_bookmarks"))
    answer = await responder_for(**PLACES).carry_out(first(room()))
    assert isinstance(answer, Done)
    assert answer.note == f"room in Slack: #{NAME}"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (says("missing_scope"), "Slack refused bookmarks.add: missing_scope"),
        (drop(), "bookmarks are missing: Slack's answer was lost: ServerDisconnectedError"),
        (hang(), "bookmarks are missing: Slack did not answer in time"),
        (throttle(30), "bookmarks are missing: Slack asks us to wait"),
    ],
    ids=["refused", "lost", "silent", "throttled"],
)
async def test_a_room_without_its_bookmarks_is_a_room_all_the_same(
    fault, said, slack, responder_for
):
    await slack.hurt("bookmarks.add", fault)
    answer = await responder_for(**PLACES).carry_out(first(room()))
    assert isinstance(answer, Done)
    assert answer.note == f"room in Slack: #{NAME}; {said}"
    assert len(slack.asked("bookmarks.add")) == 1


async def test_the_fixed_channel_gets_no_bookmarks(slack, responder_for):
    fixed = slack.workspace.add_channel("incidents", "UBOT")
    await slack.hurt("conversations.create", says("restricted_action"))
    await responder_for(**PLACES, fallback_channel=fixed.id).carry_out(first(room(links=[BOOK])))
    assert fixed.bookmarks == []


async def test_an_effect_from_before_there_were_links_is_a_room(slack, responder_for):
    effect = room()
    assert "links" not in effect.payload
    assert isinstance(await responder_for(**PLACES).carry_out(first(effect)), Done)


def test_more_bookmarks_than_are_read_are_left_out():
    books = [{"href": f"https://runbooks.example/{n}", "text": f"Runbook: {n}"} for n in range(50)]
    links = wanted([("Call", CALL), ("Dashboard", None)], books)
    assert len(links) == BOOKMARKS_MAX
    assert links[:2] == [("Call", CALL), ("Runbook: 0", "https://runbooks.example/0")]


def test_of_a_long_topic_the_call_remains():
    call = "https://zoom.example/" + "x" * 100
    topic = topic_with(call, "t" * 999)
    assert len(topic) == 250
    assert topic.endswith(f"t… · {call}")


@pytest.mark.parametrize("url", ["zoom", "https://a b", "https://a|b", "https://" + "x" * 200])
def test_a_call_that_is_no_link_or_fills_the_topic_is_refused(url):
    with pytest.raises(ValidationError):
        Settings(token="xoxb-1", call_url=url)


def test_a_runbook_of_several_checks_is_one_link_that_names_them():
    book = "https://runbooks.example/web"
    checks = [replace(watch(name), runbook=book) for name in ("us/app", "us/flags")]
    story = Story(policy=make_policy([*checks, *CONTROLS])).play(broken("us/app", "us/flags"), 120)
    assert payloads.room(story.policy, story.state, story.incident(), T0)["links"] == [
        {"href": book, "text": "Runbook: us/app and us/flags"}
    ]
