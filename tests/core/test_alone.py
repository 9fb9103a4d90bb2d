"""Locations that judged alone while the store was away: their pages are found again, none is left alone."""

from dataclasses import replace

import pytest

from checker.core.events import Closed, PagedAlone
from checker.core.model import Duty, Severity
from checker.core.words import UnknownTarget
from tests.core.story import T0, Story, broken, make_policy

ALONE = PagedAlone(
    at=T0 + 100,
    incident="us-1",
    target="us",
    by="l2",
    key="posthog-checker/us-1/1",
    severity=Severity.CRITICAL,
    what="us/app is down",
    since=T0 + 20,
)
SAID = (
    "l2 could not reach the store, judged alone and paged (posthog-checker/us-1/1): us/app is down"
)


def test_a_page_of_which_nothing_is_known_becomes_an_incident_of_its_id_and_rings_nobody_again():
    story = Story()
    story.tell(ALONE)
    declared = story.state.incidents["us-1"]
    assert (declared.declared_by, declared.lead, declared.page) == ("l2", "", 1)
    assert (declared.since, declared.paged_at) == (T0 + 20, T0 + 100)
    assert story.state.counters == {"us": 1}
    assert story.asked(Duty.PAGE) == []
    assert len(story.asked(Duty.ROOM)) == 1
    assert story.entries[-1].text == SAID


def test_it_rings_nobody_again_where_pages_end_on_recovery():
    story = Story(policy=make_policy(resolve_on_recovery=True))
    story.tell(ALONE)
    assert story.asked(Duty.PAGE) == []


def test_what_fails_on_joins_it_and_recovers_with_it():
    story = Story()
    story.tell(ALONE)
    story.play(broken("us/app", until=200), 1500)
    assert story.asked(Duty.PAGE) == []
    assert story.state.incidents["us-1"].recovered_at is not None


def test_an_incident_that_is_live_gets_a_line_for_each_location():
    story = Story().play(broken("us/app"), 90)
    story.tell(ALONE)
    story.tell(replace(ALONE, by="l3"))
    assert list(story.state.incidents) == ["us-1"]
    assert [e.text for e in story.entries[-2:]] == [SAID, SAID.replace("l2", "l3")]
    assert len(story.asked(Duty.PAGE)) == 1


def test_a_page_of_a_higher_number_is_ended_with_the_others():
    story = Story().play(broken("us/app"), 90)
    story.tell(replace(ALONE, key="posthog-checker/us-1/2"))
    assert story.state.incidents["us-1"].page == 2
    story.tell(Closed(T0 + 200, "us-1", "ada", "disk", "grew it"))
    assert [e.payload["key"][-1] for e in story.asked(Duty.RESOLVE)] == ["1", "2"]


def test_a_page_about_what_a_person_has_ended_is_ended_too():
    story = Story().play(broken("us/app"), 90)
    story.tell(Closed(T0 + 95, "us-1", "ada", "disk", "grew it"))
    story.tell(ALONE)
    ended = story.asked(Duty.RESOLVE)[-1]
    assert ended.payload == {"key": ALONE.key, "why": "us-1 is known as us-1, closed"}
    assert story.entries[-1].text == SAID


def test_a_page_under_another_name_for_what_is_live_is_ended():
    story = Story().play(broken("us/app"), 90)
    story.tell(replace(ALONE, incident="us-2", key="posthog-checker/us-2/1"))
    assert list(story.state.incidents) == ["us-1"]
    assert [e.payload["key"] for e in story.asked(Duty.RESOLVE)] == ["posthog-checker/us-2/1"]


def test_two_pages_under_other_names_in_one_second_are_both_ended():
    story = Story().play(broken("us/app"), 90)
    for number in (2, 3):
        id_ = f"us-{number}"
        story.tell(replace(ALONE, incident=id_, key=f"posthog-checker/{id_}/1"))
    ends = {effect.id: effect.payload["key"] for effect in story.asked(Duty.RESOLVE)}
    assert sorted(ends.values()) == ["posthog-checker/us-2/1", "posthog-checker/us-3/1"]


def test_a_page_about_what_was_forgotten_long_ago_is_noted():
    story = Story()
    story.state = replace(story.state, counters={"us": 7})
    step = story.tell(ALONE)
    assert step.notes == ("l2 paged alone about us-1, of which nothing is known",)
    assert step.effects == ()


def test_a_target_that_nobody_watches_is_refused():
    with pytest.raises(UnknownTarget):
        Story().tell(replace(ALONE, target="mars"))
