"""What Slack delivers is read into what a person said, or is nothing to us."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.slack.forms import Form, Origin, view
from checker.slack.payloads import Spoken, Way, spoken
from tests.slack.said import ADA, command, fill, mention, press

FOREIGN = view(Form("text", "note us-42"), Origin()) | {"id": "V1"}


def text_of(payload: dict[str, Any]) -> str:
    said = spoken("events_api", payload)
    assert said is not None
    return said.text


def test_a_slash_command_is_read():
    assert spoken("slash_commands", command("lead us-42"), "e1") == Spoken(
        id="t1",
        way=Way.COMMAND,
        text="lead us-42",
        user=ADA,
        channel="C0099",
        name="ada",
        room="general",
        command="/inc",
        trigger="t1",
    )


def test_a_mention_is_read_and_named_by_its_message():
    said = spoken("events_api", mention("lead us-42", thread_ts="1700000000.1"), "e1")
    assert said == Spoken(
        id="C0099/1700000001.000100",
        way=Way.MENTION,
        text="lead us-42",
        user=ADA,
        channel="C0099",
        thread="1700000000.1",
    )


def test_a_button_is_a_sentence():
    said = spoken("interactive", press("lead us-42"), "e1")
    assert said is not None
    assert (said.way, said.text, said.id, said.name) == (Way.BUTTON, "lead us-42", "t1", "ada")


@pytest.mark.parametrize("form", ["close", "text"])
def test_a_button_may_ask_for_a_form(form: str):
    pressed = press("publish us-42 banner\nWe are down.\nSorry.", action=f"checker.{form}.3")
    said = spoken("interactive", pressed, "e1")
    assert said is not None
    assert (said.text, said.trigger) == ("publish us-42 banner", "t1")
    assert said.form == Form(form, "publish us-42 banner", {"text": "We are down.\nSorry."})


def test_a_form_that_was_sent_is_the_sentence_that_asked_for_it():
    form = Form("close", "close us-42")
    shown = view(form, Origin("C0099", "1.2")) | {"id": "V1"}
    said = spoken("interactive", fill(shown, cause="a disk", fix="a bigger one"), "e1")
    assert said == Spoken(
        id="t9",
        way=Way.FORM,
        text="close us-42",
        user=ADA,
        channel="C0099",
        name="ada",
        thread="1.2",
        form=Form("close", "close us-42", {"cause": "a disk", "fix": "a bigger one"}),
        once="V1",
    )
    assert said.inbox_id == "slack/V1"


def test_without_a_trigger_the_envelope_names_it():
    said = spoken("slash_commands", command("lead us-42", trigger=""), "e1")
    assert said is not None
    assert said.id == "e1"


def test_what_follows_the_mention_of_us_counts():
    payload = mention("", text="as <@U1> said, <@UBOT>: note us-42 <@U2> is on it")
    assert text_of(payload) == "note us-42 <@U2> is on it"


def test_where_slack_does_not_say_who_we_are_the_first_mention_is_us():
    assert text_of(mention("lead us-42") | {"authorizations": None}) == "lead us-42"


@pytest.mark.parametrize(
    ("way", "payload"),
    [
        ("events_api", mention("lead us-42", bot_id="B1")),
        ("events_api", mention("lead us-42", subtype="message_changed")),
        ("events_api", mention("lead us-42", type="message")),
        ("interactive", press("lead us-42", action="another-apps")),
        ("interactive", press("lead us-42") | {"actions": []}),
        ("interactive", press("lead us-42", action="checker.lead")),
        ("interactive", {"type": "view_closed", "user": {"id": ADA}, "trigger_id": "t"}),
        ("interactive", fill(FOREIGN | {"callback_id": "another-apps"}, text="x")),
        ("interactive", fill(FOREIGN | {"callback_id": "checker.of_the_future"}, text="x")),
        ("interactive", fill(FOREIGN | {"private_metadata": "[]"}, text="x")),
        ("interactive", fill(FOREIGN | {"private_metadata": "{"}, text="x")),
        ("interactive", fill(FOREIGN, text="x") | {"user": None}),
        ("slash_commands", command("lead us-42", user_id=None)),
        ("hello", {}),
        ("events_api", None),
    ],
)
def test_what_is_not_for_us_is_nothing(way: str, payload: Any):
    assert spoken(way, payload, "e1") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["event", "user", "user_id", "command", "actions", "trigger_id", "text", "type", "view"]
)


@given(st.sampled_from(list(Way)), JSON | st.dictionaries(KEYS, JSON), st.text(max_size=5))
def test_no_json_breaks_it(way: Way, payload: Any, envelope: str):
    said = spoken(way, payload, envelope)
    assert said is None or (said.id and said.user)


@given(JSON, JSON, JSON)
def test_no_form_breaks_it(metadata: Any, values: Any, callback: Any):
    shown = FOREIGN | {"private_metadata": metadata, "state": {"values": values}}
    for sent in (shown, FOREIGN | {"state": values}, FOREIGN | {"callback_id": callback}, values):
        payload = {"type": "view_submission", "user": {"id": ADA}, "trigger_id": "t", "view": sent}
        said = spoken("interactive", payload)
        assert said is None or said.form is not None
