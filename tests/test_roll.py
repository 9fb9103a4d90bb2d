"""Who is there, and what is wrong where."""

from __future__ import annotations

import pytest

from checker.roll import GONE_S, roll_of
from checker.several import roster, seat
from checker.store.presence import Presence
from tests.metrics.sample import NOW, roll


def place(*here: Presence, leader: str | None = None):
    [found] = roll_of(here, leader, NOW).locations
    return found


def test_every_location_is_told_with_who_looks_first():
    told = {one.name: [daemon.replica for daemon in one.daemons] for one in roll().locations}
    assert told == {"l1": ["l1-a", "l1-b"], "l2": ["l2-a"], "l3": ["l3-a"], "l4": ["l4-b"]}


def test_what_is_wrong_is_said_of_each_location():
    assert roll().troubles() == [
        "l2: its looks begin 42 s late",
        "l2: a clock is 3.2 s behind",
        "l3: blind: most of its controls fail",
        "l4: gone, or cut off from the store: not heard for 3 min",
    ]


def test_who_holds_the_lease_leads():
    leader = roll().leader
    assert leader is not None
    assert leader.replica == "l1-a"


def test_whoever_was_replaced_is_not_told():
    found = place(Presence("a-1", "a", "0.1.0", ago_s=900.0), Presence("a-2", "a", "0.2.0"))
    assert [daemon.replica for daemon in found.daemons] == ["a-2"]
    assert not found.troubles


def test_a_location_where_all_stand_by_is_not_looked_from():
    found = place(Presence("a-1", "a", "0.1.0", is_looking=False))
    assert found.looker is None
    assert found.troubles == ("nobody looks from there; whoever stands by begins within 15 s",)


def test_whoever_is_gone_does_not_look_any_more():
    assert place(Presence("a-1", "a", "0.1.0", ago_s=15.5)).looker is None
    assert place(Presence("a-1", "a", "0.1.0", ago_s=14.5)).looker is not None


def test_a_leader_that_is_gone_leads_no_longer():
    gone = Presence("a-1", "a", "0.1.0", ago_s=20.0)
    found = roll_of([gone, Presence("b-1", "b", "0.1.0")], "a-1", NOW)
    assert found.leader is None
    assert found.troubles()[-1].startswith("Nobody leads, so nothing is judged.")


@pytest.mark.parametrize("here", [(), (Presence("a-1", "a", "0.1.0", ago_s=3600.0),)])
def test_that_no_daemon_runs_is_said(here):
    assert roll_of(here, None, NOW).troubles()[-1] == "No daemon runs on this store."


@pytest.mark.parametrize(("offset", "said"), [(2.5, "2.5 s ahead"), (-2.5, "2.5 s behind")])
def test_a_clock_that_is_off_is_said_of_whoever_stands_by_too(offset, said):
    standby = Presence("a-2", "a", "0.1.0", is_looking=False, offset_s=offset)
    assert place(Presence("a-1", "a", "0.1.0"), standby).troubles == (f"a clock is {said}",)


@pytest.mark.parametrize("after_s", [seat.TTL_S + seat.RENEW_S, roster.TTL_S + roster.SAY_S])
def test_by_the_time_that_somebody_is_gone_another_has_taken_over(after_s):
    assert after_s < GONE_S
