"""Planned work is announced for a target that there is, for a while that is not too long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.events import Planned
from checker.core.maintenance import PLANNED_MAX, with_one_more, wrong_with
from checker.core.model import Maintenance
from checker.core.words import UnknownTarget
from tests.core.story import T0, Story, broken

HOUR = 3600.0
PLAN = Maintenance("us", T0, T0 + HOUR, "tim", "upgrade")


def test_nothing_is_declared_while_it_lasts_and_what_still_fails_then_is():
    story = Story()
    story.tell(Planned(T0, PLAN))
    story.play(broken("us/app"), HOUR - 1)
    assert not story.state.incidents
    story.play(broken("us/app"), 60)

    assert "us-1" in story.state.incidents


def test_planned_work_at_no_target_is_refused():
    with pytest.raises(UnknownTarget, match="there are: us, eu"):
        Story().tell(Planned(T0, replace(PLAN, target="mars")))


def test_announced_again_at_the_same_beginning_it_is_replaced():
    longer = replace(PLAN, ends=T0 + 2 * HOUR)

    assert with_one_more([PLAN], longer, T0) == (longer,)


def test_what_is_over_is_forgotten():
    later = replace(PLAN, begins=T0 + 2 * HOUR, ends=T0 + 3 * HOUR)

    assert with_one_more([PLAN], later, T0 + HOUR) == (later,)


def test_of_too_many_the_oldest_goes():
    known = [replace(PLAN, begins=T0 - n) for n in range(PLANNED_MAX)]
    kept = with_one_more(known, replace(PLAN, target="eu"), T0)

    assert len(kept) == PLANNED_MAX
    assert kept[0] == known[1]


def test_a_week_is_not_too_long():
    assert wrong_with(replace(PLAN, ends=T0 + 7 * 24 * HOUR), T0) == ""


@pytest.mark.parametrize(
    ("begins", "ends", "wrong"),
    [
        (1.0, 1.0, "ends: it must be after the beginning"),
        (-2.0, 0.0, "ends: that is over already"),
        (0.0, 169.0, "ends: at most 7 days after the beginning; plan again if it takes longer"),
        (366 * 24 + 1, 366 * 24 + 2, "begins: that is more than a year ahead"),
    ],
)
def test_a_time_that_cannot_be_planned_is_told(begins, ends, wrong):
    planned = replace(PLAN, begins=T0 + begins * HOUR, ends=T0 + ends * HOUR)

    assert wrong_with(planned, T0) == wrong
