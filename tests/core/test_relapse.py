"""What fails again soon after its page was acknowledged: whoever took it may be asleep by then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.events import Acknowledged
from checker.core.model import Duty
from checker.core.rules import Thresholds
from tests.core.story import CHECKS, T0, Story, broken, fine, make_policy, watch


@pytest.fixture
def story() -> Story:
    """us/app failed for a minute, was acknowledged, recovered, and fails again, 20 min after its page."""
    quick = replace(watch("us/app"), thresholds=Thresholds(recover_after_s=10))
    story = Story(policy=make_policy([quick, *CHECKS[3:]])).play(broken("us/app", until=60), 60)
    story.tell(Acknowledged(T0 + 60, "us-1", "ada"))
    story.play(broken("us/app", until=60), 1140).play(broken("us/app"), 120)
    assert story.said() == ["declared", "acknowledged", "recovered", "reopened"]
    assert len(story.asked(Duty.PAGE)) == 1
    return story


def test_a_relapse_that_lasts_rings_anew_once_its_page_is_old(story):
    story.play(broken("us/app"), 7200)
    first, anew = story.asked(Duty.PAGE)
    assert anew.at - first.at == pytest.approx(1800, abs=1)
    assert anew.payload["key"] == "posthog-checker/us-1/2"
    (said,) = [entry.text for entry in story.entries if entry.what == "paged again"]
    assert said == "us-1 relapsed and still fails, 30 min after its page rang"


def test_until_then_whoever_took_the_page_is_left_in_peace(story):
    story.play(broken("us/app"), 450)
    assert len(story.asked(Duty.PAGE)) == 1


def test_a_relapse_that_is_over_by_then_rings_nobody(story):
    story.play(fine, 7200)
    assert len(story.asked(Duty.PAGE)) == 1


def test_who_acknowledges_after_the_relapse_is_left_in_peace(story):
    story.tell(Acknowledged(T0 + story.now, "us-1", "ada"))
    story.play(broken("us/app"), 3600)
    assert len(story.asked(Duty.PAGE)) == 1


def test_a_page_that_still_rings_when_it_relapses_does_not_ring_anew():
    quick = replace(watch("us/app"), thresholds=Thresholds(recover_after_s=10))
    policy = make_policy([quick, *CHECKS[3:]], confirms=frozenset(["out"]))
    story = Story(policy=policy).play(broken("us/app", until=60), 60)
    incident = replace(story.incident(), unheard=(), awaited=())
    story.state = replace(story.state, incidents={"us-1": incident})
    story.play(broken("us/app", until=60), 1140).play(broken("us/app"), 3600)
    assert "reopened" in story.said()
    assert len(story.asked(Duty.PAGE)) == 1
