"""What a person can say by a button, and that it fits."""

from __future__ import annotations

import pytest

from checker.responders.contract import Done
from checker.responders.slack_buttons import WEIGHT_MAX, button_row, weight
from checker.responders.slack_message import Manner, full
from tests.responders.effects import first, notice, post, room, summary
from tests.responders.rooms import NAME
from tests.world.faults import says
from tests.world.slack_limits import UPDATE_TEXT_MAX, check_message, texts

HEARD = {"signing_secret": "0123456789abcdef0123456789abcdef"}


def action(say: str = "lead us-42", label: str = "Take the lead", **more: str) -> dict[str, str]:
    return {"say": say, "label": label, "style": "", "form": "", "text": ""} | more


def buttons(message) -> list[dict]:
    return [e for block in message.blocks for e in block.get("elements", ())]


def test_an_action_is_a_button_whose_value_is_the_sentence():
    assert buttons(full(notice(actions=[action(style="primary")]))) == [
        {
            "type": "button",
            "text": {"type": "plain_text", "emoji": False, "text": "Take the lead"},
            "action_id": "checker.say.0",
            "value": "lead us-42",
            "style": "primary",
        }
    ]


def test_a_button_that_asks_for_a_form_says_which():
    made = buttons(full(notice(actions=[action("close us-42", form="close")])))
    assert (made[0]["action_id"], made[0]["value"]) == ("checker.close.0", "close us-42")


def test_what_stands_in_a_form_at_first_is_below_the_sentence():
    drafted = action("publish us-42 banner", form="text", text="We are down.\nSorry.")
    (made,) = buttons(full(notice(actions=[drafted])))
    assert made["action_id"] == "checker.text.0"
    assert made["value"] == "publish us-42 banner\nWe are down.\nSorry."


def test_no_two_buttons_of_a_message_have_one_name():
    twice = [action("publish us-42 banner", form=form) for form in ("", "text", "text")]
    ids = [made["action_id"] for made in buttons(full(notice(actions=twice)))]
    assert ids == ["checker.say.0", "checker.text.1", "checker.text.2"]


def test_a_style_that_slack_does_not_know_is_left_out():
    assert "style" not in buttons(full(notice(actions=[action(style="loud")])))[0]


def test_a_notice_without_actions_has_no_buttons():
    assert buttons(full(notice())) == []


def test_a_notice_of_before_there_were_actions_is_said():
    older = {
        name: value for name, value in notice().items() if name not in ("actions", "attention")
    }
    assert buttons(full(older)) == []


def test_where_nobody_listens_there_are_no_buttons():
    assert buttons(full(notice(actions=[action()]), Manner(buttons=False))) == []


@pytest.mark.parametrize("count", [1, 25, 26, 400])
@pytest.mark.parametrize("text", ["x", "x" * 5000, "<" * 5000, "é\n" * 5000, "", " \n"])
def test_whatever_can_be_said_fits(text: str, count: int):
    actions = [action(f"publish us-42 banner {text[:60]}", text, form="text", text=text)] * count
    lines = [{"label": "x" * 500, "text": "x" * 5000}] * 40
    message = full(notice(actions=actions, lines=lines, next="x" * 5000))
    check_message({"text": message.text, "blocks": list(message.blocks)}, UPDATE_TEXT_MAX)
    values = sum(len(button["value"]) for button in buttons(message))
    assert values + sum(len(t) for block in message.blocks for t in texts(block)) < 13_000
    assert 1 <= len(buttons(message)) <= 25


def test_a_sentence_that_would_be_cut_is_no_button():
    assert button_row([action("note us-42 " + "x" * 2000)]) is None


def test_a_draft_that_does_not_fit_ends_where_one_sees_it():
    row = button_row([action("publish us-42 banner", form="text", text="x" * 5000)])
    assert row is not None
    value = row.to_dict()["elements"][0]["value"]
    assert (len(value), value[-1]) == (2000, "…")
    assert weight(row) <= WEIGHT_MAX


# ── in Slack ──


@pytest.mark.parametrize("effect", [post(actions=[action()]), summary(actions=[action()])])
async def test_posts_and_the_summary_have_their_buttons(effect, slack, responder_for):
    opened = await responder_for(**HEARD).carry_out(first(room()))
    assert isinstance(opened, Done)
    answer = await responder_for(**HEARD).carry_out(first(effect, room=opened.receipt))
    assert isinstance(answer, Done)
    assert "checker.say.0" in str(slack.workspace.channel(NAME).messages[-1].blocks)


async def test_a_message_whose_buttons_are_refused_is_said_without_blocks(slack, responder_for):
    responder = responder_for(**HEARD)
    await slack.hurt("chat.postMessage", says("invalid_blocks"), times=1)
    await responder.carry_out(first(room(notice=notice(actions=[action()]))))
    (message,) = slack.workspace.channel(NAME).messages
    assert message.blocks == []
    assert message.text.startswith("🔴 us: app is down")


async def test_with_nobody_to_hear_them_no_buttons_are_posted(slack, responder):
    await responder.carry_out(first(room(notice=notice(actions=[action()]))))
    assert "checker.say" not in str(slack.workspace.channel(NAME).messages[0].blocks)


# ── the one who is called ──


async def test_whoever_schedules_the_sync_is_called_by_a_message_of_its_own(slack, responder_for):
    opened = await responder_for().carry_out(first(room()))
    assert isinstance(opened, Done)
    effect = post(attention="sync")
    answer = await responder_for(sync_owner="U0TIM").carry_out(first(effect, room=opened.receipt))
    message = slack.workspace.channel(NAME).messages[-1]
    assert message.text.endswith(" <@U0TIM>")
    assert "<@U0TIM>" in str(message.blocks)
    assert isinstance(answer, Done)
    assert answer.receipt["kept"]


async def test_in_few_words_they_are_called_all_the_same(slack, responder_for):
    opened = await responder_for().carry_out(first(room()))
    assert isinstance(opened, Done)
    await slack.hurt("chat.postMessage", says("invalid_blocks"), times=1)
    responder = responder_for(sync_owner="U0TIM")
    await responder.carry_out(first(post(attention="sync"), room=opened.receipt))
    assert "<@U0TIM>" in slack.workspace.channel(NAME).messages[-1].text


@pytest.mark.parametrize(
    ("attention", "owner"), [("", "U0TIM"), ("sync", None), ("<!channel>", "U0TIM")]
)
def test_nobody_else_is_called(attention: str, owner: str | None):
    message = full(notice(attention=attention), Manner(sync_owner=owner))
    assert "<@" not in message.text + str(message.blocks)
    assert "<!" not in message.text + str(message.blocks)
