"""What people find in the room when Slack was away for long: one message that tells it all, not forty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.responders.effects import first, notice, post, room
from tests.responders.nights import Night
from tests.world.demo import as_read

HALF_AN_HOUR_S = 1800.0
PUBLISH = {"say": "publish us-42 banner", "label": "Publish", "style": "", "form": "", "text": ""}


@pytest.fixture
async def night() -> AsyncIterator[Night]:
    night = Night()
    async with night.slack:
        night.restart()
        yield night
        await night.responder.close()


async def after(night: Night, *effects) -> None:
    """Slack is back after half an hour, and what waited is told, a message a second."""
    night.now += HALF_AN_HOUR_S
    for effect in effects:
        await night.tell(effect)
        night.now += 1


def asks(night: Night, number: int):
    said = notice(mood="said", title=f"question {number}", next="", actions=[PUBLISH])
    return replace(post(number), at=night.now, payload={"notice": said})


async def test_what_happened_while_slack_was_away_is_one_message(night):
    news = [night.numbered(number) for number in range(1, 41)]
    await after(night, replace(room(), at=night.now), *news)
    assert len(night.messages) == 2
    assert all(f"news {number} of us-42" in as_read(night.messages[1]) for number in range(1, 41))
    assert night.messages[1].text == "🔴 news 40 of us-42"


async def test_it_is_not_added_to_what_was_said_before_slack_went_away(night):
    await night.tell(room())
    await night.say(1)
    await after(night, *[night.numbered(number) for number in (2, 3, 4)])
    assert [message.text for message in night.messages[1:]] == [
        "🔴 news 1 of us-42",
        "🔴 news 4 of us-42",
    ]


async def test_that_it_got_worse_meanwhile_is_told_in_it_too(night):
    await night.tell(room())
    await after(night, *[night.numbered(n, mood) for n, mood in ((1, "worse"), (2, "recovered"))])
    assert [message.text for message in night.messages[1:]] == ["🟢 news 2 of us-42"]
    assert "news 1 of us-42" in as_read(night.messages[1])


async def test_that_it_ended_meanwhile_is_a_message_of_its_own_and_stays(night):
    await night.tell(room())
    moods = ((1, "joined"), (2, "closed"), (3, "joined"), (4, "joined"))
    await after(night, *[night.numbered(number, mood) for number, mood in moods])
    assert [message.text for message in night.messages[1:]] == [
        "🔴 news 4 of us-42",
        "✅ news 2 of us-42",
    ]


async def test_of_what_was_asked_meanwhile_the_newest_stands_by_itself_with_its_buttons(night):
    await night.responder.close()
    night.restart(signing_secret="0123456789abcdef0123456789abcdef")
    await night.tell(room())
    news = [asks(night, 1), night.numbered(2), asks(night, 3), night.numbered(4)]
    await after(night, *news)
    asked, told = night.messages[1:]
    assert "question 3" in asked.text
    assert "question 1" in as_read(asked)
    assert "Publish" in str(asked.blocks)
    assert told.text == "🔴 news 4 of us-42"


async def test_whoever_was_to_be_called_meanwhile_is_called_by_a_message_of_their_own(night):
    await night.tell(room())
    called = replace(post(1, attention="sync", title="the meeting"), at=night.now)
    await after(night, called, night.numbered(2), night.numbered(3))
    assert [message.text for message in night.messages[1:]] == [
        "🔴 the meeting",
        "🔴 news 3 of us-42",
    ]


async def test_an_hour_later_what_happens_is_a_message_again(night):
    await night.tell(room())
    await after(night, night.numbered(1), night.numbered(2))
    await night.say(3, every_s=60)
    assert [message.text for message in night.messages[1:]] == [
        "🔴 news 2 of us-42",
        "🔴 news 3 of us-42",
    ]


async def test_a_receipt_of_an_older_version_is_not_added_to(night):
    await night.tell(room())
    await after(night, night.numbered(1))
    for receipt in night.receipts.values():
        receipt.pop("kind", None)
    late = replace(night.numbered(2), at=night.now - HALF_AN_HOUR_S)
    await night.responder.carry_out(first(late, **night.receipts))
    assert len(night.messages) == 3
