"""Old canaries that must still be there."""

from __future__ import annotations

import pytest

from probes.contract import Reason, Verdict
from probes.stored import REASONS, Params
from probes.wire.canaries import read
from tests.probes.aviary import KEEPING, KEY, Aviary
from tests.world.posthog_events import Refusal, throttled

DAY = 86400


@pytest.fixture
async def aviary(wire):
    """Events arrive, and one canary is kept already."""
    async with Aviary(wire) as opened:
        await opened.live(300)
        await opened.look_for_old()
        yield opened


def held(aviary):
    return read(aviary.memories.get(KEY))


async def days_pass(aviary, days=1, params=KEEPING):
    """A day each, at the end of which events arrive and the old ones are looked for."""
    for _ in range(days):
        aviary.passes(DAY)
        await aviary.live(120)
        outcome = await aviary.look_for_old(params)
    return outcome


async def test_keepsakes_that_are_there_pass(aviary):
    outcome = await days_pass(aviary, 3)
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["keepsakes"] == 3
    assert outcome.values["keepsakes_missing"] == 0


async def test_one_canary_a_day_is_kept(aviary):
    await aviary.look_for_old()
    assert len(held(aviary).keepsakes) == 1


async def test_there_is_room_for_so_many_keepsakes_and_the_oldest_goes(aviary):
    first = set(held(aviary).keepsakes)
    await days_pass(aviary, 3, Params(keep=3))
    assert len(held(aviary).keepsakes) == 3
    assert not first & set(held(aviary).keepsakes)


async def test_keepsakes_outlive_a_restart(aviary):
    kept = held(aviary).keepsakes
    aviary.restart()
    assert held(aviary).keepsakes == kept


async def test_a_keepsake_that_is_missing_once_could_be_a_mistake(aviary):
    await days_pass(aviary)
    aviary.events.delete(set(held(aviary).keepsakes))
    await aviary.live(60)
    outcome = await aviary.look_for_old()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert outcome.values["keepsakes_missing"] == 2


async def test_a_keepsake_that_is_missing_twice_is_lost(aviary):
    kept = set(held(aviary).keepsakes)
    await days_pass(aviary)
    aviary.events.delete(kept)
    await aviary.look_for_old()
    outcome = await aviary.look_for_old()
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.LOST)
    assert outcome.values["keepsakes_lost"] == 1


async def test_a_keepsake_that_was_missing_once_and_is_back_was_never_lost(aviary):
    await days_pass(aviary)
    kept = set(held(aviary).keepsakes)
    aviary.events.alter = lambda told: (
        told | {"results": [row for row in told["results"] if row[0] not in kept]}
    )
    await aviary.live(60)
    await aviary.look_for_old()
    assert held(aviary).missed.keys() == kept
    aviary.events.alter = lambda told: told
    assert (await aviary.look_for_old()).verdict is Verdict.PASSED
    assert held(aviary).missed == {}


async def test_while_recent_canaries_are_missing_too_nothing_is_called_lost(aviary):
    aviary.events.alter = lambda told: told | {"results": []}
    for _ in range(3):
        outcome = await aviary.look_for_old()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert held(aviary).missed == {}


async def test_a_loss_is_held_against_posthog_for_a_day(aviary):
    kept = set(held(aviary).keepsakes)
    await days_pass(aviary)
    aviary.events.delete(kept)
    await aviary.look_for_old()
    assert (await days_pass(aviary)).reason is Reason.LOST
    assert (await days_pass(aviary)).verdict is Verdict.PASSED
    assert not kept & held(aviary).keepsakes.keys()


async def test_without_a_recent_canary_there_is_nothing_to_compare_with(wire):
    async with Aviary(wire) as empty:
        outcome = await empty.look_for_old()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert empty.events.queries == []


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refusal(503), Reason.LOOK_UP),
        (Refusal(401), Reason.OWN_KEY),
        (throttled(90), Reason.OWN_LIMIT),
    ],
)
async def test_a_look_up_that_is_refused_says_nothing(aviary, refusal, reason):
    aviary.events.query_refusals.append(refusal)
    outcome = await aviary.look_for_old()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, reason)
    assert reason in REASONS


async def test_posthogs_wish_to_be_left_alone_holds_for_every_look_up(aviary):
    aviary.events.query_refusals.append(throttled(90))
    await aviary.look_for_old()
    asked = len(aviary.events.queries)
    await aviary.look()
    assert len(aviary.events.queries) == asked
