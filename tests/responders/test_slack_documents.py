"""The analysis document in Slack: a file in the room, or a message where files cannot be left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.responders.contract import Done, Later, Never
from checker.responders.slack import Responder
from checker.responders.slack_documents import TEXT_MAX
from checker.responders.slack_files import Files
from checker.responders.slack_line import Line
from checker.responders.slack_refusals import NO_FILES, Unanswered
from tests.responders.effects import again, document, first, post, room
from tests.responders.rooms import opened
from tests.world.faults import drop, hang, page, says, status, throttle
from tests.world.slack import Slack
from tests.world.slack_workspace import BOT

ADDRESS, SHARE = "files.getUploadURLExternal", "files.completeUploadExternal"


async def test_the_document_is_a_file_in_the_room(responder: Responder, slack: Slack):
    channel, receipt = await opened(slack)
    answer = await responder.carry_out(first(document(), room=receipt))
    assert answer == Done({"channel": channel.id}, note="the document is in Slack: us-42.md")
    (file,) = slack.workspace.files
    assert (file.name, file.title) == ("us-42.md", "Incident us-42")
    assert file.content == b"# us-42\n\nIt was down."
    assert channel.messages[-1].text == "Incident us-42"
    assert channel.messages[-1].files[0]["id"] == file.id


async def test_nobody_is_called_by_its_title(responder: Responder, slack: Slack):
    channel, receipt = await opened(slack)
    await responder.carry_out(first(document(title="<!channel> <@U1> us-42"), room=receipt))
    assert channel.messages[-1].text == "&lt;!channel&gt; &lt;@U1&gt; us-42"


async def test_letters_of_two_bytes_are_sent_whole(responder: Responder, slack: Slack):
    _, receipt = await opened(slack)
    await responder.carry_out(first(document(text="é" * 100), room=receipt))
    assert slack.workspace.files[0].content == "é".encode() * 100


async def test_in_a_fixed_channel_the_document_is_in_the_thread(
    slack: Slack, responder_for: Callable[..., Responder]
):
    fixed = slack.workspace.add_channel("incidents", BOT)
    await slack.hurt("conversations.create", says("restricted_action"))
    opened_there = await responder_for(fallback_channel=fixed.id).carry_out(first(room()))
    assert isinstance(opened_there, Done)
    await responder_for().carry_out(first(document(), room=opened_there.receipt))
    assert fixed.messages[-1].thread == opened_there.receipt["thread"]
    assert fixed.messages[-1].files


async def test_a_document_whose_answer_was_lost_is_found_and_not_sent_again(
    responder: Responder, slack: Slack
):
    channel, receipt = await opened(slack)
    await slack.hurt(SHARE, drop(), times=1)
    lost = await responder.carry_out(first(document(), room=receipt))
    assert isinstance(lost, Later)
    assert lost.unsure
    assert isinstance(await responder.carry_out(again(document(), room=receipt)), Done)
    assert len(channel.messages) == 2


async def test_a_document_that_never_arrived_is_sent(responder: Responder, slack: Slack):
    channel, receipt = await opened(slack)
    await responder.carry_out(again(document(), room=receipt))
    assert len(channel.messages) == 2


async def test_a_bot_that_was_removed_joins_again(responder: Responder, slack: Slack):
    channel, receipt = await opened(slack)
    channel.members.clear()
    assert isinstance(await responder.carry_out(first(document(), room=receipt)), Done)
    assert channel.messages[-1].files


@pytest.mark.parametrize("word", ["", "missing_scope"])
async def test_the_document_waits_for_its_second(word, responder, slack):
    _, receipt = await opened(slack)
    await responder.carry_out(first(post(), room=receipt))
    if word:
        await slack.hurt(ADDRESS, says(word))
    answer = await responder.carry_out(first(document(), room=receipt))
    assert isinstance(answer, Later)
    assert answer.why == "one message a second to a channel"


@pytest.mark.parametrize(
    ("step", "fault", "later"),
    [
        (ADDRESS, throttle(30), Later(why="Slack asks us to wait", after_s=30)),
        (ADDRESS, hang(), Later(why="Slack did not answer in time", unsure=True)),
        ("upload", status(500), Later(why="Slack answered 500 to the file")),
        ("upload", hang(), Later(why="the file could not be sent to Slack: TimeoutError")),
        (
            "upload",
            drop(),
            Later(why="the file could not be sent to Slack: ServerDisconnectedError"),
        ),
        (SHARE, says("ratelimited"), Later(why="Slack asks us to wait")),
        (
            SHARE,
            says("internal_error"),
            Later(why=f"Slack refused {SHARE}: internal_error", unsure=True),
        ),
    ],
    ids=str,
)
async def test_what_passes_is_tried_again(step, fault, later, responder, slack):
    _, receipt = await opened(slack)
    await slack.hurt(step, fault)
    assert await responder.carry_out(first(document(), room=receipt)) == later


async def test_a_revoked_token_says_what_to_mend(responder: Responder, slack: Slack):
    _, receipt = await opened(slack)
    slack.revoked = True
    answer = await responder.carry_out(first(document(), room=receipt))
    assert isinstance(answer, Later)
    assert answer.after_s == 300


@pytest.mark.parametrize("word", ["channel_not_found", "invalid_channel", "file_update_failed"])
async def test_what_cannot_help_is_not_tried_again(word, responder, slack):
    _, receipt = await opened(slack)
    await slack.hurt(SHARE, says(word))
    answer = await responder.carry_out(first(document(), room=receipt))
    assert isinstance(answer, Never)
    assert answer.why.startswith(f"Slack refused {SHARE}: {word}")


async def test_an_answer_that_is_not_slacks_is_tried_again(responder, slack):
    _, receipt = await opened(slack)
    await slack.hurt(ADDRESS, page())
    answer = await responder.carry_out(first(document(), room=receipt))
    assert isinstance(answer, Later)
    assert "not Slack's" in answer.why


async def test_an_address_without_tls_is_not_written_to(slack: Slack):
    line = Line(slack.token, slack.api, 0.5)
    with pytest.raises(Unanswered, match="not https://"):
        await Files(line, "https://slack.com/api/").upload("us-42.md", b"x")
    await line.close()
    assert slack.workspace.files[0].content is None


async def test_the_token_does_not_go_to_the_address_of_the_file(responder, slack):
    _, receipt = await opened(slack)
    await responder.carry_out(first(document(), room=receipt))
    assert slack.workspace.files[0].content is not None  # the fake takes nothing with a token


# ── as a message ──


@pytest.mark.parametrize("word", sorted(NO_FILES))
@pytest.mark.parametrize("step", [ADDRESS, SHARE])
async def test_where_files_cannot_be_left_it_is_a_message(step, word, responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt(step, says(word))
    answer = await responder.carry_out(first(document(), room=receipt))
    assert isinstance(answer, Done)
    assert answer.note.endswith(f"it cannot be a file: Slack refused {step}: {word}")
    assert channel.messages[-1].text == "# us-42\n\nIt was down."


async def test_a_message_shows_the_document_as_it_is_and_calls_nobody(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt(ADDRESS, says("missing_scope"))
    text = "# us-42\n*bold* <!channel> <@U1> a & b"
    await responder.carry_out(first(document(text=text), room=receipt))
    assert channel.messages[-1].text == ("# us-42\n*bold* &lt;!channel&gt; &lt;@U1&gt; a &amp; b")
    assert slack.asked("chat.postMessage")[-1]["mrkdwn"] is False


@pytest.mark.parametrize("text", ["x" * 90_000, "<\n" * 50_000])
async def test_a_long_document_is_cut_and_says_where_the_rest_is(text, responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt(ADDRESS, says("missing_scope"))
    await responder.carry_out(first(document(text=text), room=receipt))
    said = channel.messages[-1].text
    assert TEXT_MAX - 100 < len(said) <= TEXT_MAX
    assert said.endswith("… cut here: `checker incident export` has the whole of it.")


async def test_a_message_that_is_too_long_all_the_same_is_cut_shorter(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt(ADDRESS, says("missing_scope"))
    await slack.hurt("chat.postMessage", says("msg_too_long"), times=1)
    await responder.carry_out(first(document(text="x" * 9000), room=receipt))
    assert len(channel.messages[-1].text) <= 3500


async def test_a_lost_message_is_found_and_not_sent_again(responder, slack):
    channel, receipt = await opened(slack)
    await slack.hurt(ADDRESS, says("missing_scope"))
    await slack.hurt("chat.postMessage", drop(), times=1)
    await responder.carry_out(first(document(), room=receipt))
    assert isinstance(await responder.carry_out(again(document(), room=receipt)), Done)
    assert len(channel.messages) == 2
