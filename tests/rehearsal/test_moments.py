"""Times of a story as they are written and shown."""

from __future__ import annotations

import pytest

from checker.rehearsal.moments import WHOLE, Span, after, date, moment, span


@pytest.mark.parametrize(
    ("text", "seconds"), [("12m30s", 750.0), ("0", 0.0), (0, 0.0), ("0s", 0.0)]
)
def test_a_moment_is_so_long_after_the_begin(text, seconds):
    assert moment(text) == seconds


@pytest.mark.parametrize("text", ["12", 12, "soon", None])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match=r"a (time|duration)"):
        moment(text)


def test_a_stretch_has_two_ends():
    assert span("0..2m") == Span(0.0, 120.0)
    assert span("0..2m").holds(120.0)
    assert not span("1m..2m").holds(59.0)


@pytest.mark.parametrize("text", ["2m", "3m..2m", "..", "a..b", 7])
def test_what_is_no_stretch_is_refused(text):
    with pytest.raises(ValueError, match="the sooner first"):
        span(text)


def test_a_date_is_utc():
    assert date("2025-09-29 16:58") == date("2025-09-29T18:58:00+02:00")


@pytest.mark.parametrize("text", ["yesterday", 2025])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="a date and time, UTC"):
        date(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0s"), (35, "35s"), (60, "1m"), (750.9, "12m30s"), (3600, "1h"), (3605, "1h00m05s"), (7500, "2h05m")],
)  # fmt: skip
def test_times_are_shown_as_people_say_them(seconds, text):
    assert after(seconds) == text


def test_a_stretch_says_from_when_to_when():
    assert [str(s) for s in (WHOLE, Span(60, 90), Span(60, 60))] == [
        "",
        " between 1m and 1m30s",
        " at 1m",
    ]
