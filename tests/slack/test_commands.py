"""What a person writes is a word of the core's or a kind answer, and never a fault."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.core.events import (
    Cancelled,
    Closed,
    Declared,
    Dismissed,
    Joined,
    Led,
    Noted,
    Published,
    SeveritySet,
    StatusSaid,
    SyncTaken,
    Uneventful,
)
from checker.core.model import Maintenance, Severity
from checker.slack.commands import parse, plain
from checker.slack.forms import Form
from checker.slack.sentence import TEXT_MAX, Anyway, Scene, Shown, Usage
from checker.slack.verbs import VERBS

AT = 1_700_000_000.0
SCENE = Scene(AT, "ada", known=frozenset({"us-42"}), targets=("us", "eu"), command="/inc")
ROOM = replace(SCENE, here="us-42")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (
            "declare us exports are empty",
            Declared(AT, "us", "ada", "exports are empty", Severity.MAJOR),
        ),
        ("declare eu critical: all is gone", Declared(AT, "eu", "ada", "all is gone", Severity(3))),
        ("note us-42 restarted it", Noted(AT, "us-42", "ada", "restarted it")),
        ("status us-42 half is back", StatusSaid(AT, "us-42", "ada", "half is back")),
        ("lead us-42", Led(AT, "us-42", "ada", "ada")),
        ("lead us-42 <@U0BOB|bob>", Led(AT, "us-42", "ada", "bob")),
        ("lead us-42 to @bob", Led(AT, "us-42", "ada", "bob")),
        ("take us-42", Led(AT, "us-42", "ada", "ada")),
        ("severity us-42 critical", SeveritySet(AT, "us-42", "ada", Severity.CRITICAL)),
        ("close us-42 a disk | a bigger one", Closed(AT, "us-42", "ada", "a disk", "a bigger one")),
        ("cancel us-42 a drill", Cancelled(AT, "us-42", "ada", "a drill")),
        (
            "close us-42 anyway a disk | a bigger one",
            Anyway(Closed(AT, "us-42", "ada", "a disk", "a bigger one")),
        ),
        ("join us-42", Joined(AT, "us-42", "ada")),
        ("publish us-42 banner", Published(AT, "us-42", "ada", "banner")),
        (
            "publish us-42 banner We\nare <down>",
            Published(AT, "us-42", "ada", "banner", "We\nare down"),
        ),
        ("dismiss us-42 banner", Dismissed(AT, "us-42", "ada", "banner")),
        ("sync us-42", SyncTaken(AT, "us-42", "ada")),
        ("uneventful us-42", Uneventful(AT, "us-42", "ada")),
        (
            "maintenance us for 2h new disks",
            Maintenance("us", AT, AT + 7200, "ada", "new disks"),
        ),
        (
            "maintenance us 2023-11-14T23:00:00Z 2023-11-15T01:30:00+01:00 new disks",
            Maintenance("us", AT + 2800, AT + 8200, "ada", "new disks"),
        ),
        ("show us-42", Shown("us-42")),
        ("CLOSE US-42 c | f", Closed(AT, "us-42", "ada", "c", "f")),
    ],
)
def test_a_sentence_is_one_word(text: str, word: object):
    assert parse(text, SCENE) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("lead", Led(AT, "us-42", "ada", "ada")),
        ("lead @bob", Led(AT, "us-42", "ada", "bob")),
        ("severity minor", SeveritySet(AT, "us-42", "ada", Severity.MINOR)),
        ("close a disk | a bigger one", Closed(AT, "us-42", "ada", "a disk", "a bigger one")),
        ("note us-east-1 is slow", Noted(AT, "us-42", "ada", "us-east-1 is slow")),
        ("show", Shown("us-42")),
    ],
)
def test_in_an_incidents_room_the_id_may_be_left_out(text: str, word: object):
    assert parse(text, ROOM) == word


def test_in_one_room_another_incident_can_be_named_even_if_it_is_forgotten():
    assert parse("close eu-3 c | f", ROOM) == Closed(AT, "eu-3", "ada", "c", "f")


def test_outside_a_room_the_incident_must_be_named():
    assert parse("lead", SCENE) == Usage(
        "Which incident? Say it as `/inc lead [id] [@who takes over]`"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clsoe us-42", "I do not know “clsoe”; did you mean 'close'?"),
        ("declare usa exports", "Where? There are us, eu; did you mean 'us'?"),
        ("declare us", "What is wrong there?"),
        ("declare us critical", "What is wrong there?"),
        ("note us-42", "What is to be noted?"),
        ("status us-42", "How do things stand?"),
        ("close us-42 a disk", "What was the root cause, and what was done about it?"),
        ("close us-42 | a fix", "What was the root cause, and what was done about it?"),
        ("close us-42 anyway", "What was the root cause, and what was done about it?"),
        ("cancel us-42", "Why was it no incident?"),
        ("publish us-42", "By which outlet are customers told?"),
        ("dismiss us-42", "By which outlet need customers not be told?"),
        ("maintenance mars for 2h x", "Where? There are us, eu"),
        ("maintenance us for 2h", "What is done there?"),
        ("maintenance us for ever x", "From when to when? I expected a duration such as"),
        ("maintenance us", "From when to when? I expected a time with its zone"),
        ("maintenance us 2023-11-14T23:00:00Z x", "From when to when? I expected a time with its"),
        ("severity us-42 criticl", "How severe? Did you mean 'critical'?"),
        ("severity us-42", "How severe?"),
        ("lead us-42 bob and eve", "One leads at a time."),
    ],
)
def test_what_is_unclear_is_asked_for(text: str, said: str):
    heard = parse(text, SCENE)
    assert isinstance(heard, Usage)
    assert heard.text.startswith(said)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("close", Form("close", "close us-42", {"cause": "", "fix": ""})),
        ("close a disk", Form("close", "close us-42", {"cause": "a disk", "fix": ""})),
        ("close | a fix", Form("close", "close us-42", {"cause": "", "fix": "a fix"})),
        ("close anyway", Form("close", "close us-42 anyway", {"cause": "", "fix": ""})),
        ("close eu-7", Form("close", "close eu-7", {"cause": "", "fix": ""})),
    ],
)
def test_a_close_that_lacks_something_has_a_form_that_asks_for_it(text: str, form: Form):
    heard = parse(text, ROOM)
    assert isinstance(heard, Usage)
    assert heard.form == form


def test_without_an_incident_there_is_no_form():
    assert parse("close", SCENE) == Usage(
        "Which incident? Say it as `/inc close [id] <root cause> | <fix>`"
    )


def test_what_stands_in_a_form_is_taken_as_it_is():
    filled = replace(SCENE, filled={"cause": "a|b <c>\x00\nd", "fix": "e & f"})
    assert parse("close us-42", filled) == Closed(AT, "us-42", "ada", "a|b <c> d", "e & f")


def test_the_text_of_a_form_follows_the_sentence():
    filled = replace(SCENE, filled={"text": "We are <down>.\n\nSorry.\u202e"})
    assert parse("publish us-42 banner", filled) == Published(
        AT, "us-42", "ada", "banner", "We are <down>.\nSorry."
    )


@pytest.mark.parametrize("text", ["", "  ", "help"])
def test_help_lists_every_verb(text: str):
    heard = parse(text, SCENE)
    assert isinstance(heard, Usage)
    assert all(f"`/inc {usage}`" in heard.text for usage, _ in VERBS.values())


def test_where_there_is_one_target_it_need_not_be_named():
    alone = replace(SCENE, targets=("us",))
    assert parse("declare exports are empty", alone) == Declared(
        AT, "us", "ada", "exports are empty"
    )


def test_slacks_markup_is_read_as_a_person_sees_it():
    text = "<!channel> &lt;b&gt; <@U1> <#C1|general> <https://x.test/a|here> &amp;lt;"
    assert plain(text) == "@channel <b> @U1 #general https://x.test/a &lt;"


def test_the_lines_of_a_note_are_kept():
    assert parse("note us-42 one\n\n two\x00", SCENE) == Noted(AT, "us-42", "ada", "one\ntwo")


def test_a_text_without_end_is_cut():
    heard = parse("note us-42 " + "x" * 100_000, SCENE)
    assert isinstance(heard, Noted)
    assert len(heard.text) < TEXT_MAX


SENTENCES = st.one_of(
    st.text(max_size=200),
    st.builds(
        "{} {} {}".format,
        st.sampled_from([*VERBS, "take", "sev"]),
        st.sampled_from(["", "us-42", "us", "x-1"]),
        st.text(max_size=100),
    ),
)


@given(SENTENCES, st.sampled_from([SCENE, ROOM, Scene(AT, "ada")]))
def test_any_text_gives_a_word_or_an_answer(text: str, scene: Scene):
    heard = parse(text, scene)
    if isinstance(heard, Usage):
        assert heard.text
    elif not isinstance(heard, Declared | Maintenance | Anyway):
        assert heard.incident or heard == Shown("")
