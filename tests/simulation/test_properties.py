"""What holds in every history, whatever the weather and whatever people say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.core.alerts import ALERTS_MAX
from checker.core.events import Event, Looked
from checker.core.model import Observation, Phase, State
from checker.core.standing import WINDOW_MINUTES
from checker.core.suspicion import FAILING
from checker.store.codec import text_of, value_of
from tests.core.story import CONTROLS
from tests.simulation.weather import (
    AGELESS,
    CHECKS,
    ENDS,
    FAILED,
    LOCATIONS,
    MACHINES,
    PASSED,
    POLICY,
    SETS,
    T0,
    UNCLEAR,
    WEATHER,
    WORDS,
    all_find,
    histories,
    laid_out,
    live,
    stretches,
)

pytestmark = pytest.mark.timeout(120)  # much is played; the machine may be busy

unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

UNCLEAR_WEATHER = stretches((UNCLEAR,))


def said(events: list[Event], state: State | None = None) -> set[str]:
    """The kinds of line that a history writes into timelines."""
    steps = live(AGELESS, events, state)
    return {entry.what for taken in steps for entry in taken.entries}


@unhurried
@given(histories(UNCLEAR_WEATHER))
def test_looks_that_could_not_tell_open_nothing(events):
    assert said(events) == set()


BROKEN = [*live(AGELESS, laid_out([all_find(PASSED, 10), all_find(FAILED, 20)]))][-1].state


@unhurried
@given(histories(UNCLEAR_WEATHER, begins=T0 + 300.0))
def test_looks_that_could_not_tell_raise_and_recover_nothing(events):
    assert BROKEN.incidents["us-1"].phase is Phase.OPEN
    assert said(events, BROKEN) <= {"reminder"}


@unhurried
@given(histories(WEATHER, st.one_of(MACHINES, ENDS)))
def test_severity_never_falls_by_itself(events):
    states = [taken.state for taken in live(POLICY, events)]
    for before, after in pairwise(states):
        for id_, incident in before.incidents.items():
            if id_ in after.incidents:
                assert after.incidents[id_].severity >= incident.severity


@unhurried
@given(histories(WEATHER, st.one_of(MACHINES, SETS)))
def test_nothing_but_a_person_ends_an_incident(events):
    for taken in live(POLICY, events):
        assert all(i.phase in (Phase.OPEN, Phase.RECOVERED) for i in taken.state.incidents.values())


@unhurried
@given(
    st.lists(
        st.tuples(st.sampled_from((*CHECKS, *CONTROLS)), st.floats(0.1, 20.0)),
        min_size=10,
        max_size=300,
    )
)
def test_a_location_whose_network_goes_declares_nothing(failing):
    """All was right; then every look fails, at PostHog and at the controls, in whatever order."""
    fine = laid_out([all_find(PASSED, 10)])
    events: list[Event] = [
        e for e in fine if not isinstance(e, Looked) or e.observation.location == "l1"
    ]
    now = T0 + 100.0
    for check, later in failing:
        now += later
        events.append(Looked(Observation(check, "l1", now, FAILED)))
    assert said(events) == set()


@unhurried
@given(histories(stretches((PASSED,))), st.sampled_from(LOCATIONS))
def test_a_blind_location_alone_declares_nothing(events, blind):
    """The others are fine; one finds everything down, and its controls with it."""
    seen = [
        Looked(Observation(e.observation.check, blind, e.observation.at, FAILED))
        if isinstance(e, Looked) and e.observation.location == blind
        else e
        for e in events
        if not (isinstance(e, Looked) and e.observation.outcome is FAILED)
    ]
    assert said(seen) == set()


@unhurried
@given(histories(stretches((PASSED, FAILED)), None), st.sampled_from(LOCATIONS))
def test_a_location_that_alone_sees_it_declares_nothing(events, alone):
    """Whatever one finds, all others find that all is right; and nobody is cut off."""
    seen = [
        e
        if not isinstance(e, Looked) or (e.observation.location == alone and is_ours(e))
        else Looked(replace(e.observation, outcome=PASSED))
        for e in events
    ]
    assert said(seen) == set()


def is_ours(look: Looked) -> bool:
    return look.observation.check in CHECKS


@unhurried
@given(st.lists(WEATHER, max_size=8))
def test_what_everybody_sees_is_declared_whatever_was_before(weather):
    (*_, last) = live(AGELESS, laid_out([*weather, all_find(FAILED, 20)]))
    assert {last.state.symptoms[check].kind for check in CHECKS} <= FAILING.kinds


@unhurried
@given(histories(WEATHER, WORDS))
def test_the_same_history_is_lived_alike(events):
    assert [*live(POLICY, events)] == [*live(POLICY, events)]


@unhurried
@given(histories(WEATHER, WORDS), st.data())
def test_saving_and_reloading_anywhere_changes_nothing(events, data):
    steps = [*live(POLICY, events)]
    cut = data.draw(st.integers(0, len(events) - 1))
    reloaded = value_of(State, text_of(steps[cut].state), "a test")
    assert reloaded == steps[cut].state
    assert [*live(POLICY, events[cut + 1 :], reloaded)] == steps[cut + 1 :]


@unhurried
@given(histories(WEATHER, WORDS))
def test_the_state_is_bounded(events):
    for taken in live(POLICY, events):
        state = taken.state
        assert state.standings.keys() <= set(CHECKS)
        standings = [s for held in state.standings.values() for s in held.values()]
        assert len(standings) <= len(CHECKS) * len(LOCATIONS)
        assert all(len(s.window) <= WINDOW_MINUTES for s in standings)
        assert state.vantages.keys() <= set(LOCATIONS)
        assert state.symptoms.keys() <= set(CHECKS)
        assert state.local.keys() <= set(CHECKS)
        assert len(state.incidents) <= 2 * len(POLICY.targets)
        assert len(state.alerts) <= ALERTS_MAX
        assert all(len(i.seen) <= len(CHECKS) for i in state.incidents.values())
