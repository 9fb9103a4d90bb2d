"""A world played to the core in virtual time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import pytest

from checker.core.events import Closed, Event, Looked
from checker.core.model import Severity
from checker.rehearsal.play import Play
from probes.contract import Reason, Verdict
from tests.rehearsal.worlds import T0, THREE, broken, policy, stormy


@dataclass(slots=True)
class Heard(Play):
    """Keeps every event."""

    events: list[Event] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        self.events.append(event)
        Play.tell(self, event)

    def looks_at(self, check: str, location: str) -> list[Looked]:
        looks = [e for e in self.events if isinstance(e, Looked)]
        return [
            e for e in looks if (e.observation.check, e.observation.location) == (check, location)
        ]


def said(play: Play) -> list[str]:
    return [entry.what for happening in play.happened for entry in happening.step.entries]


def test_a_total_outage_is_declared_within_a_minute():
    play = Play(policy(), broken("us/app", since=300), THREE, T0)
    play.run(T0 + 360)
    assert said(play) == ["declared"]
    assert play.state.incidents["us-1"].severity is Severity.CRITICAL
    assert 325 < play.happened[0].at - T0 < 345


def test_locations_look_evenly_in_turn():
    play = Heard(policy(), broken("us/app", since=1e9), THREE, T0)
    play.run(T0 + 60)
    starts = [play.looks_at("us/app", where)[0].observation.at for where in THREE]
    gaps = sorted((start - starts[0]) % 30 for start in starts)
    assert gaps == pytest.approx([0.0, 10.0, 20.0], abs=0.01)


def test_a_rare_check_is_looked_at_once_soon_after_the_start():
    rules = policy()
    rare = replace(rules.watched["us/app"], every_s=3600.0)
    play = Heard(replace(rules, watched={**rules.watched, "us/app": rare}), broken(""), THREE, T0)
    play.run(T0 + 2 * 3600)
    for where in THREE:
        times = [look.observation.at - T0 for look in play.looks_at("us/app", where)]
        assert times[0] <= 60
        assert 2 <= len(times) <= 3


def test_while_in_doubt_there_are_looks_every_five_seconds():
    play = Heard(policy(), broken("us/app", since=300), THREE, T0)
    play.run(T0 + 330)
    starts = [e.observation.at for e in play.looks_at("us/app", "l1")]
    doubtful = [after - before for before, after in itertools.pairwise(starts)][-3:]
    assert doubtful == pytest.approx([5.0] * 3, abs=2.5)
    assert {e.observation.scheduled for e in play.looks_at("us/app", "l1")} == {True, False}


def test_a_look_that_hangs_ends_with_its_timeout_as_a_failure():
    play = Heard(policy(), broken("us/app", takes=float("inf")), THREE, T0)
    play.run(T0 + 60)
    look = play.looks_at("us/app", "l1")[0].observation
    assert (look.outcome.verdict, look.outcome.reason) == (Verdict.FAILED, Reason.TIMEOUT)
    assert look.duration_s == 10.0


def test_looks_that_hang_overlap_so_that_the_pace_is_kept():
    play = Heard(policy(), broken("us/app", takes=float("inf")), ("l1",), T0)
    play.run(T0 + 60)
    looks = [e.observation for e in play.looks_at("us/app", "l1")]
    overlapping = [b.at < a.at + a.duration_s for a, b in itertools.pairwise(looks)]
    assert any(overlapping)
    together = max(sum(x.at <= y.at < x.at + x.duration_s for x in looks) for y in looks)
    assert together == 2


def test_the_same_world_makes_the_same_play():
    plays = [Play(policy(), stormy(1), THREE, T0) for _ in range(2)]
    for play in plays:
        play.run(T0 + 2400)
    assert plays[0].happened == plays[1].happened
    assert plays[0].state == plays[1].state


def test_it_does_not_matter_in_how_many_runs_it_is_played():
    whole, pieces = (Play(policy(), stormy(1), THREE, T0) for _ in range(2))
    whole.run(T0 + 1200)
    for seconds in range(7, 1201, 7):
        pieces.run(T0 + seconds)
    pieces.run(T0 + 1200)
    assert pieces.happened == whole.happened
    assert pieces.state == whole.state


def test_whoever_is_to_ring_takes_the_page():
    play = Play(policy(), broken("us/app"), THREE, T0)
    play.run(T0 + 300)
    assert play.state.incidents["us-1"].page == 1
    assert play.state.incidents["us-1"].awaited == ()
    assert "second way" not in said(play)


def test_a_pager_that_can_be_asked_shows_the_page():
    play = Play(policy(confirms=frozenset({"out"})), broken("us/app"), THREE, T0)
    play.run(T0 + 300)
    assert "confirmed" in said(play)
    assert play.state.incidents["us-1"].awaited == ()


def test_what_a_person_cannot_do_is_noted_and_changes_nothing():
    play = Play(policy(), broken("us/app", since=1e9), THREE, T0)
    before = play.state
    play.tell(Closed(T0, "us-7", "ada", "a cause", "a fix"))
    assert play.state is before
    assert play.happened[0].step.notes[0].startswith("refused: no incident 'us-7' here")
