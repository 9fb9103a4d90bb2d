"""What is promised of the time to the page is what happens, in virtual time."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest

from checker.core.events import Looked
from checker.core.model import Kind, Observation, Severity
from checker.core.policy import ANY
from checker.core.rules import Rule, Scope, Thresholds
from checker.core.time_to_page import Span, over, reckon
from probes.contract import Verdict
from tests.core.story import CONTROLS, T0, Story, World, broken, make_policy, outcome, watch

THREE = ("l1", "l2", "l3")
SLOW = Rule("app", Kind.SLOW, Severity.MINOR, "Performance degradation.")
DOWN = Rule("app", Kind.DOWN, Severity.CRITICAL, "Down")


def anything(watched, kind):
    return True


def span_of(rule: Rule, *checks, locations: int = 1, **more) -> Span | None:
    policy = make_policy([*(checks or ("us/app", "eu/app")), *CONTROLS], rules=(rule,), **more)
    (row,) = reckon(policy, locations, anything)
    assert row.rule is rule
    return row.span


def seconds(span: Span | None) -> tuple[float, float, float | None]:
    assert span is not None
    return round(span.best_s), round(span.typical_s), span.worst_s and round(span.worst_s)


def strained(since: float) -> World:
    return lambda check, where, at: (
        Verdict.DEGRADED if check == "us/app" and at >= since else Verdict.PASSED
    )


def lived(rule: Rule, locations: tuple[str, ...], wait: float, world, step: int = 3) -> list[float]:
    """Seconds from an outage to its declaration, for outages at all phases of the schedule."""
    took = []
    for phase in range(0, 30, step):
        policy = make_policy(["us/app", *CONTROLS], rules=(rule,))
        story = Story(policy=policy, locations=locations).play(world(120.0 + phase), 120 + wait)
        declared = story.declared_at()
        assert declared is not None
        took.append(declared - 120 - phase)
    return took


# ── against the core itself ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "locations", "world"),
    [
        (DOWN, ("l1",), lambda at: broken("us/app", since=at)),
        (DOWN, THREE, lambda at: broken("us/app", since=at)),
        (replace(DOWN, for_s=90.0), ("l1",), lambda at: broken("us/app", since=at)),
        (SLOW, ("l1",), strained),
        (SLOW, THREE, strained),
    ],
)
def test_what_is_promised_is_what_happens(rule, locations, world):
    span = span_of(rule, "us/app", locations=len(locations))
    took = lived(rule, locations, 300, world)

    assert span is not None
    assert span.worst_s is not None
    assert span.best_s - 1 <= min(took) <= span.best_s + 3
    assert abs(median(took) - span.typical_s) <= 3
    assert span.worst_s - 14 <= max(took) <= span.worst_s  # the worst hangs for ten seconds more


def hanging(took_s: float, outage_at: float) -> float:
    """Seconds until it is declared at one location, where looks hang: they overlap, and end late."""
    story = Story(policy=make_policy(["us/app", *CONTROLS], rules=(DOWN,)))
    ends: list[tuple[float, Looked]] = []
    starts = [0.0, *(max(5.0, took_s) + 5 * n for n in range(12))]
    for start in starts:
        look = Observation("us/app", "l1", T0 + start, outcome(Verdict.FAILED), took_s)
        ends.append((start + took_s, Looked(look)))
    for second in range(0, 60, 5):
        for name in CONTROLS:
            look = Observation(name, "l1", T0 + second, outcome(Verdict.PASSED), 0.1)
            ends.append((second + 0.1, Looked(look)))
    for _, event in sorted(ends, key=lambda end: end[0]):
        story.tell(event)
    declared = story.declared_at()
    assert declared is not None
    return declared - outage_at


@pytest.mark.parametrize("took_s", [0.0, 4.0, 10.0])
def test_the_worst_is_an_outage_that_hangs_just_after_a_look(took_s):
    check = replace(watch("us/app"), timeout_s=took_s)
    span = span_of(DOWN, check)

    assert span is not None
    assert span.worst_s is not None
    assert abs(hanging(took_s, -30.0) - span.worst_s) <= 1


# ── the figures of the design ─────────────────────────────────────────────────────────────────


def test_one_location_takes_45_s_and_70_at_worst():
    assert seconds(span_of(DOWN)) == (30, 45, 70)


def test_three_locations_take_35_s_and_50_at_worst():
    assert seconds(span_of(DOWN, locations=3)) == (30, 35, 50)


def test_a_faster_schedule_shortens_only_the_wait_for_the_first_look():
    assert seconds(span_of(DOWN, watch("us/app", every_s=15.0))) == (30, 38, 55)


def test_a_pace_that_is_slow_in_doubt_costs_a_look_for_each_point_of_the_score():
    assert seconds(span_of(DOWN, watch("us/app", recheck_s=15.0))) == (60, 75, 100)


def test_one_look_that_is_sure_still_waits_for_the_span_of_its_evidence():
    sure = Thresholds(failed=50, declare_after_s=1.0)
    hasty = Thresholds(failed=50, declare_after_s=0.05)

    assert seconds(span_of(DOWN, watch("us/app", thresholds=sure))) == (5, 20, 50)
    assert seconds(span_of(DOWN, watch("us/app", thresholds=hasty))) == (5, 20, 45)


def test_evidence_waits_for_a_control():
    controls = [watch(name, recheck_s=60.0, every_s=60.0) for name in CONTROLS]
    policy = make_policy(["us/app", *controls], rules=(DOWN,))
    (row,) = reckon(policy, 1, anything)

    assert seconds(row.span) == (60, 75, 100)


def test_without_controls_nothing_waits_for_them():
    (row,) = reckon(make_policy(["us/app"], rules=(DOWN,)), 1, anything)

    assert seconds(row.span) == (30, 45, 70)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


def test_a_surface_is_down_when_the_slowest_of_its_checks_has_seen_it():
    slow = replace(watch("us/app", every_s=60.0), name="us/api")
    span = span_of(DOWN, "us/app", slow)

    assert span is not None
    assert (seconds(span), span.slowest) == ((30, 60, 100), "us/api")


def test_a_row_for_every_target_takes_as_long_as_the_slowest_target():
    span = span_of(replace(DOWN, scope=Scope.EVERY), "us/app", watch("eu/app", every_s=60.0))

    assert span is not None
    assert (seconds(span), span.slowest) == ((30, 60, 100), "eu/app")


def test_a_row_for_every_target_needs_a_check_at_each():
    assert span_of(replace(DOWN, scope=Scope.EVERY), "us/app", "eu/flags") is None


def test_a_row_for_any_surface_is_told_from_the_quickest_to_the_slowest():
    rule = Rule(ANY, Kind.FAILING, Severity.MAJOR, "Error rate")
    span = span_of(rule, watch("us/app", every_s=10.0), "us/flags", watch("us/tls", every_s=3600.0))

    assert span is not None
    assert (seconds(span), span.slowest) == ((30, 45, 3640), "us/tls")


def test_a_row_that_no_check_can_make_hold_takes_forever():
    assert span_of(Rule("signup", Kind.DOWN, Severity.MAJOR, "Signup")) is None
    assert span_of(replace(DOWN, critical=False)) is None


@pytest.mark.parametrize("kind", [Kind.LATE, Kind.DOWN])
def test_checks_whose_probe_cannot_find_it_do_not_count(kind):
    rule = Rule(ANY, kind, Severity.MAJOR, "Lag")
    policy = make_policy(["us/app", "us/ingestion", *CONTROLS], rules=(rule,))
    (row,) = reckon(policy, 1, lambda watched, kind: watched.surface == "ingestion")

    assert row.span is not None
    assert row.span.slowest == "us/ingestion"


# ── thin outages ──────────────────────────────────────────────────────────────────────────────

PARTIAL = Rule(ANY, Kind.PARTIAL, Severity.MINOR, "Performance degradation.")


def test_of_a_thin_outage_nobody_can_promise_a_worst():
    assert seconds(span_of(PARTIAL, "us/app")) == (270, 1800, None)  # ten failures of sixty
    assert seconds(span_of(PARTIAL, "us/app", locations=3)) == (150, 1800, None)  # sixteen of 180


def test_a_share_of_the_window_takes_as_many_failures():
    assert seconds(span_of(replace(PARTIAL, share=0.2), "us/app")) == (330, 1800, None)


def test_a_check_with_too_few_looks_in_the_window_is_never_partial():
    assert span_of(PARTIAL, watch("us/app", every_s=120.0)) is None
    assert span_of(PARTIAL, watch("us/app", every_s=120.0), locations=3) is not None


def test_the_slowest_of_thin_ones_is_named():
    span = span_of(replace(PARTIAL, for_s=3600.0), "us/app", "us/flags")

    assert seconds(span) == (3600, 3600, None)


# ── what is allowed ───────────────────────────────────────────────────────────────────────────


def rows(*rules: Rule):
    return reckon(make_policy(["us/app", "us/flags", *CONTROLS], rules=rules), 1, anything)


def test_a_row_that_pages_for_a_total_outage_later_than_allowed_is_over():
    (row,) = rows(DOWN)

    assert over([row], 69.0) == (row,)
    assert over([row], 70.0) == ()


@pytest.mark.parametrize(
    "rule",
    [
        replace(DOWN, severity=Severity.MINOR),
        replace(DOWN, surface=ANY),
        replace(DOWN, surface="signup"),
        replace(DOWN, kind=Kind.LATE),
        replace(PARTIAL, severity=Severity.MAJOR),
    ],
)
def test_what_pages_nobody_or_waits_for_something_of_its_own_is_not_over(rule):
    assert over(rows(rule), 1.0) == ()


def test_minor_never_pages():
    minor, major = rows(
        replace(DOWN, severity=Severity.MINOR), replace(DOWN, severity=Severity.MAJOR)
    )

    assert (minor.pages, major.pages) == (False, True)
