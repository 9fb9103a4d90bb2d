"""Which message has a place of its own in a room, and which is added to another."""

from __future__ import annotations

from typing import Any

import pytest

from checker.responders.slack_message import full
from checker.responders.slack_pace import EARLIER_MAX, gathered, has_place
from tests.responders.effects import AT, first, post
from tests.world.slack_limits import UPDATE_TEXT_MAX, check_message


def said(*times: float, **more: Any) -> dict[str, Any]:
    return {
        f"post/{n}": {"channel": "C1", "ts": f"{AT + t:.6f}", **more} for n, t in enumerate(times)
    }


@pytest.mark.parametrize(
    ("times", "at", "is_so"),
    [
        ((), 0, True),
        (range(19), 599, True),
        (range(20), 599, False),
        (range(20), 600, True),
        (range(600), 600, True),
        ((0, *range(600, 611)), 700, True),
        ((0, *range(600, 612)), 700, False),
        ((0, *range(600, 612)), 4200, False),
        ((0, *range(600, 612)), 4201, True),
        (range(100, 120), 0, False),
    ],
    ids=str,
)
def test_a_message_has_a_place_within_the_numbers(times, at, is_so):
    assert has_place(said(*times), "C1", AT + at) is is_so


def test_what_was_said_in_another_channel_does_not_count():
    assert has_place(said(*range(20)), "C2", AT)


def test_the_last_places_are_kept():
    assert has_place(said(*range(13)), "C1", AT, spare=6)
    assert not has_place(said(*range(14)), "C1", AT, spare=6)


def test_messages_of_before_there_were_words_in_receipts_are_not_added_to():
    assert gathered(first(post(), **said(*range(20))), "C1") is None


def test_a_message_that_tells_of_hundreds_counts_the_oldest_and_fits():
    told = said(*[0.0] * 300)
    told = {
        n: one | {"told": "x" * 110, "told_at": AT + i} for i, (n, one) in enumerate(told.items())
    }
    others = {f"x{n}": {"channel": "C1", "ts": f"{AT - 30 + n}"} for n in range(20)}
    found = gathered(first(post(), **told, **others), "C1")
    assert found is not None
    assert found[1]["lines"][0]["text"] == f"{300 - EARLIER_MAX} more, which are in the timeline"
    message = full(found[1])
    check_message({"text": message.text, "blocks": list(message.blocks)}, UPDATE_TEXT_MAX)
    assert str(message.blocks).count("x" * 110) == EARLIER_MAX
