"""A wall clock that is set back: what fails from then on is seen as soon as ever."""

from __future__ import annotations

from checker.core.engine import step
from checker.core.events import Closed, Ticked
from checker.core.model import Duty
from tests.core.story import CHECKS, T0, Story, broken, fine, make_policy

BY = 3600.0


def set_back(story: Story) -> Story:
    """So much earlier, and still never before T0."""
    story.now -= BY
    return story


def after_a_good_hour() -> Story:
    return set_back(Story().play(fine, BY + 1200))


def test_what_fails_after_the_clock_was_set_back_is_declared_as_soon_as_ever():
    story = after_a_good_hour().play(broken("us/app"), 120)
    assert story.said() == ["declared"]
    assert len(story.asked(Duty.PAGE)) == 1


def test_our_own_network_that_goes_after_the_clock_was_set_back_pages_nobody():
    story = after_a_good_hour().play(broken(*CHECKS), 900)
    assert story.said() == []
    assert any("blind" in note for note in story.notes)


def test_what_recovers_after_the_clock_was_set_back_is_said_to_as_soon_as_ever():
    story = set_back(Story().play(broken("us/app", since=BY + 1000), BY + 1200))
    story.play(fine, 600)
    assert story.said() == ["declared", "recovered"]


def test_a_page_that_nobody_takes_goes_the_second_way_though_the_clock_was_set_back():
    ways = {Duty.PAGE: ("pager",), Duty.FALLBACK: ("second",)}
    story = Story(policy=make_policy(routes=ways))
    set_back(story.play(broken("us/app", since=BY + 1000), BY + 1060))
    story.play(broken("us/app"), 130)
    assert len(story.asked(Duty.FALLBACK)) == 1


def test_what_fails_anew_after_the_end_and_the_clock_was_set_back_is_declared():
    story = Story().play(broken("us/app", since=BY + 600, until=BY + 700), BY + 1800)
    story.tell(Closed(T0 + story.now, "us-1", "ada", "cause", "fix"))
    set_back(story).play(fine, 60).play(broken("us/app"), 120)
    assert "us-2" in story.state.incidents


def test_a_share_of_failures_after_the_clock_was_set_back_is_found():
    story = after_a_good_hour()
    held = step(story.policy, story.state, Ticked(T0 + story.now)).state.standings["us/app"]["l1"]
    assert all(minute <= (T0 + story.now) // 60 for minute, _, _ in held.window)


def test_a_clock_that_was_not_set_changes_nothing():
    story = Story().play(fine, 600)
    assert step(story.policy, story.state, Ticked(T0 + 600)).state.vantages is story.state.vantages
