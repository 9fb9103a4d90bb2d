"""A form is one that Slack shows, and what is sent with it is read as it was written."""

from __future__ import annotations

import pytest

from checker.slack.forms import FIELD_MAX, Form, Origin, errors, instead, sent, view
from tests.slack.said import fill
from tests.world.slack_views import check_view

HERE = Origin("C0099", "1700000000.1")
CLOSE = Form("close", "close us-42")
EDIT = Form("text", "publish us-42 banner", {"text": "We are down."})


def test_a_form_asks_for_the_cause_and_the_fix():
    shown = view(CLOSE, HERE)
    check_view(shown)
    assert [block["label"]["text"] for block in shown["blocks"]] == [
        "What was the root cause?",
        "What was done about it?",
    ]
    assert (shown["title"]["text"], shown["submit"]["text"]) == ("close us-42", "Close")


def test_a_text_stands_in_its_form_at_first():
    (block,) = view(EDIT, HERE)["blocks"]
    assert block["element"]["initial_value"] == "We are down."
    assert block["label"]["text"] == "What customers read"


def test_what_is_sent_is_read_with_where_it_was_asked_for():
    shown = view(CLOSE, HERE)
    filled = {"cause": "a | b <c>", "fix": "d\ne"}
    assert sent(fill(shown, **filled)["view"]) == (Form("close", "close us-42", filled), HERE)


def test_a_field_in_which_nothing_stands_is_read_as_nothing():
    read = sent(fill(view(CLOSE, HERE), cause="", fix="x")["view"])
    assert read is not None
    assert read[0].filled == {"cause": "", "fix": "x"}
    assert read[0].empty == "cause"


def test_what_is_wrong_stands_at_the_field_that_is_empty_or_at_the_last():
    empty = Form("close", "close us-42", {"cause": "a", "fix": " "})
    full = Form("close", "close us-42", {"cause": "a", "fix": "b"})
    ids = [block["block_id"] for block in view(CLOSE, HERE)["blocks"]]
    assert errors(empty, "why") == {"response_action": "errors", "errors": {ids[1]: "why"}}
    assert list(errors(Form("close", "close us-42", {"cause": "", "fix": ""}), "x")["errors"]) == [
        ids[0]
    ]
    assert errors(full, "why\nso") == {"response_action": "errors", "errors": {ids[1]: "why so"}}


def test_a_form_that_replaces_another_has_other_fields():
    again = view(Form("close", "close us-42 anyway"), HERE, warning="us/app still fails.")
    before = {block["block_id"] for block in view(CLOSE, HERE)["blocks"]}
    after = {block["block_id"] for block in again["blocks"] if "block_id" in block}
    assert before.isdisjoint(after)
    assert instead(again) == {"response_action": "update", "view": again}
    assert again["blocks"][0]["text"]["text"] == "us/app still fails."


@pytest.mark.parametrize("text", ["x" * 9000, "é\n" * 5000, "", " ", "<!channel> &"])
@pytest.mark.parametrize("kind", ["close", "text"])
def test_whatever_stands_in_it_slack_shows_it(kind: str, text: str):
    filled = {"cause": text, "fix": text, "text": text}
    form = Form(kind, f"close us-42 {text[:1900]}", filled)
    shown = view(form, HERE, warning=text, submit=text)
    check_view(shown)
    texts = [
        block["element"].get("initial_value", "")
        for block in shown["blocks"]
        if block["type"] == "input"
    ]
    assert all(len(written) <= FIELD_MAX for written in texts)
