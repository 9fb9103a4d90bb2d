"""How things stand, in words."""

from dataclasses import replace

import pytest

from checker.core.held import Vantage
from checker.core.model import Kind, Phase, Severity, State, Symptom
from checker.metrics import LastLook
from checker.web.status import status_of
from tests.metrics.sample import BAD, GOOD, NOW, SLOW, UNKNOWN, incident, show, suspicion, trouble


def word(view, name="us/app"):
    return next(check.now for check in status_of(view).checks if check.name == name)


def test_all_is_well_is_said_in_one_line():
    assert status_of(show()).headline == "All is well: 2 checks, no open incident."


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(GOOD, "well"), (SLOW, "slow"), (BAD, "failed"), (UNKNOWN, "could not tell")],
)
def test_without_suspicion_a_check_is_what_the_newest_look_saw(outcome, expected):
    assert word(show(looks={"us/app": LastLook(NOW - 3, 0.1, outcome)})) == expected


def test_a_check_that_was_never_looked_at_says_so():
    view = show(looks={})
    assert word(view) == "not looked yet"
    assert status_of(view).headline == "2 checks wait for their first look. No open incident."


@pytest.mark.parametrize("kind", list(Kind))
def test_a_symptom_comes_before_what_the_newest_look_saw(kind):
    symptom = Symptom("us/app", kind, NOW - 60, "l1 9 of 10 failed")
    view = show(state=State(symptoms={"us/app": symptom}))
    (check,) = [c for c in status_of(view).checks if c.name == "us/app"]
    assert (check.now, check.since) == (kind, "2023-11-14T22:12:20Z")
    assert check.evidence == "l1 9 of 10 failed"


def test_a_suspicion_is_called_one():
    state = State(standings={"us/app": {"l1": suspicion("us/app", 1)}})
    view = show(state=state)
    assert word(view) == "suspected"
    assert status_of(view).headline.startswith("Something may fail, and is looked at")


def test_a_problem_of_one_location_names_it():
    view = show(state=State(local={"us/app": "l2"}))
    (check,) = [c for c in status_of(view).checks if c.name == "us/app"]
    assert (check.now, check.local) == ("local problem", "l2")


def test_a_blind_location_says_nothing_of_any_target():
    view = show(state=State(vantages={"l1": Vantage(blind_since=NOW - 60)}))
    status = status_of(view)
    assert status.headline.startswith("We are blind")
    assert status.blind == {"l1": "2023-11-14T22:12:20Z"}


def test_another_locations_blindness_does_not_take_the_headline():
    view = show(state=State(vantages={"l2": Vantage(blind_since=NOW - 60)}))
    assert status_of(view).headline.startswith("All is well")


def test_open_and_recovered_incidents_are_told_apart():
    recovered = incident(id="eu-1", target="eu", phase=Phase.RECOVERED, symptoms=())
    view = show(state=State(incidents={"us-42": incident(), "eu-1": recovered}))
    expected = "Open incident: us-42 (critical). Recovered, to be closed by a person: eu-1."
    assert status_of(view).headline == expected


def test_a_check_that_could_not_tell_is_not_called_well():
    view = show(
        looks={"us/app": LastLook(NOW, 0.1, UNKNOWN), "control/one": LastLook(NOW, 0.1, GOOD)}
    )
    expected = "No open incident, but not all is well: 1 of 2 checks."
    assert status_of(view).headline == expected


def test_an_incident_that_is_over_is_not_shown():
    view = show(state=State(incidents={"us-42": incident(phase=Phase.CLOSED)}))
    assert status_of(view).incidents == ()


def test_a_clock_that_went_back_makes_no_negative_age():
    view = replace(show(), at=NOW - 3600)
    assert status_of(view).checks[0].looked_ago_s == 0


def test_a_refused_config_is_told_in_one_line_without_its_text():
    view = replace(show(), refused="checks.yaml:3:7: wrong\n    key: value")
    (line,) = status_of(view).wrong
    assert line.endswith("checks.yaml:3:7: wrong. `checker config check` says all of it.")


def test_an_incident_that_a_person_lowered_says_whose_word_it_is():
    lowered = incident(severity=Severity.MINOR, word=Severity.CRITICAL, word_by="ada")
    (told,) = status_of(show(state=State(incidents={"us-42": lowered}))).incidents
    assert told.why.startswith("ada says it is minor; ")
    assert told.sentence == "Posthog Cloud is completely down"


def test_what_waits_and_what_is_off_is_listed():
    status = status_of(trouble())
    assert [(w.responder, w.effects, w.oldest_s) for w in status.outbox] == [("pagerduty", 2, 41.5)]
    assert [(o.what, o.why) for o in status.off] == [
        ("responder slack", "SLACK_BOT_TOKEN is not set")
    ]
