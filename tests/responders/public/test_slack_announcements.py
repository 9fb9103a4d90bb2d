"""#announcements, at a Slack that remembers what it was told; and each way in which it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

from checker.responders.contract import Answer, Done, Later, Never
from checker.responders.contract_findings import Examined, Health
from checker.responders.slack_announcements import Responder, Settings
from checker.responders.slack_refusals import FINAL, MEND, TROUBLE
from tests.responders.effects import AT, again, first, publish, withdraw
from tests.responders.public.saying import done, published
from tests.world.faults import Fault, drop, empty, hang, page, raw, refuse, says, status, throttle
from tests.world.slack import Slack
from tests.world.slack_workspace import BOT, Channel

POST, EDIT = "chat.postMessage", "chat.update"
HISTORY = "conversations.history"


@pytest.fixture
def channel(slack: Slack) -> Channel:
    return slack.workspace.add_channel("announcements", BOT)


@pytest.fixture
async def announcer(slack: Slack, channel: Channel) -> AsyncIterator[Responder]:
    settings = Settings(token=slack.token, channel=channel.id, base_url=slack.api, timeout_s=2.0)
    made = Responder(settings)
    yield made
    await made.close()


def texts(channel: Channel) -> list[str]:
    return [message.text for message in channel.messages]


async def test_what_is_published_is_one_message(announcer, channel):
    answer = await published(announcer)
    (message,) = channel.messages
    assert message.text == "PostHog Cloud US is down\nWe are working on it."
    assert [block["type"] for block in message.blocks] == ["header", "section"]
    receipt = {"at": AT, "channel": channel.id, "ts": message.ts}
    assert answer == Done(receipt, "announced in Slack: PostHog Cloud US is down")


async def test_words_published_again_are_an_edit(announcer, channel):
    receipt = (await published(announcer)).receipt
    await done(announcer, first(publish(2, text="Half of it is back."), publish=receipt))
    assert texts(channel) == ["PostHog Cloud US is down\nHalf of it is back."]
    assert channel.messages[0].edits == 1


async def test_the_end_is_said_in_the_same_message(announcer, channel):
    receipt = (await published(announcer)).receipt
    answer = await done(announcer, first(withdraw(), publish=receipt))
    assert texts(channel) == ["✅ PostHog Cloud US works again\nIt was down for 5 min."]
    assert answer == Done({"at": AT}, "announced in Slack: it is over")


async def test_what_is_published_after_the_end_is_a_message_of_its_own(announcer, channel):
    receipt = (await published(announcer)).receipt
    ended = (await done(announcer, first(withdraw(), publish=receipt))).receipt
    later = first(publish(2), publish=receipt, withdraw={**ended, "at": AT + 60})
    await done(announcer, later)
    assert len(channel.messages) == 2


async def test_the_end_of_what_was_never_published_says_nothing(announcer, channel):
    answer = await done(announcer, first(withdraw()))
    assert answer.note == "announced in Slack: nothing of ours is up"
    assert channel.messages == []


async def test_a_message_that_is_gone_is_said_anew_and_not_ended(announcer, channel):
    receipt = (await published(announcer)).receipt
    channel.messages.clear()
    answer = await done(announcer, first(withdraw(), publish=receipt))
    assert answer.note == "announced in Slack: left alone, the message is gone"
    await done(announcer, first(publish(2), publish=receipt))
    assert len(channel.messages) == 1


async def test_nobody_is_mentioned_whatever_the_words_are(announcer, channel):
    await published(announcer, title="<!channel> *down*", text="Tell <@U1> & <!here>\n_all_ of you")
    (message,) = channel.messages
    assert message.text == (
        "&lt;!channel&gt; *down*\nTell &lt;@U1&gt; &amp; &lt;!here&gt;\n_all_ of you"
    )
    assert {block["text"]["type"] for block in message.blocks} == {"plain_text"}


async def test_formatting_is_shown_and_not_obeyed(announcer, slack):
    await published(announcer)
    (args,) = slack.asked(POST)
    assert str(args["mrkdwn"]).lower() in ("0", "false")


async def test_long_words_are_cut_to_what_slack_takes(announcer, channel):
    receipt = (await published(announcer, title="&" * 999, text="<" * 99_999)).receipt
    await done(announcer, first(publish(2, title="é" * 999, text="é" * 99_999), publish=receipt))
    assert len(channel.messages[0].text) <= 4000


async def test_a_title_alone_is_enough(announcer, channel):
    await published(announcer, text=" \n")
    assert texts(channel) == ["PostHog Cloud US is down"]


async def test_what_slack_finds_too_much_is_said_without_blocks(announcer, channel, slack):
    await slack.hurt(POST, says("msg_blocks_too_long"), times=1)
    receipt = (await published(announcer)).receipt
    assert channel.messages[0].blocks == []
    await slack.hurt(EDIT, says("invalid_blocks"), times=1)
    await done(announcer, first(publish(2, text="More."), publish=receipt))
    assert texts(channel) == ["PostHog Cloud US is down\nMore."]


async def test_a_public_channel_is_joined(announcer, channel):
    channel.members.clear()
    await published(announcer)
    assert BOT in channel.members
    assert len(channel.messages) == 1


async def test_a_private_channel_must_invite_the_bot(announcer, channel, slack):
    channel.members.clear()
    await slack.hurt("conversations.join", says("method_not_supported_for_channel_type"))
    answer = await announcer.carry_out(first(publish()))
    assert answer == Never(
        f"Slack refused {POST}: not_in_channel; the bot was removed from the channel; invite it back"
    )


# ── lost answers ──


async def test_after_a_lost_answer_it_is_looked_for_before_it_is_said_again(
    announcer, channel, slack
):
    await slack.hurt(POST, drop(), times=1)
    lost = await announcer.carry_out(first(publish()))
    assert isinstance(lost, Later)
    assert lost.unsure
    await published_by_another(announcer)
    answer = await done(announcer, again(publish()))
    assert answer.receipt["ts"] == channel.messages[0].ts
    assert len(channel.messages) == 2


async def published_by_another(announcer: Responder) -> None:
    await published(announcer, key="checker/eu-7")


async def test_what_is_not_found_after_a_lost_answer_is_said(announcer, channel, slack):
    await slack.hurt(POST, status(503), times=1)
    assert isinstance(await announcer.carry_out(first(publish())), Later)
    await done(announcer, again(publish()))
    assert len(channel.messages) == 1


async def test_where_we_may_not_look_it_is_said_again(announcer, channel, slack):
    slack.scopes_missing.add(HISTORY)
    await done(announcer, again(publish()))
    assert len(channel.messages) == 1


async def test_a_look_that_fails_is_tried_again_before_anything_is_said(announcer, channel, slack):
    await slack.hurt(HISTORY, status(503))
    assert isinstance(await announcer.carry_out(again(publish())), Later)
    assert channel.messages == []


# ── refusals ──

TABLE: list[tuple[Fault, Answer]] = [
    *[(says(word), Later(f"Slack refused {POST}: {word}; {MEND[word]}", 300)) for word in MEND],
    *[
        (says(word), Never(f"Slack refused {POST}: {word}; {FINAL[word]}"))
        for word in sorted(set(FINAL) - {"not_in_channel"})
    ],
    *[
        (says(word), Later(f"Slack refused {POST}: {word}", unsure=True))
        for word in sorted(TROUBLE)
    ],
    (says("msg_too_long"), Never(f"Slack refused {POST}: msg_too_long")),
    (says("brand_new_word"), Later(f"Slack refused {POST}: brand_new_word")),
    (says("ratelimited"), Later("Slack asks us to wait")),
    (throttle(30), Later("Slack asks us to wait", 30)),
    (throttle(99_999), Later("Slack asks us to wait", 300)),
    (status(500), Later("Slack answered 500", unsure=True)),
    (status(404), Later("Slack answered 404")),
    (hang(), Later("Slack did not answer in time", unsure=True)),
]


@pytest.mark.parametrize(("fault", "answer"), TABLE, ids=str)
async def test_what_follows_when_it_is_not_said(fault, answer, announcer, slack):
    await slack.hurt(POST, fault)
    assert await announcer.carry_out(first(publish())) == answer


@pytest.mark.parametrize(
    "fault",
    [drop(), page(), empty(), raw("application/json", '{"ok": true}'), raw("text/plain", "hm")],
    ids=["cut", "html", "nothing", "no ts", "no JSON"],
)
async def test_an_answer_that_is_lost_or_not_slacks_leaves_it_in_doubt(fault, announcer, slack):
    await slack.hurt(POST, fault)
    answer = await announcer.carry_out(first(publish()))
    assert isinstance(answer, Later)
    assert answer.unsure


async def test_a_slack_that_refuses_connections_has_surely_done_nothing(announcer, slack):
    await slack.hurt(POST, refuse())
    answer = await announcer.carry_out(first(publish()))
    assert isinstance(answer, Later)
    assert not answer.unsure


async def test_an_edit_that_is_refused_for_a_while_is_tried_again(announcer, slack):
    receipt = (await published(announcer)).receipt
    await slack.hurt(EDIT, throttle(7))
    answer = await announcer.carry_out(first(withdraw(), publish=receipt))
    assert answer == Later("Slack asks us to wait", 7)


@pytest.mark.parametrize("settings", [{"token": "xoxp-1"}, {"channel": "#announcements"}])
def test_what_cannot_be_a_token_or_a_channel_is_refused(settings):
    with pytest.raises(ValidationError):
        Settings(**{"token": "xoxb-1", "channel": "C1"} | settings)


# ── doctor ──


async def test_a_good_token_is_found_good(announcer, slack):
    assert isinstance(announcer, Examined)
    (found,) = await announcer.examine()
    assert (found.health, found.what) == (Health.OK, "Slack's token may announce")
    assert slack.asked(POST) == []


@pytest.mark.parametrize(
    ("scope", "healths"),
    [
        ("chat:write", [Health.BAD]),
        ("channels:history", [Health.WARNING, Health.OK]),
    ],
)
async def test_a_missing_scope_is_named(scope, healths, announcer, slack):
    slack.scopes.remove(scope)
    found = await announcer.examine()
    assert [finding.health for finding in found] == healths
    assert scope in found[0].what


async def test_a_slack_that_says_no_scopes_is_a_warning(announcer, slack):
    await slack.hurt("auth.test", raw("application/json", '{"ok": true}'))
    (found,) = await announcer.examine()
    assert found.health is Health.WARNING


@pytest.mark.parametrize("fault", [says("token_revoked"), refuse(), status(503), page()], ids=str)
async def test_a_token_that_is_no_good_is_bad(fault, announcer, slack):
    await slack.hurt("auth.test", fault)
    (found,) = await announcer.examine()
    assert found.health is Health.BAD
    assert slack.token not in f"{found}"
