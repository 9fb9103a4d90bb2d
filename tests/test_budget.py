"""What may be asked of an API with limits: the schedule first, doubt with what is left."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.budget import LIMITS, Budget, Limit, Scheduled

QUERY = {"query": 1}
HOUR = 3600.0
TEN_AN_HOUR = {"query": (Limit(10, HOUR),)}


def budget(*schedule: Scheduled, limits=TEN_AN_HOUR, locations=1, share=0.5) -> Budget:
    made = Budget(locations, share, limits)
    made.plan(schedule)
    return made


def scheduled(every_s: float, **spends: int) -> Scheduled:
    return Scheduled("us", spends or QUERY, every_s)


def extra(made: Budget, now: float, settled: bool = False, target: str = "us") -> bool:
    return made.allow(target, QUERY, now, extra=True, settled=settled)


def on_schedule(made: Budget, now: float) -> bool:
    return made.allow("us", QUERY, now, extra=False, settled=False)


def test_a_look_on_schedule_may_start():
    assert on_schedule(budget(scheduled(900)), 0)


def test_what_spends_nothing_may_always_start():
    made = budget()
    assert all(made.allow("us", {}, 0, extra=True, settled=True) for _ in range(1000))


def test_extra_looks_stay_under_our_share():
    made = budget()
    assert [extra(made, n) for n in range(8)].count(True) == 4


def test_the_schedule_passes_though_our_share_is_used_up():
    made = budget()
    for n in range(8):
        extra(made, n)
    assert on_schedule(made, 10)


def test_the_schedule_does_not_pass_the_limit_itself():
    made = budget()
    assert [on_schedule(made, n) for n in range(20)].count(True) == 10


def test_extra_looks_leave_room_for_the_schedule_that_is_to_come():
    made = budget(scheduled(1800))
    assert [extra(made, n) for n in range(8)].count(True) == 1


def test_what_was_spent_is_forgotten_when_its_window_has_passed():
    made = budget()
    for n in range(4):
        extra(made, n)
    assert not extra(made, HOUR - 1)
    assert extra(made, HOUR)


def test_of_what_is_settled_fewer_extra_looks_are_made():
    made = budget()
    assert [extra(made, n, settled=True) for n in range(8)].count(True) == 2
    assert extra(made, 9, settled=False)


def test_every_limit_of_that_name_holds():
    made = budget(limits={"query": (Limit(6, 60.0), Limit(10, HOUR))})
    granted = [extra(made, 60.0 * n + m) for n in range(4) for m in range(5)]
    assert granted[:5].count(True) == 2
    assert granted.count(True) == 4


def test_what_one_limit_refuses_is_not_taken_from_another():
    made = budget(limits={"query": (Limit(10, HOUR),), "crud": (Limit(4, HOUR),)})
    both = {"query": 1, "crud": 1}
    assert [made.allow("us", both, n, extra=True, settled=False) for n in range(4)].count(True) == 1
    assert [extra(made, 10 + n) for n in range(5)].count(True) == 3


def test_targets_have_limits_of_their_own():
    made = budget()
    for n in range(8):
        extra(made, n)
    assert extra(made, 9, target="eu")


def test_a_look_can_cost_more_than_one_request():
    made = budget()
    assert made.allow("us", {"query": 3}, 0, extra=True, settled=False)
    assert not made.allow("us", {"query": 3}, 1, extra=True, settled=False)


def test_locations_share_evenly():
    made = budget(locations=2)
    assert [on_schedule(made, n) for n in range(20)].count(True) == 5


def test_a_limit_that_is_not_known_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no such limit: quary"):
        budget(scheduled(60, quary=1))


def test_a_new_plan_forgets_nothing_that_was_spent():
    made = budget()
    for n in range(4):
        extra(made, n)
    made.plan([scheduled(1800)])
    assert not extra(made, 10)
    made.plan([])
    assert not extra(made, 11)
    assert extra(made, HOUR)


def test_a_schedule_that_alone_is_too_much_is_said():
    made = budget(scheduled(600))
    assert made.overdrawn() == (
        "us: looks on schedule make 7 requests in 3600 s of query, whose limit is 10",
    )
    assert budget(scheduled(1200)).overdrawn() == ()


def test_a_schedule_that_is_over_the_limit_is_thinned_evenly_and_never_blind_for_long():
    made = budget(scheduled(60))
    granted = [60.0 * n for n in range(240) if on_schedule(made, 60.0 * n)]
    gaps = [later - earlier for earlier, later in pairwise(granted)]
    assert max(gaps) <= 2 * 360
    assert len(granted) == 40


def test_memory_is_bounded_by_the_limit():
    made = budget()
    for n in range(10_000):
        on_schedule(made, n * 0.001)
    assert len(made._windows["us", "query"][0].spent) == 10


# ── three locations, everything in doubt ──────────────────────────────────────────────────────


@dataclass(frozen=True)
class Check:
    """One that asks an API with limits, and how often it is looked at by one location."""

    spends: dict[str, int]
    every_s: float
    fastest_s: float
    offset_s: float = 0.0


# What the hour's limits leave room for at three locations.
CHECKS = (
    Check({"query": 1}, 240, 30),  # ingestion
    Check({"query": 1}, 21600, 60),  # old canaries
    Check({"clickhouse": 1}, 60, 15),  # insight
    Check({"crud": 4}, 600, 60),  # saving one
)
LOCATIONS = 3


def asked(seconds: int, settled: bool, offsets: tuple[float, ...]) -> dict[str, list[float]]:
    """When requests of each limit went out, from all locations, all checks in doubt all the time."""
    made: dict[str, list[float]] = {name: [] for name in LIMITS}
    plan = [Scheduled("us", c.spends, c.every_s) for c in CHECKS]
    for rank in range(LOCATIONS):
        own = Budget(LOCATIONS)
        own.plan(plan)
        for now in range(seconds):
            for check, offset in zip(CHECKS, offsets, strict=True):
                at = now - offset - rank * check.every_s / LOCATIONS
                due = at >= 0 and at % check.every_s < 1
                again = now % check.fastest_s == 0
                if (due or again) and own.allow("us", check.spends, now, not due, settled):
                    for name, cost in check.spends.items():
                        made[name] += [float(now)] * cost
                elif due:
                    raise AssertionError("a look on schedule was held back")
    return made


def most_within(times: list[float], seconds: float) -> int:
    """The most requests in any window of so many seconds."""
    times, most, first = sorted(times), 0, 0
    for last, time in enumerate(times):
        while times[first] <= time - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@settings(max_examples=10, deadline=None)
@given(st.booleans(), st.tuples(*[st.integers(0, 59)] * len(CHECKS)))
def test_three_locations_with_everything_in_doubt_stay_under_half_of_every_limit(settled, offsets):
    requests = asked(2 * 3600, settled, tuple(map(float, offsets)))
    for name, limits in LIMITS.items():
        for limit in limits:
            assert 0 < most_within(requests[name], limit.per_s) < limit.requests / 2


def test_the_plan_of_three_locations_is_not_overdrawn():
    made = Budget(LOCATIONS)
    made.plan(Scheduled("us", check.spends, check.every_s) for check in CHECKS)
    assert made.overdrawn() == ()
