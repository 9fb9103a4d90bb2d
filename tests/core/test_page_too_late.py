"""What becomes of a page that could not leave until what it is about was over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.events import Acknowledged, Delivered
from checker.core.model import Duty, Effect
from checker.core.rules import Thresholds
from tests.core.story import CONTROLS, T0, Story, broken, fine, make_policy, watch

OUTAGE_S = 300


def recovered(**policy: object) -> Story:
    """us/app failed for some minutes; nobody has heard the page of it."""
    story = Story(policy=make_policy(**policy)).play(broken("us/app", until=OUTAGE_S), 2400)
    assert story.said()[-1] == "recovered"
    return story


def pages(story: Story) -> list[tuple[str, str, str]]:
    """Key, severity and summary."""
    asked: list[Effect] = story.asked(Duty.PAGE)
    return [(e.payload["key"], e.payload["severity"], e.payload["summary"]) for e in asked]


def test_what_recovered_before_the_pager_could_be_reached_is_paged_low_and_as_past():
    _, late = pages(recovered())
    assert late == (
        "posthog-checker/us-1/1",
        "minor",
        "us-1 recovered: nothing fails at us any more",
    )


def test_what_the_pager_has_is_not_told_again():
    story = Story().play(broken("us/app", until=OUTAGE_S), 200)
    story.tell(Delivered(T0 + 200, "us-1", "us-1/page/1@out", "out"))
    story.play(broken("us/app", until=OUTAGE_S), 2200)
    assert len(pages(story)) == 1


def test_what_the_pager_took_and_does_not_show_yet_is_not_told_again():
    story = Story(policy=make_policy(confirms=frozenset(["out"])))
    story.play(broken("us/app", until=OUTAGE_S), 200)
    story.tell(Delivered(T0 + 200, "us-1", "us-1/page/1@out", "out"))
    story.play(broken("us/app", until=OUTAGE_S), 2200)
    assert len(pages(story)) == 1


def test_what_somebody_acknowledged_is_not_told_again():
    story = Story().play(broken("us/app", until=OUTAGE_S), 200)
    story.tell(Acknowledged(T0 + 200, "us-1", "ada"))
    story.play(broken("us/app", until=OUTAGE_S), 2200)
    assert len(pages(story)) == 1


def test_only_the_pager_that_has_not_heard_it_is_told():
    routes = dict.fromkeys((Duty.PAGE, Duty.RESOLVE), ("one", "other"))
    story = Story(policy=make_policy(routes=routes)).play(broken("us/app", until=OUTAGE_S), 200)
    story.tell(Delivered(T0 + 200, "us-1", "us-1/page/1@one", "one"))
    story.play(broken("us/app", until=OUTAGE_S), 2200)
    assert [e.responder for e in story.asked(Duty.PAGE)] == ["one", "other", "other"]


def test_the_second_way_was_told_and_the_first_is_told_low_all_the_same():
    routes = {Duty.PAGE: ("out",), Duty.FALLBACK: ("second",)}
    story = recovered(routes=routes)
    assert [e.responder for e in story.asked(Duty.FALLBACK)] == ["second"]
    assert [severity for _, severity, _ in pages(story)] == ["critical", "minor"]


@pytest.mark.parametrize("ends_by_itself", [False, True])
def test_what_recovered_before_its_deadline_rings_nobody_by_the_second_way(ends_by_itself: bool):
    quick = replace(watch("us/app"), thresholds=Thresholds(passed=60, recover_after_s=10))
    routes = {Duty.PAGE: ("out",), Duty.FALLBACK: ("second",), Duty.RESOLVE: ("out",)}
    policy = make_policy(
        [quick, *CONTROLS], routes=routes, resolve_on_recovery=ends_by_itself, targets=("us",)
    )
    story = Story(policy=policy).play(broken("us/app", until=60), 100)
    assert story.said() == ["declared", "recovered"]
    story.play(fine, 1000)
    assert story.asked(Duty.FALLBACK) == []


def test_a_relapse_rings_anew_whatever_became_of_the_low_page():
    story = recovered().play(broken("us/app"), 120)
    assert pages(story)[-1][:2] == ("posthog-checker/us-1/2", "critical")


def test_the_low_page_that_was_taken_is_awaited_no_more():
    story = recovered()
    late = story.asked(Duty.PAGE)[-1]
    story.tell(Delivered(T0 + story.now, "us-1", late.id, "out"))
    assert story.state.incidents["us-1"].awaited == ()
