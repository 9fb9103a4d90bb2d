"""A form is opened for whoever asks, and what they send with it acts once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from checker.core.model import Kind, Phase, Symptom
from checker.slack.forms import EMPTY, Form, Origin, view
from checker.slack.inbound import AT_ONCE_MAX, FULL, NO_STORE, SLOW
from checker.slack.payloads import spoken
from tests.slack.house import House, house
from tests.slack.said import ADA, command, fill, mention, press
from tests.world.faults import drop, hang, says, throttle
from tests.world.slack_socket import SlackSocket
from tests.world.slack_views import check_view

CLOSE = view(Form("close", "close us-1"), Origin("C0099", "")) | {"id": "V0001"}
FAILING = (Symptom("us/app", Kind.DOWN, 0.0), Symptom("us/flags", Kind.DOWN, 0.0))


@pytest.fixture
async def open_one(home: House) -> House:
    """us-1 is open."""
    await home.hear("slash_commands", command("declare us exports are empty", "t0"))
    return home


async def answered(home: House, payload: dict[str, Any], way: str = "interactive") -> Any:
    """What goes back to Slack with the delivery."""
    said = spoken(way, payload, "e1")
    assert said is not None
    return await home.inbound.answer(said)


def wrong(answer: Any) -> list[str]:
    """What a form says is wrong, with Slack's own words for how it is answered."""
    assert answer["response_action"] == "errors"
    return list(answer["errors"].values())


async def test_a_button_opens_its_form_and_what_is_sent_closes(open_one: House, slack: SlackSocket):
    assert await answered(open_one, press("close us-1", action="checker.close.0")) == {}
    (shown,) = slack.workspace.views
    assert await answered(open_one, fill(shown, cause="a | disk", fix="a bigger one")) == {}
    closed = await open_one.incident()
    assert (closed.phase, closed.cause, closed.fix) == (Phase.CLOSED, "a | disk", "a bigger one")
    whisper = await slack.workspace.whispered()
    assert (whisper.channel, whisper.user) == ("C0099", ADA)
    assert whisper.text.startswith("us-1 is closed")


async def test_a_form_that_asks_for_a_text_says_it(open_one: House, slack: SlackSocket):
    pressed = press("note us-1\nwe restarted it", action="checker.text.0")
    await answered(open_one, pressed)
    (shown,) = slack.workspace.views
    assert shown["blocks"][0]["element"]["initial_value"] == "we restarted it"
    await answered(open_one, fill(shown, text="we restarted <it> & wait"))
    assert await open_one.lines("note") == ["ada: we restarted <it> & wait"]


async def test_a_form_that_could_be_opened_says_nothing_more(open_one: House, slack: SlackSocket):
    await answered(open_one, press("close us-1", action="checker.close.0"))
    assert slack.workspace.whispers == []


async def test_a_slash_command_without_a_cause_gets_the_usage_and_the_form(
    open_one: House, slack: SlackSocket
):
    said = await answered(open_one, command("close us-1 a full disk"), "slash_commands")
    assert said["text"].endswith("Say it as `/inc close [id] &lt;root cause&gt; | &lt;fix&gt;`")
    (shown,) = slack.workspace.views
    assert shown["blocks"][0]["element"]["initial_value"] == "a full disk"
    assert slack.asked("views.open")[0]["trigger_id"] == "t1"


async def test_a_mention_without_a_cause_gets_the_usage_alone(open_one: House, slack: SlackSocket):
    await answered(open_one, mention("close us-1"), "events_api")
    assert (await slack.workspace.whispered()).text.startswith("What was the root cause")
    assert slack.asked("views.open") == []


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (says("expired_trigger_id"), "views.open: expired_trigger_id"),
        (says("invalid_trigger_id"), "views.open: invalid_trigger_id"),
        (says("view_too_large"), "views.open: view_too_large"),
        (says("token_revoked"), "views.open: token_revoked"),
        (says("missing_scope"), "views.open: missing_scope"),
        (throttle(30), "Slack asks us to wait"),
        (says("ratelimited"), "Slack asks us to wait"),
        (drop(), "Slack's answer was lost: ServerDisconnectedError"),
        (hang(), "Slack did not answer in time"),
    ],
    ids=str,
)
async def test_a_form_that_cannot_be_opened_is_said_with_what_to_say_instead(
    fault: Any, why: str, open_one: House, slack: SlackSocket
):
    await slack.hurt("views.open", fault)
    with capture_logs():
        assert await answered(open_one, press("close us-1", action="checker.close.0")) == {}
    said = (await slack.workspace.whispered()).text
    assert said == (
        f"The form could not be opened. Press once more, or say it: ({why}) `@checker close us-1 …`"
    )


async def test_a_form_that_is_there_already_is_not_missed(open_one: House, slack: SlackSocket):
    await slack.hurt("views.open", says("exchanged_trigger_id"))
    assert await answered(open_one, press("close us-1", action="checker.close.0")) == {}
    assert slack.workspace.whispers == []


async def test_a_button_that_is_brought_twice_opens_one_form(open_one: House, slack: SlackSocket):
    pressed = press("close us-1", action="checker.close.0")
    await asyncio.gather(*(answered(open_one, pressed) for _ in range(3)))
    assert len(slack.asked("views.open")) == 1


# ── bad input ──


@pytest.mark.parametrize(
    "filled", [{"cause": "", "fix": "x"}, {"cause": "x", "fix": "  "}, {"cause": "", "fix": ""}]
)
async def test_a_field_that_is_empty_is_said_in_the_form(filled: dict[str, str], open_one: House):
    assert wrong(await answered(open_one, fill(CLOSE, **filled))) == [EMPTY]
    assert (await open_one.incident()).phase is Phase.OPEN


async def test_a_field_without_letters_is_said_in_the_form(open_one: House):
    answer = await answered(open_one, fill(CLOSE, cause="\x00\x01", fix="x"))
    assert wrong(answer)[0].startswith("What was the root cause")


async def test_what_cannot_be_is_said_in_the_form(open_one: House, slack: SlackSocket):
    await answered(open_one, fill(CLOSE, cause="a", fix="b"))
    again = fill(CLOSE | {"id": "V0002"}, "t10", cause="c", fix="d")
    assert wrong(await answered(open_one, again)) == [
        "us-1: cannot close an incident that is closed"
    ]
    assert (await open_one.incident()).cause == "a"


async def test_a_full_store_leaves_the_form_open_and_it_can_be_sent_again(open_one: House):
    open_one.shelf.full = True
    with capture_logs():
        answer = await answered(open_one, fill(CLOSE, cause="a", fix="b"))
    assert wrong(answer) == [NO_STORE]
    open_one.shelf.full = False
    assert await answered(open_one, fill(CLOSE, cause="a", fix="b")) == {}


async def test_a_slow_store_leaves_the_form_open_and_it_acts_once(
    tmp_path: Path, slack: SlackSocket
):
    async with house(tmp_path, slack, answer_within_s=0.05) as home:
        first = spoken("slash_commands", command("declare us exports are empty", "t0"))
        assert first is not None
        while not (await home.inbound.hear(first)).taken:
            pass
        home.shelf.free.clear()
        assert wrong(await answered(home, fill(CLOSE, cause="a", fix="b"))) == [SLOW]
        home.shelf.free.set()
        while await answered(home, fill(CLOSE, cause="a", fix="b")) != {}:
            pass
        assert home.shelf.brought.count("slack/V0001") == 1


async def test_a_form_is_not_taken_when_too_much_is_under_way(tmp_path: Path, slack: SlackSocket):
    async with house(tmp_path, slack, answer_within_s=0.0) as home:
        home.shelf.free.clear()
        for number in range(AT_ONCE_MAX):
            await home.hear("slash_commands", command("declare us x", f"t{number}"))
        assert wrong(await answered(home, fill(CLOSE, "one more", cause="a", fix="b"))) == [FULL]


# ── once ──


async def test_a_form_that_is_brought_twice_acts_once(open_one: House, slack: SlackSocket):
    payload = fill(CLOSE, cause="a", fix="b")
    assert await answered(open_one, payload) == await answered(open_one, payload) == {}
    assert open_one.shelf.brought.count("slack/V0001") == 1


async def test_a_form_that_is_brought_again_after_a_restart_acts_once(
    tmp_path: Path, slack: SlackSocket
):
    text = view(Form("text", "note us-1"), Origin("C0099", "")) | {"id": "V0001"}
    async with house(tmp_path, slack) as before:
        await before.hear("slash_commands", command("declare us exports are empty", "t0"))
        await answered(before, fill(text, text="restarted it"))
    async with house(tmp_path, slack) as after:
        after.door.state = (await after.store.restore()).state
        assert await answered(after, fill(text, "another", text="restarted it")) == {}
        assert await after.lines("note") == ["ada: restarted it"]


# ── while checks fail ──


async def test_a_close_while_checks_fail_is_asked_for_once_more_in_the_form(
    open_one: House, slack: SlackSocket
):
    open_one.shelf.failing = FAILING
    answer = await answered(open_one, fill(CLOSE, cause="a", fix="b"))
    assert answer["response_action"] == "update"
    again = answer["view"]
    check_view(again)
    assert again["blocks"][0]["text"]["text"] == (
        "us-1 is not closed yet: us/app, us/flags still fails."
    )
    assert again["submit"]["text"] == "Close all the same"
    assert again["blocks"][1]["element"]["initial_value"] == "a"
    assert (await open_one.store.incident("us-1")).phase is Phase.OPEN  # type: ignore[union-attr]
    assert await answered(open_one, fill(again | {"id": "V0001"}, "t10", cause="a", fix="b")) == {}
    assert (await open_one.store.incident("us-1")).phase is Phase.CLOSED  # type: ignore[union-attr]


async def test_a_close_while_checks_fail_is_asked_for_once_more_in_words(open_one: House):
    open_one.shelf.failing = FAILING
    said = await answered(open_one, command("close us-1 a | b"), "slash_commands")
    assert said["text"] == (
        "us-1 is not closed yet: us/app, us/flags still fails. "
        "Close all the same: `/inc close us-1 anyway a | b`"
    )
    await answered(open_one, command("close us-1 anyway a | b", "t2"), "slash_commands")
    assert (await open_one.store.incident("us-1")).phase is Phase.CLOSED  # type: ignore[union-attr]
