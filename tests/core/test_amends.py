"""What was found undone is done again, under an id of its own, and the timeline says so."""

from dataclasses import replace

import pytest

from checker.core.analysis import Deed, analysis
from checker.core.effects import again, end_anew, original
from checker.core.events import Closed, Delivered, Redone
from checker.core.model import Duty
from tests.core.story import T0, Story, broken

AT = T0 + 1000
FOUND = "page 1 does not show"


def failing() -> Story:
    return Story().play(broken("us/app"), 90)


def test_a_page_that_was_lost_is_sent_again_under_the_same_key():
    story = failing()
    (page,) = story.asked(Duty.PAGE)
    step = story.tell(Redone(AT, "us-1", "ada", FOUND, (again(page, 1, AT),)))
    sent = step.effects[0]
    assert (sent.id, sent.at) == ("us-1/page/1~1@out", AT)
    assert sent.payload == page.payload
    assert step.entries[0].what == "made good"
    assert step.entries[0].text == "ada: page 1 does not show"


def test_the_summary_is_said_as_things_stand_now():
    story = failing()
    step = story.tell(Redone(AT, "us-1", "ada", "the summary is gone", ()))
    assert [effect.duty for effect in step.effects] == [Duty.SUMMARY]


def test_a_page_of_long_ago_can_be_ended_too():
    story = failing()
    incident, key = story.incident(), story.asked(Duty.PAGE)[0].payload["key"]
    gone = replace(incident, id="us-0")
    step = Story().tell(Redone(AT, "us-0", "ada", "it rings", (end_anew(gone, "out", key, 1, AT),)))
    assert [(e.id, e.payload["key"]) for e in step.effects] == [("us-0/resolve/1-shown~1@out", key)]
    assert [entry.incident for entry in step.entries] == ["us-0"]


def test_what_has_ended_gets_no_new_summary():
    story = failing()
    story.tell(Closed(AT, "us-1", "ada", "a disk", "a bigger one"))
    step = story.tell(Redone(AT + 1, "us-1", "ada", FOUND, ()))
    assert step.effects == ()


def test_a_page_of_what_was_closed_meanwhile_is_not_sent_again():
    story = failing()
    (page,) = story.asked(Duty.PAGE)
    story.tell(Closed(AT, "us-1", "ada", "a disk", "a bigger one"))
    step = story.tell(Redone(AT + 1, "us-1", "ada", FOUND, (again(page, 1, AT),)))
    assert step.effects == ()
    assert step.entries[0].text == (
        "ada: page 1 does not show (not rung again: it is over by now, or a newer page was sent)"
    )


def test_a_page_is_not_sent_again_in_the_place_of_a_newer_one():
    story = Story().play(broken("us/flags"), 120)
    (older,) = story.asked(Duty.PAGE)
    story.play(broken("us/flags", "us/app"), 120)
    assert story.incident().page == 2
    step = story.tell(Redone(T0 + 240, "us-1", "ada", FOUND, (again(older, 1, AT),)))
    assert Duty.PAGE not in [effect.duty for effect in step.effects]


def test_a_page_that_was_sent_again_is_taken_as_the_first_would_be():
    story = failing()
    assert story.incident().awaited == ("out",)
    story.tell(Delivered(AT, "us-1", "us-1/page/1~1@out", "out", "paged"))
    assert story.incident().awaited == ()


@pytest.mark.parametrize(
    ("id_", "first"),
    [
        ("us-42/page/1@pagerduty", "us-42/page/1@pagerduty"),
        ("us-42/page/1~2@pagerduty", "us-42/page/1@pagerduty"),
        ("us-42/resolve/1-shown~1@pagerduty", "us-42/resolve/1-shown@pagerduty"),
    ],
)
def test_an_id_says_what_is_done_once_more(id_: str, first: str):
    assert original(id_) == first


def test_what_is_done_a_third_time_names_the_first():
    story = failing()
    (page,) = story.asked(Duty.PAGE)
    assert again(again(page, 1, AT), 2, AT).id == "us-1/page/1~2@out"


def test_the_document_calls_it_by_its_number():
    story = failing()
    (page,) = story.asked(Duty.PAGE)
    text = analysis(story.incident(), story.entries, [Deed(again(page, 1, AT), AT)], ())
    assert "page 1 accepted by out" in text
