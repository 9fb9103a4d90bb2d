"""Stories of a pipeline: what is late, growing, stalled or lost, and what only looks like it."""

from __future__ import annotations

import pytest

from probes import capture
from probes.contract import Reason, Verdict
from probes.ingestion import Params, growth
from probes.wire.canaries import distinct_id, read
from tests.probes.aviary import KEY, Aviary, reasons

WITHOUT_PROOF = capture.Params(v1_every_s=None)
TWO_HOURS = 7200


@pytest.fixture
async def aviary(wire):
    async with Aviary(wire) as opened:
        yield opened


def held(aviary):
    return read(aviary.memories.get(KEY))


async def test_a_pipeline_that_keeps_up_passes(aviary):
    found = await aviary.live(1200)
    assert {outcome.verdict for outcome in found} == {Verdict.PASSED}
    assert found[-1].values["lag_seconds"] < 15


async def test_a_constant_lag_under_the_limit_is_no_incident(aviary):
    aviary.events.lag_s = 200
    found = await aviary.live(3600)
    assert set(reasons(found)) == {None}
    assert found[-1].values["lag_seconds"] == pytest.approx(200, abs=15)


async def test_a_step_to_three_minutes_is_not_growth(aviary):
    await aviary.live(1200)
    aviary.events.lag_s = 180
    assert set(reasons(await aviary.live(1800))) == {None}


async def test_over_five_minutes_on_two_canaries_is_late(aviary):
    await aviary.live(600)
    aviary.events.lag_s = 400
    found = await aviary.live(900)
    assert found[-1].reason is Reason.LATE
    assert found[-1].verdict is Verdict.FAILED
    assert found[-1].values["lag_seconds"] == pytest.approx(400, abs=15)


async def test_one_late_canary_is_not_enough(aviary):
    await aviary.live(600)
    aviary.events.hold_next_up_s = 500
    assert set(reasons(await aviary.live(720))) == {None}


async def test_lag_that_grows_is_told_before_it_is_late(aviary):
    found = []
    for minute in range(20):
        aviary.events.lag_s = 20 * minute
        found += await aviary.live(60)
    first = reasons(found).index(Reason.GROWING)
    assert found[first].verdict is Verdict.DEGRADED
    assert found[first].values["lag_seconds"] > 90
    assert first < reasons(found).index(Reason.LATE)


async def test_a_stall_shows_in_the_lag_within_one_look(aviary):
    await aviary.live(600)
    aviary.events.stalled = True
    found = await aviary.live(180)
    lags = [outcome.values["lag_seconds"] for outcome in found]
    assert lags == [60.0, 120.0, 180.0]


async def test_a_stall_is_late_at_first_and_stalled_in_the_end(aviary):
    await aviary.live(600)
    aviary.events.stalled = True
    found = reasons(await aviary.live(1800))
    assert found[:5] == [None] * 5
    assert set(found[5:14]) == {Reason.LATE}
    assert set(found[14:]) == {Reason.STALLED}


async def test_a_stall_without_proof_that_our_quota_is_fine_is_only_late(aviary):
    await aviary.live(600, sending=WITHOUT_PROOF)
    aviary.events.stalled = True
    found = await aviary.live(1800, sending=WITHOUT_PROOF)
    assert found[-1].reason is Reason.LATE
    assert "has not proven" in found[-1].detail


async def test_after_a_stall_all_that_was_out_arrives_and_nothing_was_lost(aviary):
    await aviary.live(600)
    aviary.events.stalled = True
    await aviary.live(3600)
    aviary.events.stalled = False
    found = await aviary.live(300)
    assert found[-1].verdict is Verdict.PASSED
    assert found[-1].values["canaries_missing_total"] == 0
    assert found[-1].values["canaries_given_up_total"] == 0


async def test_one_lane_of_eight_that_is_late_is_seen(aviary):
    await aviary.live(600)
    aviary.events.lane_lag_s = {distinct_id(3): 900}
    found = await aviary.live(900)
    assert found[-1].reason is Reason.LATE
    assert found[-1].values["lanes_late"] == 1
    assert found[-1].values["lag_worst_lane"] == 3
    assert "in 1 of 8 lanes" in found[-1].detail


async def test_it_is_over_only_when_every_lane_is_fine(aviary):
    aviary.events.lag_s = 1000
    await aviary.live(1800)
    aviary.events.lag_s = 2
    aviary.events.lane_lag_s = {distinct_id(3): 420}
    found = await aviary.live(1200)
    assert set(reasons(found)) == {Reason.LATE}
    aviary.events.lane_lag_s = {}
    assert (await aviary.live(300))[-1].verdict is Verdict.PASSED


async def test_the_last_arrivals_of_a_lane_count_until_one_was_quick_enough(aviary):
    aviary.events.lag_s = 1000
    await aviary.live(1800)
    aviary.events.lag_s = 2
    aviary.events.lane_lag_s = {distinct_id(3): 330}
    found = await aviary.live(900, look_every_s=15)
    assert set(reasons(found)) == {Reason.LATE}
    assert any(outcome.values["lanes_late"] == 0 for outcome in found)
    assert any("not every lane is fine yet" in outcome.detail for outcome in found)


async def test_a_lane_that_is_no_longer_used_keeps_nothing_late(aviary):
    aviary.events.lag_s = 600
    await aviary.live(1800)
    aviary.events.lag_s = 2
    few = capture.Params(lanes=2)
    assert (await aviary.live(1800, sending=few))[-1].verdict is Verdict.PASSED


async def test_canaries_that_later_ones_of_their_lane_have_overtaken_are_lost(aviary):
    await aviary.live(600)
    aviary.events.losing = True
    await aviary.live(60)
    aviary.events.losing = False
    found = await aviary.live(1500)
    assert found[-1].reason is Reason.LOST
    assert found[-1].verdict is Verdict.FAILED
    assert found[-1].values["canaries_missing_total"] == 4
    assert found[-1].values["lag_seconds"] < 15


async def test_two_lost_canaries_are_not_yet_a_loss_of_data(aviary):
    await aviary.live(600)
    aviary.events.losing = True
    await aviary.live(30)
    aviary.events.losing = False
    found = await aviary.live(1500)
    assert Reason.LOST not in reasons(found)
    assert found[-1].values["canaries_missing_total"] == 2


async def test_what_is_missing_while_nothing_later_has_arrived_is_delayed_and_not_lost(aviary):
    await aviary.live(600)
    aviary.events.lag_s = 5 * 3600
    found = await aviary.live(3600)
    assert Reason.LOST not in reasons(found)
    assert found[-1].values["canaries_missing_total"] == 0


async def test_a_loss_is_held_against_posthog_for_an_hour(aviary):
    await aviary.live(600)
    aviary.events.losing = True
    await aviary.live(120)
    aviary.events.losing = False
    found = await aviary.live(TWO_HOURS)
    assert reasons(found).count(Reason.LOST) == pytest.approx(60, abs=5)
    assert found[-1].verdict is Verdict.PASSED


async def test_a_loss_without_proof_that_it_was_not_our_quota_is_not_called_one(aviary):
    await aviary.live(600, sending=WITHOUT_PROOF)
    aviary.events.losing = True
    await aviary.live(120, sending=WITHOUT_PROOF)
    aviary.events.losing = False
    found = await aviary.live(1800, sending=WITHOUT_PROOF)
    assert Reason.LOST not in reasons(found)
    assert found[-1].values["canaries_missing_total"] == 8


async def test_lost_canaries_that_are_found_after_all_are_no_longer_missing(aviary):
    await aviary.live(600)
    for _ in range(4):
        aviary.events.hold_next_up_s = 3000
        await aviary.live(15)
    found = await aviary.live(3600)
    assert Reason.LOST in reasons(found)
    assert found[-1].values["canaries_missing_total"] == 0
    assert found[-1].values["canaries_out_of_order_total"] == 4


async def test_over_quota_nothing_is_missed_and_nobody_is_woken(aviary):
    await aviary.live(600)
    aviary.events.over_quota = True
    found = await aviary.live(3600)
    assert {o.verdict for o in found} <= {Verdict.PASSED, Verdict.INCONCLUSIVE}
    assert Reason.OWN_QUOTA in reasons(found)
    aviary.events.over_quota = False
    found = await aviary.live(TWO_HOURS)
    assert {o.verdict for o in found} <= {Verdict.PASSED, Verdict.INCONCLUSIVE}
    assert found[-1].verdict is Verdict.PASSED


async def test_a_wrong_key_that_v0_accepts_is_ours(aviary):
    aviary.events.wrong_key = True
    found = await aviary.live(1800)
    assert {o.verdict for o in found} == {Verdict.INCONCLUSIVE}


async def test_a_key_that_goes_wrong_later_is_ours_too(aviary):
    await aviary.live(600)
    aviary.events.wrong_key = True
    assert Reason.OWN_KEY in reasons(await aviary.live(1200))


async def test_copies_of_a_canary_are_counted_once_each(aviary):
    await aviary.live(600)
    aviary.events.copies = 2
    await aviary.live(60)
    aviary.events.copies = 1
    found = await aviary.live(300)
    assert found[-1].verdict is Verdict.PASSED
    assert found[-1].values["canaries_duplicate_total"] == 4


async def test_a_copy_that_comes_after_the_first_sight_is_counted_too(aviary):
    await aviary.live(600)
    event = list(aviary.events.visible().values())[-1]
    event.copies = 3
    assert (await aviary.live(60))[-1].values["canaries_duplicate_total"] == 2


async def test_a_canary_seen_after_a_later_one_of_its_lane_is_out_of_order(aviary):
    await aviary.live(600)
    aviary.events.hold_next_up_s = 200
    found = await aviary.live(600)
    assert found[-1].values["canaries_out_of_order_total"] == 1
    assert found[-1].values["canaries_missing_total"] == 0


async def test_every_accepted_canary_is_accounted_for(aviary):
    await aviary.live(600)
    aviary.events.losing = True
    await aviary.live(120)
    aviary.events.losing = False
    outcome = (await aviary.live(3600))[-1]
    assert outcome.values["canaries_entries_total"] == len(aviary.events.received)


async def test_after_two_days_a_canary_is_given_up(aviary):
    await aviary.live(60)
    aviary.events.stalled = True
    await aviary.live(60)
    aviary.passes(49 * 3600)
    outcome = await aviary.look()
    assert outcome.values["canaries_given_up_total"] == 5
    assert outcome.values["canaries_outstanding"] == 0


async def test_a_lost_canary_that_is_given_up_stays_missing(aviary):
    quick = Params(give_up_s=3600)
    await aviary.live(600)
    aviary.events.losing = True
    await aviary.live(60)
    aviary.events.losing = False
    outcome = (await aviary.live(TWO_HOURS, looking=quick))[-1]
    assert outcome.values["canaries_missing_total"] == 4
    assert outcome.values["canaries_given_up_total"] == 0
    assert outcome.values["canaries_outstanding"] == 1


async def test_no_canary_at_all_says_nothing(aviary):
    outcome = await aviary.look()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert aviary.events.queries == []


async def test_capture_that_has_stopped_is_no_good_news_for_ingestion(aviary):
    await aviary.live(600)
    aviary.passes(30)
    assert (await aviary.look()).verdict is Verdict.PASSED
    aviary.passes(600)
    assert (await aviary.look()).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("skew_s", [-7200, 7200, 30 * 3600])
async def test_posthogs_clock_is_never_measured_by(aviary, skew_s):
    aviary.events.skew_s = skew_s
    found = await aviary.live(1200)
    assert set(reasons(found)) == {None}
    assert found[-1].values["lag_seconds"] < 15


@pytest.mark.parametrize("seconds", [-7200, 360, 7200])
async def test_our_wall_clock_that_is_set_makes_nothing_late(aviary, seconds):
    await aviary.live(600)
    aviary.events.lag_s = 100
    aviary.set_wall_clock(seconds)
    found = await aviary.live(1200)
    assert set(reasons(found)) == {None}
    assert found[-1].values["lag_seconds"] == pytest.approx(100, abs=15)


async def test_a_restart_in_the_middle_changes_nothing_but_the_error_bar(aviary):
    await aviary.live(600)
    aviary.events.stalled = True
    await aviary.live(600)
    aviary.passes(290)
    aviary.restart()
    found = await aviary.live(60)
    assert found[0].reason is Reason.STALLED
    assert found[0].values["lag_seconds"] == 950
    assert found[0].values["lag_error_seconds"] == 350


async def test_a_restart_in_a_healthy_time_is_no_news(aviary):
    await aviary.live(600)
    aviary.passes(1800)
    aviary.restart()
    found = await aviary.live(600)
    assert set(reasons(found)) == {None}
    assert found[-1].values["canaries_entries_total"] == 80


async def test_the_error_bar_is_never_wider_than_the_pace_of_the_look_ups(aviary):
    found = await aviary.live(3600, look_every_s=120)
    assert {outcome.values["lag_error_seconds"] for outcome in found[1:]} == {120.0}


@pytest.mark.parametrize("lag_s", [0.5, 7, 43, 101, 290])
async def test_the_true_lag_lies_within_the_error_bar(aviary, lag_s):
    aviary.events.lag_s = lag_s
    for outcome in (await aviary.live(1800))[10:]:
        most = outcome.values["lag_observed_seconds"]
        assert most - outcome.values["lag_error_seconds"] <= lag_s <= most


@pytest.mark.parametrize(
    ("lags", "seconds_a_minute"),
    [
        ((10, 40, 70, 100), 30),
        ((10, 25, 25, 40), 10),
        ((10, 40, 70), 0),
        ((10, 60, 50, 100), 0),
        ((15, 15, 15, 180), 0),
        ((15, 15, 15, 15), 0),
    ],
)
def test_growth_is_a_rise_over_all_of_the_last_arrivals(lags, seconds_a_minute):
    arrivals = tuple((60.0 * i, float(lag)) for i, lag in enumerate(lags))
    assert growth(arrivals, 4) == seconds_a_minute


def test_arrivals_at_the_same_moment_are_no_growth():
    assert growth(((5, 10), (5, 20), (5, 30), (5, 40)), 4) == 0
