"""Each documented way in which Slack does not do what it is asked, and what follows."""

from __future__ import annotations

import pytest

from checker.responders.contract import Answer, Done, Later, Never
from checker.responders.slack_refusals import FINAL, MEND, TROUBLE
from tests.responders.effects import first, post, room, summary
from tests.responders.rooms import made_for, opened
from tests.world.faults import Fault, drop, empty, hang, page, raw, refuse, says, status, throttle
from tests.world.hostile import Stranger, repeats
from tests.world.slack import Slack

POST = "chat.postMessage"


async def posted(slack: Slack, fault: Fault) -> Answer:
    """What comes of a post that meets this fault."""
    _, receipt = await opened(slack)
    await slack.hurt(POST, fault)
    responder = made_for(slack)
    answer = await responder.carry_out(first(post(), room=receipt))
    await responder.close()
    return answer


async def test_a_slack_that_is_well_again_takes_the_same_post(responder, slack):
    _, receipt = await opened(slack)
    await slack.hurt(POST, status(503))
    assert isinstance(await responder.carry_out(first(post(), room=receipt)), Later)
    await slack.mend()
    assert isinstance(await responder.carry_out(first(post(), room=receipt)), Done)


@pytest.mark.parametrize("word", MEND)
async def test_a_fault_of_ours_is_left_alone_for_five_minutes_and_says_what_to_mend(word, slack):
    answer = await posted(slack, says(word))
    assert answer == Later(why=f"Slack refused {POST}: {word}; {MEND[word]}", after_s=300)


async def test_a_missing_scope_is_named(slack, responder_for):
    _, receipt = await opened(slack)
    slack.scopes_missing.add(POST)
    answer = await responder_for().carry_out(first(post(), room=receipt))
    assert isinstance(answer, Later)
    assert answer.why.endswith("add it and install the app again (its:scope)")


async def test_a_revoked_token_comes_with_http_200_and_heals_when_it_is_replaced(responder, slack):
    _, receipt = await opened(slack)
    slack.revoked = True
    answer = await responder.carry_out(first(post(), room=receipt))
    assert isinstance(answer, Later)
    assert "token_revoked" in answer.why
    slack.revoked = False
    assert isinstance(await responder.carry_out(first(post(), room=receipt)), Done)


async def test_the_token_is_in_no_answer(slack, responder_for):
    responder = responder_for(token="xoxb-canary-4711")
    answer = await responder.carry_out(first(room()))
    assert isinstance(answer, Later)
    assert "invalid_auth" in answer.why
    assert "4711" not in repr(answer)


@pytest.mark.parametrize("word", sorted(set(FINAL) - {"not_in_channel"}))
async def test_what_cannot_help_is_not_tried_again(word, slack):
    answer = await posted(slack, says(word))
    assert answer == Never(why=f"Slack refused {POST}: {word}; {FINAL[word]}")


async def test_a_private_channel_that_the_bot_was_removed_from_is_refused_for_good(
    slack, responder_for
):
    channel, receipt = await opened(slack)
    channel.members.clear()
    await slack.hurt("conversations.join", says("method_not_supported_for_channel_type"))
    answer = await responder_for().carry_out(first(post(), room=receipt))
    assert isinstance(answer, Never)
    assert answer.why.endswith(
        "not_in_channel; the bot was removed from the channel; invite it back"
    )


async def test_an_archived_room_is_refused_for_good(slack, responder_for):
    channel, receipt = await opened(slack)
    channel.is_archived = True
    answer = await responder_for().carry_out(first(post(), room=receipt))
    assert isinstance(answer, Never)
    assert "is_archived" in answer.why


@pytest.mark.parametrize("word", sorted(TROUBLE))
async def test_slacks_own_trouble_may_have_done_it_all_the_same(word, slack):
    assert await posted(slack, says(word)) == Later(
        why=f"Slack refused {POST}: {word}", unsure=True
    )


async def test_a_word_that_we_do_not_know_is_tried_again(slack):
    assert await posted(slack, says("brand_new_word")) == Later(
        why=f"Slack refused {POST}: brand_new_word"
    )


async def test_what_passes_by_itself_holds_up_the_room_until_it_has(responder, slack):
    _, receipt = await opened(slack)
    await slack.hurt(POST, says("message_limit_exceeded"))
    answers = [await responder.carry_out(first(post(), room=receipt)) for _ in range(7)]
    assert answers == [Later(why=f"Slack refused {POST}: message_limit_exceeded")] * 7


@pytest.mark.parametrize("effect", [post(), summary()], ids=["post", "summary"])
async def test_a_word_that_we_do_not_know_holds_up_what_follows_for_five_tries(
    effect, responder, slack
):
    _, receipt = await opened(slack)
    for method in (POST, "chat.update"):
        await slack.hurt(method, says("brand_new_word"))
    answers = [await responder.carry_out(first(effect, room=receipt)) for _ in range(5)]
    assert [type(answer) for answer in answers] == [Later] * 4 + [Never]
    assert answers[-1].why.endswith("brand_new_word, 5 times")


async def test_a_room_is_tried_for_ever_whatever_is_said(responder, slack):
    await slack.hurt("conversations.create", says("brand_new_word"))
    answers = [await responder.carry_out(first(room())) for _ in range(7)]
    assert all(isinstance(answer, Later) for answer in answers)


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (throttle(30), Later(why="Slack asks us to wait", after_s=30)),
        (throttle(99_999), Later(why="Slack asks us to wait", after_s=300)),
        (says("ratelimited"), Later(why="Slack asks us to wait")),
        (status(500), Later(why="Slack answered 500", unsure=True)),
        (status(503), Later(why="Slack answered 503", unsure=True)),
        (status(429), Later(why="Slack asks us to wait")),
        (status(404), Later(why="Slack answered 404")),
        (hang(), Later(why="Slack did not answer in time", unsure=True)),
    ],
    ids=str,
)
async def test_what_passes_is_tried_again(fault, answer, slack):
    assert await posted(slack, fault) == answer


@pytest.mark.parametrize("fault", [page(), empty()], ids=["html", "nothing"])
async def test_an_answer_that_is_not_slacks_is_tried_again(fault, slack):
    answer = await posted(slack, fault)
    assert isinstance(answer, Later)
    assert answer.unsure
    assert "not Slack's" in answer.why


async def test_a_lost_answer_is_unsure(slack):
    answer = await posted(slack, drop())
    assert isinstance(answer, Later)
    assert answer.unsure
    assert answer.why.startswith("Slack's answer was lost")


async def test_a_slack_that_refuses_connections_has_surely_done_nothing(slack):
    answer = await posted(slack, refuse())
    assert isinstance(answer, Later)
    assert not answer.unsure
    assert answer.why.startswith("Slack cannot be reached")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", "[1]"),
        ("application/json", '"yes"'),
        ("application/json", "{}"),
        ("application/json", '{"ok": true}'),
        ("application/json", '{"ok": true, "ts": 7}'),
        ("application/json", '{"ok": tr'),
        ("application/json", '{"ok": false, "error": {"a": 1}}'),
        ("text/plain", "all is well"),
        ("text/plain", '{"ok": true, "ts": "1.0"}'),
        ("application/gzip", "all is well"),
        ("application/json; charset=nonsense", '{"ok": true}'),
    ],
)
async def test_an_answer_of_any_shape_is_tried_again(kind, body, slack):
    answer = await posted(slack, raw(kind, body))
    assert isinstance(answer, Later)
    assert answer.unsure


@pytest.mark.parametrize(
    ("pause_s", "timeout_s", "why"),
    [
        (0.0, 20.0, "Slack's answer was lost: ClientPayloadError"),
        (0.05, 0.2, "Slack did not answer in time"),
    ],
    ids=["endless", "dripping"],
)
async def test_an_answer_without_end_is_given_up(pause_s, timeout_s, why, responder_for):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    async with Stranger(repeats(head, b" " * 65536, pause_s)) as stranger:
        responder = responder_for(base_url=stranger.origin, timeout_s=timeout_s)
        assert await responder.carry_out(first(room())) == Later(why=why, unsure=True)
