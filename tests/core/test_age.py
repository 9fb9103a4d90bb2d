"""What grows old: a minor incident that somebody leads wakes nobody on its third night."""

from __future__ import annotations

from checker.core.events import Declared, Led
from checker.core.model import Duty, Severity
from checker.core.rules import Age
from tests.core.story import T0, Story, make_policy

DAYS = 3 * 86400.0
AGES = (Age(Severity.MINOR, Severity.MAJOR, DAYS, "minor incidents can often become major"),)


def leak() -> Story:
    """A person has declared a minor incident, and leads it."""
    story = Story(policy=make_policy(ages=AGES))
    story.tell(Declared(T0, "us", "ada", "a memory leak", Severity.MINOR))
    return story


def test_a_minor_incident_that_somebody_leads_is_proposed_to_them_and_rings_nobody():
    story = leak()
    story.tick(DAYS + 1)
    assert story.incident().severity is Severity.MINOR
    assert story.asked(Duty.PAGE) == []
    assert "proposed" in story.said()


def test_a_minor_incident_that_nobody_leads_becomes_major_and_rings():
    story = leak()
    story.tell(Led(T0 + 1, "us-1", "ada", ""))
    story.tick(DAYS + 1)
    assert story.incident().severity is Severity.MAJOR
    assert len(story.asked(Duty.PAGE)) == 1
