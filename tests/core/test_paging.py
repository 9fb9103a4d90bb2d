"""What became of a page: taken, confirmed, acknowledged, ended by a person, or lost."""

from __future__ import annotations

import pytest

from checker.core.events import (
    Acknowledged,
    Cancelled,
    Closed,
    Delivered,
    PageConfirmed,
    PageResolved,
    Refused,
    SeveritySet,
)
from checker.core.model import Duty, Effect, Severity
from tests.core.story import T0, Story, broken, make_policy

ROUTES = {
    Duty.PAGE: ("pager",),
    Duty.RESOLVE: ("pager", "second"),
    Duty.FALLBACK: ("second",),
    Duty.CHANGE: ("pager",),
    Duty.POST: ("room",),
}
KEY = "posthog-checker/us-1/1"


def outage(confirms: frozenset[str] = frozenset(), seconds: float = 100, **routes) -> Story:
    """us/app fails from the start; a page has gone out to "pager", which has not answered yet."""
    policy = make_policy(routes=ROUTES | routes, confirms=confirms)
    return Story(policy=policy).play(broken("us/app"), seconds)


def delivered(story: Story, responder: str = "pager") -> None:
    (page,) = [e for e in story.asked(Duty.PAGE) if e.responder == responder]
    story.tell(Delivered(T0 + story.now, "us-1", page.id, responder, "", Duty.PAGE, page.at))


def second_way(story: Story) -> list[Effect]:
    return story.asked(Duty.FALLBACK)


def entered(story: Story, what: str) -> list[str]:
    return [entry.text for entry in story.entries if entry.what == what]


def posted(story: Story) -> list[str]:
    return [e.payload["notice"]["title"] for e in story.asked(Duty.POST)]


def test_a_page_that_is_accepted_needs_no_second_way():
    story = outage()
    delivered(story)
    story.play(broken("us/app"), 1000)
    assert second_way(story) == []


def test_a_page_that_nobody_takes_goes_the_second_way_once_past_its_deadline():
    story = outage()
    paged_at = story.incident().paged_at
    story.play(broken("us/app"), 1000)
    (page,) = second_way(story)
    assert (page.id, page.payload["key"]) == ("us-1/fallback/1@second", KEY)
    assert 120 <= page.at - paged_at <= 121
    said = "after 2 min, pager has not accepted page 1: rung by second too"
    assert page.payload["details"]["Second way"] == said
    assert entered(story, "second way") == [said]
    assert said in posted(story)


def test_a_page_that_is_accepted_but_lost_goes_the_second_way_where_the_pager_can_be_asked():
    story = outage(confirms=frozenset({"pager"}))
    delivered(story)
    story.play(broken("us/app"), 200)
    assert len(second_way(story)) == 1
    assert entered(story, "second way") == [
        "after 2 min, pager does not show page 1: rung by second too"
    ]


def test_a_page_that_is_shown_needs_no_second_way():
    story = outage(confirms=frozenset({"pager"}))
    delivered(story)
    story.tell(PageConfirmed(T0 + 100, "us-1", "pager", 1, "Ada"))
    story.play(broken("us/app"), 1000)
    assert second_way(story) == []
    assert entered(story, "confirmed") == ["pager shows page 1, ringing Ada"]


def test_a_page_that_is_shown_without_saying_whom_it_rings_is_taken_all_the_same():
    story = outage(confirms=frozenset({"pager"}))
    story.tell(PageConfirmed(T0 + 100, "us-1", "pager", 1))
    assert (story.incident().awaited, story.incident().rung) == ((), "")


def test_a_page_that_a_person_acknowledged_needs_no_second_way():
    story = outage(confirms=frozenset({"pager"}))
    story.tell(Acknowledged(T0 + 100, "us-1", "ada"))
    story.play(broken("us/app"), 1000)
    assert second_way(story) == []


def test_a_page_must_be_taken_by_all_that_it_went_to():
    story = outage(**{Duty.PAGE: ("console", "pager")})
    delivered(story, "console")
    story.play(broken("us/app"), 200)
    assert len(second_way(story)) == 1


def test_a_page_that_is_refused_goes_the_second_way_at_once():
    story = outage()
    story.tell(Refused(T0 + 100, "us-1", "us-1/page/1@pager", "pager", "Invalid routing key"))
    assert entered(story, "second way") == ["pager refused page 1: rung by second too"]
    story.play(broken("us/app"), 1000)
    assert len(second_way(story)) == 1


def test_a_page_that_is_refused_where_there_is_no_second_way_is_said_in_the_room():
    story = outage(**{Duty.FALLBACK: ()})
    story.tell(Refused(T0 + 100, "us-1", "us-1/page/1@pager", "pager", "Invalid routing key"))
    said = "page 1 rings nobody at pager, and there is no second way: Invalid routing key"
    assert posted(story)[-1] == said
    assert entered(story, "not rung") == [said]


def test_an_older_page_that_is_confirmed_late_says_nothing_of_the_newest():
    story = outage(confirms=frozenset({"pager"}))
    story.play(broken("us/app"), 1)
    story.tell(PageConfirmed(T0 + 100, "us-1", "pager", 7))
    story.play(broken("us/app"), 200)
    assert len(second_way(story)) == 1


def test_without_a_second_way_nothing_is_promised():
    story = outage(**{Duty.FALLBACK: ()}).play(broken("us/app"), 1000)
    assert entered(story, "second way") == []


def test_a_responder_that_is_no_longer_configured_is_not_waited_for():
    story = outage(confirms=frozenset({"pager"}))
    delivered(story)
    story.policy = make_policy(routes=ROUTES | {Duty.PAGE: ("other",)})
    story.play(broken("us/app"), 1000)
    assert second_way(story) == []


def test_a_page_that_waits_for_a_responder_no_longer_configured_goes_the_second_way():
    story = outage()
    story.policy = make_policy(routes=ROUTES | {Duty.PAGE: ("other",)})
    story.play(broken("us/app"), 1000)
    assert entered(story, "second way") == [
        "after 2 min, pager has not accepted page 1: rung by second too"
    ]


def test_without_a_second_way_it_is_rung_by_those_who_page_now():
    story = outage()
    story.policy = make_policy(routes=ROUTES | {Duty.PAGE: ("other",), Duty.FALLBACK: ()})
    story.play(broken("us/app"), 1000)
    assert entered(story, "paged again") == [
        "after 2 min, pager has not accepted page 1: rung by other in its place"
    ]
    newest = story.asked(Duty.PAGE)[-1]
    assert (newest.responder, newest.payload["key"]) == ("other", "posthog-checker/us-1/2")
    assert len(story.asked(Duty.PAGE)) == 2


def test_what_a_person_made_minor_meanwhile_is_rung_by_nobody_in_its_place():
    story = outage()
    story.policy = make_policy(routes=ROUTES | {Duty.PAGE: ("other",), Duty.FALLBACK: ()})
    story.tell(SeveritySet(T0 + 101, "us-1", "ada", Severity.MINOR))
    story.play(broken("us/app"), 1000)
    assert entered(story, "paged again") == []


@pytest.mark.parametrize(
    "ended", [Closed(T0 + 101, "us-1", "a", "c", "f"), Cancelled(T0 + 101, "us-1", "a", "w")]
)
def test_what_has_ended_rings_nobody_by_a_second_way(ended):
    story = outage()
    story.tell(ended)
    story.play(broken("us/app"), 1000)
    assert second_way(story) == []


def test_an_acknowledgement_is_said_in_the_room():
    story = outage()
    story.tell(Acknowledged(T0 + 100, "us-1", "ada"))
    assert posted(story)[-1] == "page acknowledged by ada"
    assert entered(story, "acknowledged") == ["page acknowledged by ada"]


def test_the_acknowledgement_of_an_older_page_does_not_silence_the_newest():
    story = outage()
    story.tell(Acknowledged(T0 + 100, "us-1", "ada", page=7))
    assert story.incident().acknowledged_at is None
    assert entered(story, "acknowledged") == ["page acknowledged by ada: page 7, an older one"]


def pages(story: Story) -> list[str]:
    return [effect.payload["key"] for effect in story.asked(Duty.PAGE)]


def flags_then_app(between: float) -> Story:
    """Major first, and critical so many seconds later; nobody has taken the page."""
    return Story().play(broken("us/flags"), 30 + between).play(broken("us/flags", "us/app"), 90)


def test_a_raise_while_the_page_still_rings_rings_nobody_twice():
    story = flags_then_app(0)
    assert story.incident().severity is Severity.CRITICAL
    assert len(pages(story)) == 1
    assert [e.payload["summary"] for e in story.asked(Duty.CHANGE)] == [
        "us-1 is now critical: app and flags down at us"
    ]


def test_a_raise_long_after_the_page_rings_anew():
    assert len(pages(flags_then_app(120))) == 2


def test_a_raise_that_comes_after_somebody_took_the_page_rings_at_once():
    story = Story().play(broken("us/flags"), 60)
    story.tell(Acknowledged(T0 + 60, "us-1", "ada"))
    story.play(broken("us/flags", "us/app"), 90)
    assert len(pages(story)) == 2


def test_a_page_that_a_person_ends_while_it_fails_rings_anew_after_a_while_and_not_sooner():
    story = outage()
    story.tell(PageResolved(T0 + 100, "us-1", "ada", 1))
    story.play(broken("us/app"), 1799)
    assert len(story.asked(Duty.PAGE)) == 1
    story.play(broken("us/app"), 30)
    assert [e.payload["key"] for e in story.asked(Duty.PAGE)] == [KEY, "posthog-checker/us-1/2"]
    assert entered(story, "paged again") == ["us-1 still fails, 30 min after its page was ended"]


def test_that_a_person_ended_the_page_is_said_in_the_room_with_the_time_it_rings_again():
    story = outage()
    story.tell(PageResolved(T0 + 100, "us-1", "ada", 1))
    assert posted(story)[-1] == (
        "page 1 ended at the pager by ada, while it still fails: "
        "it rings again at 2023-11-14 22:45:00 UTC, if it fails then"
    )
    assert entered(story, "page ended") == [posted(story)[-1]]


def test_whoever_ends_the_page_and_then_acknowledges_is_left_in_peace():
    story = outage()
    story.tell(PageResolved(T0 + 100, "us-1", "ada", 1))
    story.tell(Acknowledged(T0 + 101, "us-1", "ada", page=1))
    story.play(broken("us/app"), 3000)
    assert len(story.asked(Duty.PAGE)) == 1


def test_what_has_recovered_when_the_time_comes_does_not_ring_until_it_fails_again():
    story = outage()
    story.tell(PageResolved(T0 + 100, "us-1", "ada", 1))
    story.play(broken("us/app", until=200), 2400)
    assert len(story.asked(Duty.PAGE)) == 1
    story.play(broken("us/app"), 120)
    assert len(story.asked(Duty.PAGE)) == 2


def test_a_relapse_after_a_person_ended_the_page_of_what_had_recovered_rings_at_once():
    story = outage()
    delivered(story)
    story.play(broken(), 1800)
    story.tell(PageResolved(T0 + story.now, "us-1", "ada", 1))
    assert posted(story)[-1] == "page 1 ended at the pager by ada"
    story.play(broken("us/app"), 120)
    assert pages(story) == [KEY, "posthog-checker/us-1/2"]


def test_that_a_page_ended_is_told_once_though_it_was_rung_by_two_ways():
    story = outage()
    story.tell(PageResolved(T0 + 100, "us-1", "ada", 1))
    story.tell(PageResolved(T0 + 101, "us-1", "", 1))
    assert len(entered(story, "page ended")) == 1


def test_the_end_of_a_page_of_what_a_person_calls_minor_promises_no_other():
    story = outage()
    story.tell(SeveritySet(T0 + 100, "us-1", "ada", Severity.MINOR))
    story.tell(PageResolved(T0 + 101, "us-1", "ada", 1))
    assert posted(story)[-1] == "page 1 ended at the pager by ada"


def test_what_a_person_calls_minor_does_not_ring_anew():
    story = outage()
    story.tell(PageResolved(T0 + 100, "us-1", "ada", 1))
    story.tell(SeveritySet(T0 + 101, "us-1", "ada", Severity.MINOR))
    story.play(broken("us/app"), 3000)
    assert len(story.asked(Duty.PAGE)) == 1


def test_the_end_of_a_page_that_we_asked_for_is_no_news():
    story = outage().play(broken("us/app", until=100), 1200)
    before = len(story.entries)
    story.tell(PageResolved(T0 + 1300, "us-1", "", 1))
    assert len(story.entries) == before
    assert story.incident().dismissed_at is None


def test_a_change_of_severity_and_the_end_are_marked_where_the_page_went():
    story = outage()
    story.tell(SeveritySet(T0 + 100, "us-1", "ada", Severity.MAJOR))
    story.tell(Closed(T0 + 101, "us-1", "ada", "a bad deploy", "rolled back"))
    assert [e.payload["summary"] for e in story.asked(Duty.CHANGE)] == [
        "us-1 is now major: app down at us",
        "us-1 closed by ada",
    ]


def test_what_paged_nobody_marks_nothing():
    story = outage(seconds=1)
    story.play(broken(), 200)
    assert story.asked(Duty.CHANGE) == []


def test_a_post_that_is_refused_goes_no_second_way():
    story = outage()
    story.tell(Refused(T0 + 101, "us-1", "us-1/post/9@room", "room", "no such channel"))
    assert second_way(story) == []
    assert story.entries[-1].text == "us-1/post/9@room refused: no such channel"


def test_an_acknowledgement_after_the_end_is_a_line_and_no_post():
    story = outage()
    story.tell(Closed(T0 + 101, "us-1", "ada", "c", "f"))
    posts = len(posted(story))
    story.tell(Acknowledged(T0 + 102, "us-1", "bob"))
    assert entered(story, "acknowledged") == ["page acknowledged by bob"]
    assert len(posted(story)) == posts


# ── the store's own mark ──────────────────────────────────────────────────────────────────────


def test_a_key_names_the_store_that_counted_the_incident():
    """A store made anew counts from 1: its first page must not meet an old one that is still open."""
    story = Story(policy=make_policy(born="k3x9qz")).play(broken("us/app"), 90)
    assert [e.payload["key"] for e in story.asked(Duty.PAGE)] == ["posthog-checker.k3x9qz/us-1/1"]
    story.tell(Closed(T0 + 600, "us-1", "ada", "a disk", "a bigger one"))
    assert [e.payload["key"] for e in story.asked(Duty.RESOLVE)] == [
        "posthog-checker.k3x9qz/us-1/1"
    ]


def test_a_store_without_a_mark_keeps_the_keys_that_it_always_had():
    story = Story().play(broken("us/app"), 90)
    assert [e.payload["key"] for e in story.asked(Duty.PAGE)] == ["posthog-checker/us-1/1"]
