"""Whoever declares something hears when nobody is rung by it."""

from __future__ import annotations

import pytest

from checker.config.settings import PlannedResponder
from checker.core.model import Duty, Severity
from checker.responders import console
from checker.store.rows import Fate, Tracked
from checker.unrung import SAID, paged, printing, warning
from tests.store.values import effect


def tracked(id_: str, duty: Duty = Duty.PAGE) -> Tracked:
    return Tracked(effect(id_, duty), Fate.PENDING, 0, 0.0, None, "", None)


def test_where_a_pager_rings_there_is_nothing_to_say():
    assert warning({"pagerduty", "console"}, Severity.MAJOR) == ""


@pytest.mark.parametrize("pagers", [set(), {"console"}])
def test_where_a_page_is_only_printed_or_there_is_none_it_is_said(pagers):
    assert warning(pagers, Severity.CRITICAL) == SAID


def test_a_minor_incident_rings_nobody_anyway():
    assert warning(set(), Severity.MINOR) == ""


def test_a_console_of_any_name_prints():
    screen = PlannedResponder("screen", "console", console.Settings())
    assert warning({"screen"}, Severity.MAJOR, printing([screen])) == SAID


def test_who_pages_is_whom_the_store_has_page():
    effects = [
        tracked("us-1/page/1@pager"),
        tracked("us-1/fallback/1@second", Duty.FALLBACK),
        tracked("us-1/room/1@slack", Duty.ROOM),
    ]
    assert paged(effects) == {"pager", "second"}
