"""What a story expects, asked of a log."""

from __future__ import annotations

import pytest

from checker.core.model import Incident, Phase, Severity
from checker.rehearsal.expectations import (
    Declared,
    Expectation,
    Incidents,
    Never,
    Notes,
    Pages,
    Recovered,
    SeverityIs,
)
from checker.rehearsal.log import Line, Log


def incident(severity: Severity, id_: str = "us-1") -> Incident:
    target = id_.partition("-")[0]
    sentence = "Customer signup is broken"
    return Incident(id_, target, Phase.OPEN, severity, 0.0, 0.0, sentence)


MAJOR, CRITICAL = incident(Severity.MAJOR), incident(Severity.CRITICAL)
LOG = Log(
    (
        Line(60.0, "note", "ams is blind: most controls fail"),
        Line(600.0, "declared", "MAJOR us-1: signup down at us", MAJOR),
        Line(600.0, "page", "checker/us-1/1", MAJOR),
        Line(900.0, "escalated", "us-1 is now critical", CRITICAL),
        Line(900.0, "page", "checker/us-1/2", CRITICAL),
        Line(1800.0, "recovered", "us-1 recovered", CRITICAL),
    )
)


@pytest.mark.parametrize(
    "expected",
    [
        Declared(declared="us", between="9m..11m", severity="major", sentence="signup"),
        Declared(declared="us"),
        Recovered(recovered="us", between="30m..30m"),
        SeverityIs(severity="major", of="us", at="10m"),
        SeverityIs(severity="critical", of="us", at="1h", sentence="broken"),
        Pages(pages=2),
        Pages(pages=1, of="us", between="0..10m"),
        Pages(pages=0, of="eu"),
        Incidents(incidents=1, of="us"),
        Never(never="declared", of="eu"),
        Never(never="page", between="0..9m"),
        Never(never="reopened"),
        Notes(notes="is blind"),
        Notes(notes="signup down", between="10m..10m"),
    ],
    ids=str,
)
def test_what_went_as_expected_is_met(expected: Expectation):
    assert expected.find(LOG).met


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        (Declared(declared="us", between="0..9m"), "10m MAJOR us-1: signup down at us (“Customer signup is broken”)"),
        (Declared(declared="us", severity="minor"), "10m MAJOR us-1: signup down at us (“Customer signup is broken”)"),
        (Declared(declared="us", sentence="loss of data"), "10m MAJOR us-1: signup down at us (“Customer signup is broken”)"),
        (Declared(declared="eu"), "nothing"),
        (Recovered(recovered="us", between="0..29m"), "30m us-1 recovered"),
        (SeverityIs(severity="minor", of="us", at="10m"), "us-1 major (“Customer signup is broken”)"),
        (SeverityIs(severity="minor", of="us", at="9m"), "no incident"),
        (Pages(pages=1), "10m checker/us-1/1; 15m checker/us-1/2"),
        (Incidents(incidents=0, of="us"), "10m MAJOR us-1: signup down at us"),
        (Never(never="escalated"), "15m us-1 is now critical"),
        (Notes(notes="sees again"), "nothing"),
    ],
    ids=str,
)  # fmt: skip
def test_what_went_otherwise_is_missed_and_says_what_was_seen(expected, seen):
    finding = expected.find(LOG)
    assert not finding.met
    assert finding.seen == seen


def test_an_expectation_reads_aloud():
    assert str(Declared(declared="us", between="8m..10m", severity="major", sentence="signup")) == (
        "us declared major between 8m and 10m, for “signup”"
    )
    assert str(Pages(pages=1, of="us", between="0..10m")) == "1 page for us between 0s and 10m"
    assert str(Never(never="page")) == "never page"
    assert str(SeverityIs(severity="minor", of="us", at="1h")) == "us minor at 1h"


def test_of_many_the_first_few_are_shown():
    log = Log(tuple(Line(60.0 * n, "page", f"page {n}") for n in range(1, 8)))
    assert Pages(pages=1).find(log).seen.endswith("4m page 4; 3 more")
