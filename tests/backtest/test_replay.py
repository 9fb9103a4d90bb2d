"""Looks become the incidents that a config would have declared, and the pages it would have sent."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from checker.backtest.found import Replayed
from checker.backtest.replay import OVER_AFTER_S, Replay
from checker.core.model import Observation, Phase, Severity
from checker.core.rules import Policy
from probes.contract import Verdict
from tests.backtest.plainly import Plainly
from tests.backtest.weather import history, policy_of
from tests.core.story import CHECKS, T0, World, broken, fine, make_policy, outcome

pytestmark = pytest.mark.timeout(120)  # much is played; the machine may be busy

HOUR_S = 3600.0


def seen(world: World, until: float, since: float = 0.0, checks=CHECKS) -> list[Observation]:
    """Looks of one location, every 10 s, in the order in which they end."""
    return [
        Observation(check, "l1", T0 + at, outcome(world(check, "l1", at)), 0.2)
        for at in range(int(since), int(until), 10)
        for check in checks
    ]


def replayed(looks: list[Observation], policy: Policy | None = None) -> Replayed:
    policy = policy or make_policy()
    first = {look.check: look.at for look in reversed(looks)}
    replay = Replay(policy, T0, first)
    for look in looks:
        replay.look(look)
    replay.pass_time(looks[-1].at + 1.0)
    return replay.replayed()


def test_an_outage_is_declared_rings_once_and_recovers():
    [found] = replayed(seen(broken("us/flags", since=1000, until=2000), 3600)).incidents
    assert (found.incident.id, found.incident.severity) == ("us-1", Severity.MAJOR)
    assert found.incident.since == T0 + 1000
    assert 35 <= found.waited_s <= 50
    assert [page.at for page in found.pages] == [found.incident.declared_at]
    assert found.over_at == T0 + 1990 + 300 + 300  # thirty good looks, and five minutes
    assert [turn.what for turn in found.turns] == ["declared", "recovered"]


def test_when_all_is_well_nothing_is_declared():
    assert replayed(seen(fine, 3600)) == Replayed(())


# 5, 28: late ticks matter; 10, 24: somebody is forgotten; 35, 37: a control in doubt
@pytest.mark.parametrize("seed", [5, 10, 24, 28, 35, 37])
def test_leaving_out_steps_and_ticks_changes_nothing(seed):
    policy, looks = policy_of(Random(seed)), history(seed)
    fast = Replay(policy, T0, dict.fromkeys(policy.watched, T0))
    full = Plainly(policy, T0)
    for number, look in enumerate(sorted(looks, key=lambda look: look.at + look.duration_s)):
        fast.look(look)
        full.look(look)
        if number % 20 == 0:
            assert fast.state == full.state
    fast.pass_time(T0 + 8 * HOUR_S)
    full.pass_time(T0 + 8 * HOUR_S)
    assert fast.state == full.state
    assert fast.replayed() == full.book.replayed()


def twice(second: float) -> World:
    """Flags fail for ten minutes, and again from `second` on."""

    def world(check: str, location: str, at: float) -> Verdict:
        fails = check == "us/flags" and (1000 <= at < 1600 or second <= at < second + 600)
        return Verdict.FAILED if fails else Verdict.PASSED

    return world


def test_what_has_been_well_for_two_hours_counts_as_closed():
    found = replayed(seen(twice(4 * HOUR_S), 5 * HOUR_S)).incidents
    assert [one.incident.id for one in found] == ["us-1", "us-2"]
    closed = found[0].incident
    assert closed.phase is Phase.CLOSED
    assert closed.closed_at == closed.recovered_at + OVER_AFTER_S


def test_what_fails_again_sooner_is_the_same_incident_and_rings_again_as_if_acknowledged():
    [found] = replayed(seen(twice(1.5 * HOUR_S), 2 * HOUR_S)).incidents
    assert "reopened" in [turn.what for turn in found.turns]
    assert len(found.pages) == 2


def test_a_page_counts_once_however_many_responders_there_are():
    looks = seen(broken("us/flags", since=1000, until=2000), 3600)
    for routes in ({}, {"page": ("one", "two")}):
        assert len(replayed(looks, replace(make_policy(), routes=routes)).pages) == 1


def test_a_minor_incident_rings_nobody():
    policy = make_policy()
    minor = tuple(replace(rule, severity=Severity.MINOR) for rule in policy.rules)
    found = replayed(
        seen(broken("us/flags", since=1000, until=2000), 3600), replace(policy, rules=minor)
    )
    assert [one.incident.severity for one in found.incidents] == [Severity.MINOR]
    assert found.pages == ()


TWO_CHECKS = make_policy(
    watched={
        **make_policy().watched,
        "us/login": replace(make_policy().watched["us/app"], name="us/login"),
    }
)


def test_a_check_that_was_never_looked_at_does_not_keep_its_surface_from_being_down():
    [found] = replayed(seen(broken("us/app", since=1000), 1200), TWO_CHECKS).incidents
    assert found.incident.sentence == "being completely unavailable"


def test_a_check_that_came_later_counts_from_its_first_look_on():
    world = broken("us/app", since=1000, until=1500)
    before = seen(world, 3600)
    later = seen(broken("us/app", since=14_600), 15_000, since=3600, checks=(*CHECKS, "us/login"))
    first, second = replayed([*before, *later], TWO_CHECKS).incidents
    assert first.incident.sentence == "being completely unavailable"
    assert second.incident.sentence == "Significantly elevated error rate"


def test_looks_at_what_the_config_does_not_name_are_passed_over():
    world = broken("us/old", since=1000)
    assert replayed(seen(world, 3600, checks=(*CHECKS, "us/old"))) == Replayed(())


def test_a_page_tells_how_long_it_took_and_whether_something_was_down():
    [page] = replayed(seen(broken("us/flags", since=1000), 1200)).pages
    assert page.is_total
    assert page.waited_s == page.at - (T0 + 1000)
    assert "flags down at us" in page.summary
