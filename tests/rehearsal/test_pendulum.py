"""Only some ticks matter, and none of those is missing: the same worlds are played with all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.events import (
    Acknowledged,
    Alerted,
    Closed,
    Event,
    Looked,
    PageResolved,
    Planned,
    Ticked,
)
from checker.core.matchers import matchers
from checker.core.model import Alert, Duty, Kind, Maintenance, Severity, State
from checker.core.rules import Policy, Rule
from checker.rehearsal.pendulum import BEAT_S, Pendulum
from checker.rehearsal.play import Play, World
from tests.rehearsal.test_play import Heard
from tests.rehearsal.worlds import BAD, GOOD, T0, THREE, broken, ours, policy, stormy


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


def test_a_local_problem_whose_witnesses_fall_silent_comes_to_the_second():
    def silent(name, location, at):
        if location == "l2":
            return (BAD if name == "us/app" else GOOD), 0.2
        return GOOD, (1e4 if at > T0 + 600.3 else 0.2)

    patient = {n: replace(w, timeout_s=1e5) for n, w in policy().watched.items()}
    needed, every = played(silent, 3000, (), replace(policy(), watched=patient))
    assert "declared" in [e.what for h in needed.happened for e in h.step.entries]
    assert happenings(needed) == happenings(every)


def test_what_people_end_and_alerts_that_expire_come_to_the_second():
    sentence = "Various alerts defined as critical, such as disk space full, OOM"
    rule = Rule("any", Kind.FIRING, Severity.MAJOR, sentence, alert=matchers('severity="critical"'))
    labels = {"alertname": "DiskFull", "target": "eu", "severity": "critical"}
    fires = Alert("one", labels, T0 + 99, is_firing=True, ends_at=T0 + 500.5)
    words = (
        Alerted(T0 + 100, (fires,)),
        Alerted(T0 + 400.2, (replace(fires, is_firing=False),)),
        PageResolved(T0 + 700, "us-1", "ada", 1),
        Closed(T0 + 2800.4, "us-1", "ada", "a disk", "a bigger one"),
    )
    rules = policy(rules=(*policy().rules, rule))
    needed, every = played(broken("us/flags", since=600, until=5000), 5400, words, rules)
    texts = [e.text for h in needed.happened for e in h.step.entries]
    assert sum("MAJOR" in text for text in texts) == 3  # the alert, the flags, and these again
    assert any("after its page was ended" in text for text in texts)
    assert happenings(needed) == happenings(every)


def test_a_pager_that_nobody_answers_is_waited_for_to_the_second():
    rules = policy(routes={Duty.PAGE: ("out",), Duty.FALLBACK: ("phone",)})
    plays = [Heard(rules, broken("us/app"), THREE, T0, pages_are_taken=False) for _ in range(2)]
    plays[1].pendulum = EverySecond(T0)
    for play in plays:
        play.run(T0 + 600)
    assert "second way" in [e.what for h in plays[0].happened for e in h.step.entries]
    assert happenings(plays[0]) == happenings(plays[1])


def test_a_quiet_hour_takes_a_tick_a_minute():
    needed, every = played(broken("us/app", since=1e9), 3600, (), policy())
    ticks = [sum(isinstance(e, Ticked) for e in play.events) for play in (needed, every)]
    assert ticks[0] <= 61
    assert ticks[1] == 3600 - 1
    assert needed.looks == sum(isinstance(e, Looked) for e in needed.events)
