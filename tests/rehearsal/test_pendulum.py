"""Only some ticks matter, and none of those is missing: the same worlds are played with all of them."""

from __future__ import annotations

import pytest

from checker.core.events import Acknowledged, Event, Looked, Planned, Ticked
from checker.core.model import Maintenance, State
from checker.core.rules import Policy
from checker.rehearsal.pendulum import BEAT_S, Pendulum
from checker.rehearsal.play import Play, World
from tests.rehearsal.test_play import Heard
from tests.rehearsal.worlds import T0, THREE, broken, ours, policy, stormy


class EverySecond(Pendulum):
    """What the daemon does."""

    def ticked(self, policy: Policy, state: State, now: float) -> None:
        super().ticked(policy, state, now)
        self.due = now + BEAT_S


def played(
    world: World, seconds: float, words: tuple[Event, ...], rules: Policy
) -> tuple[Heard, Heard]:
    """The same twice: with the ticks that are needed, and with all."""
    plays = Heard(rules, world, THREE, T0), Heard(rules, world, THREE, T0)
    plays[1].pendulum = EverySecond(T0)
    for play in plays:
        for word in words:
            play.run(word.at)
            play.tell(word)
        play.run(T0 + seconds)
    return plays


def happenings(play: Play) -> list[tuple[object, ...]]:
    return [(h.at, h.step.entries, h.step.effects, h.step.notes) for h in play.happened]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_few_hours_of_everything_are_the_same(seed):
    words = (
        Planned(T0 + 60, Maintenance("us", T0 + 500, T0 + 1000.5, "ada", "an upgrade")),
        Acknowledged(T0 + 6500, "us-1", "ada"),
    )
    needed, every = played(stormy(seed), 11_000, words, policy())
    assert happenings(needed) == happenings(every)
    assert needed.state == every.state


def test_ageing_and_reminders_come_to_the_second():
    needed, every = played(broken("us/flags", since=100), 7600, (), policy())
    whats = [e.what for h in needed.happened for e in h.step.entries]
    assert "escalated" in whats  # after two hours
    assert happenings(needed) == happenings(every)


def test_a_location_that_goes_quiet_is_the_same():
    def silent(name, location, at):
        outcome, took_s = broken("us/app", since=900)(name, location, at)
        return outcome, (1e4 if location == "l3" and at > T0 + 600 else took_s)

    needed, every = played(silent, 3000, (), ours(policy(), "us/app", recover_after_s=45.5))
    assert happenings(needed) == happenings(every)


def test_a_quiet_hour_takes_a_tick_a_minute():
    needed, every = played(broken("us/app", since=1e9), 3600, (), policy())
    ticks = [sum(isinstance(e, Ticked) for e in play.events) for play in (needed, every)]
    assert ticks[0] <= 61
    assert ticks[1] == 3600 - 1
    assert needed.looks == sum(isinstance(e, Looked) for e in needed.events)
