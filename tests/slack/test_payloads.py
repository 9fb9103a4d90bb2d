"""What Slack delivers is read into what a person said, or is nothing to us."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.slack.payloads import Spoken, Way, spoken
from tests.slack.said import ADA, command, mention, press


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
    said = spoken("interactive", press("checker.lead", "us-42"), "e1")
    assert said is not None
    assert (said.way, said.text, said.id, said.name) == (Way.BUTTON, "lead us-42", "t1", "ada")


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
        ("interactive", press("another-apps", "us-42")),
        ("interactive", press("checker.lead", "us-42") | {"actions": []}),
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
KEYS = st.sampled_from(["event", "user", "user_id", "command", "actions", "trigger_id", "text"])


@given(st.sampled_from(list(Way)), JSON | st.dictionaries(KEYS, JSON), st.text(max_size=5))
def test_no_json_breaks_it(way: Way, payload: Any, envelope: str):
    said = spoken(way, payload, envelope)
    assert said is None or (said.id and said.user)
