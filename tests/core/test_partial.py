"""Windows of looks against chance."""

import pytest

from checker.core.held import Standing
from checker.core.model import Duty, Kind, Severity
from checker.core.partial import partial_share, recent_share, surprising
from checker.core.rules import Rule, Thresholds
from checker.core.standing import WINDOW_MINUTES, roll
from probes.contract import Verdict
from tests.core.story import RULES, Story, World, broken, fine, make_policy

LIMITS = Thresholds()
MINOR = Rule("any", Kind.PARTIAL, Severity.MINOR, "Performance degradation.")


@pytest.mark.parametrize(("looks", "failures"), [(180, 16), (60, 10)])
def test_so_many_failures_are_one_in_a_million_by_two_percent_of_noise(looks, failures):
    assert surprising(looks, 0.02, 1e-6) == failures


def test_what_cannot_surprise_asks_for_more_failures_than_there_are_looks():
    assert surprising(2, 0.02, 1e-6) == 3


def rolled(*looks: tuple[float, bool]) -> Standing:
    window: tuple = ()
    for at, failed in looks:
        window = roll(window, at, failed)
    return Standing(window=window)


def test_looks_are_counted_by_the_minute():
    assert rolled((60.0, False), (90.0, True), (120.0, False)).window == ((1, 2, 1), (2, 1, 0))


def test_minutes_older_than_the_window_are_dropped():
    assert rolled((0.0, True), (60.0 * WINDOW_MINUTES, False)).window == ((WINDOW_MINUTES, 1, 0),)


def test_an_older_look_that_comes_late_is_counted_in_the_newest_minute():
    assert rolled((120.0, False), (60.0, True)).window == ((2, 2, 1),)


def test_without_looks_no_share_failed():
    assert recent_share([Standing()], 0.0) == 0.0


def steady(share: float, minutes: int = 30) -> Standing:
    """Two looks a minute, that share of them failed, evenly."""
    looks = [(30.0 * n, int(n * share) != int((n - 1) * share)) for n in range(1, 2 * minutes)]
    return rolled(*looks)


NOW = 30 * 60.0 - 1


def test_fifteen_percent_at_three_locations_is_partial():
    share = partial_share([steady(0.15)] * 3, NOW, LIMITS)
    assert share == pytest.approx(0.15, abs=0.02)


def test_two_percent_is_noise():
    assert partial_share([steady(0.02)] * 3, NOW, LIMITS) is None


def test_a_window_that_is_too_short_cannot_be_judged():
    assert partial_share([steady(1.0, minutes=10)], 600.0, LIMITS) is None


def test_one_bad_location_among_good_ones_is_not_partial():
    assert partial_share([steady(1.0), steady(0.02), steady(0.02)], NOW, LIMITS) is None


def test_what_has_stopped_failing_is_not_partial_any_more():
    assert partial_share([steady(0.15)] * 3, NOW + 360.0, LIMITS) is None


THREE = ("l1", "l2", "l3")


def every(nth: int) -> World:
    """Every nth scheduled look at us/app fails, at each location: too thin for the score."""

    def world(check: str, location: str, at: float) -> Verdict:
        turn, since = divmod(round(at) - 10 * THREE.index(location), 30)
        fails = check == "us/app" and since == 0 and turn % nth == 0
        return Verdict.FAILED if fails else Verdict.PASSED

    return world


def test_a_thin_outage_is_declared_as_partial_and_recovers():
    story = Story(locations=THREE).play(every(8), 3600)
    assert [s.kind for s in story.state.symptoms.values()] == [Kind.PARTIAL]
    story.play(fine, 3600)
    assert story.state.symptoms == {}


def test_a_partial_outage_that_grows_is_told_anew():
    story = Story(locations=THREE).play(every(8), 3600)
    before = story.state.symptoms["us/app"].share
    story.play(every(4), 3600)
    symptom = story.state.symptoms["us/app"]
    assert symptom.kind is Kind.PARTIAL
    assert symptom.share > before


def test_a_partial_outage_says_its_share():
    story = Story(locations=THREE, policy=make_policy(rules=(MINOR,))).play(every(8), 3600)
    text = story.asked(Duty.ROOM)[0].payload["notice"]["lines"][0]["text"]
    assert "of the scheduled looks of the last 30 min failed" in text


@pytest.mark.parametrize("locations", [("l1",), THREE])
def test_an_unlucky_look_soon_after_an_outage_is_no_relapse(locations):
    story = Story(locations=locations, policy=make_policy(rules=(*RULES, MINOR)))
    story.play(broken("us/app", until=900), 1500)
    assert story.said() == ["declared", "recovered"]
    story.play(broken("us/app", until=1501), 600)
    assert story.said() == ["declared", "recovered"]


def test_what_was_partial_begins_a_new_window_when_it_has_recovered():
    story = Story(locations=THREE, policy=make_policy(rules=(MINOR,))).play(every(8), 3600)
    story.play(fine, 600)
    assert story.said() == ["declared", "recovered"]
    windows = [standing.window for standing in story.state.standings["us/app"].values()]
    assert all(bad == 0 for window in windows for _, _, bad in window)


def test_what_is_slow_no_more_keeps_its_window():
    slow = Rule("any", Kind.SLOW, Severity.MINOR, "Performance degradation.")
    story = Story(policy=make_policy(rules=(slow,)))
    story.play(lambda check, *_: Verdict.DEGRADED if check == "us/app" else Verdict.PASSED, 300)
    assert story.play(fine, 1500).said() == ["declared", "recovered"]
    assert len(story.state.standings["us/app"]["l1"].window) > 25
