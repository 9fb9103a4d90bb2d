"""What one location alone sees: its own problem, and a witness only beside somebody who is sure."""

from dataclasses import replace

import pytest

from checker.core.model import Duty, Kind, Phase
from checker.core.pace import pace
from probes.contract import Verdict
from tests.core.story import (
    CHECKS,
    CONTROLS,
    RULES,
    T0,
    Story,
    World,
    broken,
    fine,
    make_policy,
    watch,
)
from tests.core.test_judgement import SLOW, strained
from tests.core.test_partial import MINOR, every

TWO = ("l1", "l2")
THREE = ("l1", "l2", "l3")
DEAD_S = 1200.0  # for so long one location has been seeing it alone


def beside(dead: str, *others: World) -> World:
    """At one location us/app always fails; the other worlds are what everybody finds."""

    def world(check: str, location: str, at: float) -> Verdict:
        if (check, location) == ("us/app", dead):
            return Verdict.FAILED
        return max((other(check, location, at) for other in others), key=VERDICTS.index)

    return world


VERDICTS = (Verdict.PASSED, Verdict.DEGRADED, Verdict.FAILED)


def alone(locations: tuple[str, ...] = THREE, **policy: object) -> Story:
    """A story in which us/app has long failed at l2 and nowhere else."""
    story = Story(make_policy(**policy), locations).play(beside("l2", fine), DEAD_S)
    assert story.state.local == {"us/app": "l2"}
    return story


# ── alone ─────────────────────────────────────────────────────────────────────────────────────


def test_one_location_of_three_never_declares():
    story = Story(locations=THREE).play(broken("us/app", since=60, at="l2"), 1800)
    assert story.said() == []
    assert story.state.local == {"us/app": "l2"}
    assert story.notes == ["local problem at l2: it alone sees us/app fail"]


def test_a_local_problem_that_goes_away_is_forgotten():
    story = Story(locations=THREE).play(broken("us/app", since=60, until=600, at="l2"), 2400)
    assert story.state.local == {}
    assert story.notes[1:] == ["no local problem with us/app any more"]


@pytest.mark.parametrize("locations", [TWO, THREE])
def test_three_unlucky_looks_beside_a_local_problem_are_no_outage(locations):
    unlucky = broken("us/app", since=DEAD_S, until=DEAD_S + 12, at="l1")
    story = alone(locations).play(beside("l2", unlucky), 600)
    assert story.said() == []


def test_what_others_suspect_for_a_moment_leaves_a_local_problem_what_it_is():
    unlucky = broken("us/app", since=DEAD_S, until=DEAD_S + 12, at="l1")
    story = alone().play(beside("l2", unlucky), 1200)
    assert story.state.local == {"us/app": "l2"}
    assert len(story.notes) == 1


def test_a_blip_beside_a_local_problem_is_still_a_blip():
    blip = broken("us/app", since=DEAD_S, until=DEAD_S + 29)
    story = alone().play(beside("l2", blip), 600)
    assert story.said() == []


def test_what_others_suspect_beside_a_local_problem_is_looked_at_faster():
    story = alone()
    assert pace(story.policy, story.state) == {}
    story.look("us/app", Verdict.FAILED, DEAD_S + 1, "l3")
    assert pace(story.policy, story.state) == {"us/app": 5.0, **dict.fromkeys(CONTROLS, 5.0)}


# ── it spreads ────────────────────────────────────────────────────────────────────────────────


def test_a_local_problem_that_spreads_to_all_is_declared_as_fast_as_any_outage():
    story = alone().play(broken("us/app"), 120)
    assert story.said() == ["declared"]
    assert story.declared_at() <= DEAD_S + 45


@pytest.mark.parametrize("locations", [TWO, THREE])
def test_a_local_problem_that_another_location_is_sure_of_is_declared(locations):
    spreads = broken("us/app", at="l1")
    story = alone(locations).play(beside("l2", spreads), 120)
    assert story.said() == ["declared"]
    assert story.declared_at() <= DEAD_S + 60


def test_a_local_problem_is_named_where_the_outage_is_explained():
    story = alone().play(broken("us/app"), 120)
    sums = story.asked(Duty.PAGE)[0].payload["details"]["What fails"]
    assert "failed since 22:13:30 (timeout; at first alone)" in sums


def test_an_outage_beside_a_local_problem_began_with_the_others():
    story = alone().play(broken("us/app"), 120)
    assert T0 + DEAD_S <= story.incident().since < T0 + DEAD_S + 30


def test_what_mostly_works_elsewhere_is_not_down_for_what_one_location_sees():
    def mostly(check: str, location: str, at: float) -> Verdict:
        fails = check == "us/app" and round(at / 5) % 5 < 3
        return Verdict.FAILED if fails else Verdict.PASSED

    story = alone().play(beside("l2", mostly), 300)
    assert story.state.symptoms["us/app"].kind is Kind.FAILING


# ── nobody else is there ──────────────────────────────────────────────────────────────────────


def test_a_local_problem_is_no_outage_because_the_others_fall_silent():
    story = alone()
    story.locations = ("l2",)
    assert story.play(broken("us/app"), 600).said() == []


def test_when_all_others_are_long_gone_the_one_that_is_left_speaks_for_all():
    story = alone()
    story.locations = ("l2",)
    story.play(broken("us/app"), 1200)
    assert story.said() == ["declared"]
    assert DEAD_S + 870 <= story.declared_at() <= DEAD_S + 960


# ── other troubles beside it ──────────────────────────────────────────────────────────────────


def test_what_is_slow_for_the_others_is_seen_beside_a_local_problem():
    story = alone(rules=(*RULES, SLOW)).play(beside("l2", strained("us/app")), 600)
    assert story.incident().symptoms[0].kind is Kind.SLOW
    assert story.state.local == {"us/app": "l2"}


def test_what_one_location_sees_alone_is_no_part_of_the_share_that_fails():
    story = alone(rules=(*RULES, MINOR)).play(beside("l2", every(8)), 3600)
    assert story.state.symptoms["us/app"].kind is Kind.PARTIAL
    assert 0.1 < story.state.symptoms["us/app"].share < 0.2


def test_a_partial_outage_beside_a_local_problem_recovers():
    story = alone(rules=(*RULES, MINOR)).play(beside("l2", every(8)), 3600)
    story.play(beside("l2", fine), 3600)
    assert story.said() == ["declared", "recovered"]


# ── it stays behind ───────────────────────────────────────────────────────────────────────────


def test_an_outage_has_recovered_though_one_location_still_sees_it():
    story = Story(locations=THREE).play(broken("us/app"), 300)
    story.play(beside("l2", fine), 2400)
    assert story.incident().phase is Phase.RECOVERED
    assert story.state.local == {"us/app": "l2"}
    assert story.notes == ["local problem at l2: it alone sees us/app fail"]


def test_two_locations_that_still_see_it_keep_it_open():
    story = Story(locations=THREE).play(broken("us/app"), 300)
    story.play(beside("l2", broken("us/app", at="l3")), 2400)
    assert story.said() == ["declared"]


def test_whose_fellow_witness_went_blind_is_not_alone_with_it():
    def blinded(check: str, location: str, at: float) -> Verdict:
        blind = location == "l1" and at > 310 and check in CONTROLS
        return (
            Verdict.FAILED
            if blind
            else beside("l2", broken("us/app", at="l1"))(check, location, at)
        )

    story = Story(locations=THREE).play(beside("l2", broken("us/app", at="l1")), 300)
    story.play(blinded, 600)
    assert story.state.local == {}
    assert story.incident().phase is Phase.OPEN


def test_an_outage_that_one_location_alone_sees_recovers_only_after_five_quiet_minutes():
    quick = replace(watch("us/app").thresholds, ceiling=50, passed=10)
    checks = [replace(watch("us/app"), thresholds=quick), *CHECKS[3:]]
    story = Story(make_policy(checks), THREE).play(broken("us/app"), 300)
    story.play(beside("l2", fine), 5 * 30 + 290)
    assert story.said() == ["declared"]
    assert story.play(beside("l2", fine), 40).said() == ["declared", "recovered"]
