"""Series: what a story's world does, in one line."""

from __future__ import annotations

import pytest

from checker.rehearsal.series import Answers, Ends, Errors, Lag, Misspelt, Piece, Slow, pieces
from probes.contract import Reason

HOUR = 3600.0


def read(text: str, step_s: float = 60.0) -> tuple[Piece, ...]:
    return pieces(text, step_s, HOUR)


def states(text: str) -> list[object]:
    return [piece.state for piece in read(text)]


def test_pieces_follow_each_other_without_a_gap():
    made = read("ok x10, timeout x20, ok x10")
    assert [(p.begins, p.ends) for p in made] == [
        (0.0, 600.0),
        (600.0, 1800.0),
        (1800.0, 2400.0),
        (2400.0, HOUR),
    ]


def test_steps_are_as_long_as_the_story_says():
    assert read("ok x10, 503", step_s=30.0)[1].begins == 300.0


def test_the_last_piece_may_go_on_to_the_end():
    assert read("ok for 10m, 503")[-1].ends == HOUR


def test_what_is_not_said_is_right():
    assert read("503 for 10m")[-1] == Piece(Ends(), 600.0, HOUR)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("ok", Ends()),
        ("503", Answers(503)),
        ("timeout", Ends(Reason.TIMEOUT)),
        ("own_key", Ends(Reason.OWN_KEY)),
        ("inconclusive", Ends(Reason.LOOK_UP)),
        ("slow 4s", Slow(4.0)),
        ("lag 30s..400s over 20m", Lag(30.0, 400.0)),
        ("lag 0..2m", Lag(0.0, 120.0)),
        ("lag 5m", Lag(300.0, 300.0)),
        ("errors 38% seed 7", Errors(0.38, 7, Answers(500))),
        ("errors 2.5% as timeout for 10m", Errors(0.025, 1, Ends(Reason.TIMEOUT))),
        ("errors 97% seed 3 as 429 for 72m", Errors(0.97, 3, Answers(429))),
    ],
)
def test_every_state_has_its_words(text, state):
    assert states(text)[0] == state


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("ok for 10m, timeuot", "'timeuot' is no state of the world", 12),
        ("ok, 503", "how long does 'ok' last?", 0),
        ("ok for ten, 503", "'ten' is no duration", 0),
        ("ok x0, 503", "'ok x0' lasts no time", 0),
        ("slow soon", "'soon' is no duration", 0),
        ("errors 38", "'errors 38' is no state of the world", 0),
        ("", "'' is no state of the world", 0),
    ],
)
def test_what_is_misspelt_is_told_with_its_place(text, message, offset):
    with pytest.raises(Misspelt) as told:
        read(text)
    assert (told.value.message, told.value.offset) == (message, offset)


def test_the_nearest_word_is_offered():
    with pytest.raises(Misspelt) as told:
        read("timeuot")
    assert told.value.hint == "did you mean 'timeout'?"
