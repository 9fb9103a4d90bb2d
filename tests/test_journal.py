"""The log: one event a line, and no secret in it."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from checker import journal

SECRET = 'xoxb-"quoted"-secret'


pytestmark = pytest.mark.usefixtures("log_as_it_was")


def written(form: str = "json", level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    journal.write_to(stream, level, form)
    return stream


def test_an_event_is_a_line_of_json_with_its_time_and_level():
    stream = written()
    structlog.get_logger().warning("paged", incident="us-42")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["incident"], line["level"]) == ("paged", "us-42", "warning")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("form", "is_for_people"), [("json", False), ("text", True), (None, False)]
)
def test_whoever_writes_to_it_is_told_whether_people_read_it(form, is_for_people):
    assert journal.write_to(io.StringIO(), "info", form) is is_for_people


def test_less_than_was_asked_for_is_left_out():
    stream = written(level="error")
    structlog.get_logger().warning("paged")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_secret_is_hidden_wherever_it_comes_from(form: str):
    stream = written(form)
    journal.hide([SECRET])
    structlog.get_logger().warning(f"to {SECRET}", why=[f"at {SECRET}"])
    try:
        raise ValueError(SECRET)
    except ValueError:
        structlog.get_logger().exception("it broke")
    logging.getLogger("a.library").warning("with %s", SECRET)
    assert "xoxb" not in stream.getvalue()
    assert stream.getvalue().count("(secret)") >= 4


def test_what_is_too_short_to_be_a_secret_hides_no_words():
    stream = written()
    journal.hide(["a", ""])
    structlog.get_logger().warning("a page")
    assert json.loads(stream.getvalue())["event"] == "a page"


def test_after_a_reload_the_new_secrets_are_hidden():
    stream = written()
    journal.hide(["the-first-token"])
    journal.hide(["the-second-token"])
    structlog.get_logger().info("the-second-token")
    assert "second" not in stream.getvalue()


def test_what_a_library_logs_names_the_library():
    stream = written()
    logging.getLogger("apscheduler").error("a job broke")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["logger"], line["level"]) == (
        "a job broke",
        "apscheduler",
        "error",
    )


def test_a_traceback_shows_no_values():
    stream = written("text")
    held = "a local variable's value"
    try:
        raise RuntimeError("it broke") if held else AssertionError
    except RuntimeError:
        structlog.get_logger().exception("broken")
    assert "Traceback" in stream.getvalue()
    assert held not in stream.getvalue().replace('held = "a', "")
