"""What is looked at faster, and what is forgotten."""

from checker.core.pace import forgotten, pace
from probes.contract import Verdict
from tests.core.story import CONTROLS, T0, Story, broken, fine, make_policy, watch


def test_nothing_in_doubt_keeps_the_schedule():
    story = Story().play(broken(), 60)
    assert pace(story.policy, story.state) == {}


def test_what_is_in_doubt_and_the_controls_are_looked_at_every_five_seconds():
    story = Story()
    story.look("us/app", Verdict.FAILED, 1)
    assert pace(story.policy, story.state) == {"us/app": 5.0, **dict.fromkeys(CONTROLS, 5.0)}


def test_once_declared_the_pace_returns_to_the_schedule():
    story = Story().play(broken("us/app"), 120)
    assert pace(story.policy, story.state) == {}


def test_what_seems_over_is_looked_at_faster_until_it_is_said_to_be():
    story = Story().play(broken("us/app", until=300), 310)
    assert pace(story.policy, story.state)["us/app"] == 5.0
    story.play(fine, 600)
    assert story.said() == ["declared", "recovered"]
    assert pace(story.policy, story.state) == {}


def test_what_seemed_over_and_fails_again_is_back_on_schedule():
    story = Story().play(broken("us/app", until=300), 310)
    story.look("us/app", Verdict.FAILED, 311)
    assert pace(story.policy, story.state) == {}


def test_while_one_of_several_still_sees_it_nothing_seems_over():
    story = Story(locations=("l1", "l2")).play(broken("us/app"), 300)
    story.look("us/app", Verdict.PASSED, 301)
    assert pace(story.policy, story.state) == {}
    story.look("us/app", Verdict.PASSED, 302, "l2")
    assert pace(story.policy, story.state)["us/app"] == 5.0


def test_what_a_blind_location_last_saw_does_not_keep_it_from_seeming_over():
    story = Story(locations=("l1", "l2")).play(broken("us/app"), 300)
    for control in CONTROLS:
        story.look(control, Verdict.FAILED, 301, "l2")
    story.look("us/app", Verdict.PASSED, 302)
    assert pace(story.policy, story.state)["us/app"] == 5.0


def test_a_local_problem_keeps_the_schedule():
    story = Story(locations=("l1", "l2")).play(broken("us/app", at="l1"), 600)
    assert pace(story.policy, story.state) == {}


def test_a_check_that_is_no_longer_configured_asks_for_nothing():
    story = Story()
    story.look("us/app", Verdict.FAILED, 1)
    assert pace(make_policy(["us/flags"]), story.state) == {}


def test_a_location_that_was_blind_and_no_longer_looks_is_blind_no_longer():
    story = Story()
    for control in CONTROLS:
        story.look(control, Verdict.FAILED, 0, location="renamed")
    assert story.state.vantages["renamed"].blind_since is not None
    story.tick(899)
    assert "renamed" in story.state.vantages
    story.tick(901)
    assert "renamed" not in story.state.vantages


def test_a_location_that_no_longer_looks_is_forgotten():
    story = Story()
    story.look("us/app", Verdict.FAILED, 1)
    assert forgotten(story.policy, story.state, T0 + 899).standings["us/app"]
    assert forgotten(story.policy, story.state, T0 + 901).standings == {}


def test_a_slow_check_is_remembered_for_three_of_its_intervals():
    story = Story(policy=make_policy([watch("us/app", every_s=3600.0)]))
    story.look("us/app", Verdict.FAILED, 1)
    assert forgotten(story.policy, story.state, T0 + 7200) is story.state


def test_a_check_that_left_the_config_is_forgotten_in_time():
    story = Story()
    story.look("us/app", Verdict.FAILED, 1)
    assert forgotten(make_policy(["us/flags"]), story.state, T0 + 901).standings == {}
