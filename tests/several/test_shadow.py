"""What a daemon makes of its own looks."""

from __future__ import annotations

from dataclasses import replace

from checker.core.events import Looked, Ticked
from checker.core.model import Kind, Observation, State, Symptom
from checker.several.shadow import Shadow, own_of
from probes.contract import Verdict
from tests.core.story import CONTROLS, T0, Story, broken, make_policy, outcome

POLICY = make_policy()


def shadow() -> Shadow:
    return Shadow(lambda: POLICY, State())


def look(check: str, verdict: Verdict, at: float) -> Looked:
    return Looked(Observation(check, "l1", T0 + at, outcome(verdict)))


def failing(times: int) -> Shadow:
    """One whose every look at us/app has failed, while controls answer."""
    seen = shadow()
    for n in range(times):
        seen.take(look("us/app", Verdict.FAILED, n * 5))
        for control in CONTROLS:
            seen.take(look(control, Verdict.PASSED, n * 5 + 1))
    return seen


def test_a_first_failure_is_looked_at_faster_with_every_control():
    wanted = failing(1).pace(State(), "l1")
    assert wanted == dict.fromkeys(("us/app", *CONTROLS), 5.0)


def test_what_passes_is_not():
    seen = shadow()
    seen.take(look("us/app", Verdict.PASSED, 0))
    assert seen.pace(State(), "l1") == {}


def test_what_all_know_to_be_broken_is_not():
    known = State(symptoms={"us/app": Symptom("us/app", Kind.DOWN, T0)})
    assert failing(1).pace(known, "l1") == {}


def test_a_problem_that_is_known_to_be_ours_is_not():
    assert failing(1).pace(State(local={"us/app": "l1"}), "l1") == {}
    assert failing(1).pace(State(local={"us/app": "l2"}), "l1") != {}


def test_it_comes_to_symptoms_and_to_no_incident():
    seen = failing(10)
    seen.take(Ticked(T0 + 60))
    assert seen.state.symptoms["us/app"].kind is Kind.DOWN
    assert seen.state.incidents == {}


def test_it_begins_with_what_was_held_true_from_its_own_location():
    told = Story(policy=POLICY, locations=("l1", "l2")).play(broken("us/app"), 60).state
    own = own_of(replace(told, local={"us/app": "l2"}), "l1")
    assert {place for held in own.standings.values() for place in held} == {"l1"}
    assert set(own.vantages) == {"l1"}
    assert (own.incidents, own.symptoms, own.local) == ({}, {}, {})
