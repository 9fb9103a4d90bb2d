"""A history from a real store, played through one config or two."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from checker.backtest.backtest import backtest, by_their_ends
from checker.core.model import Observation, Severity
from checker.desk import Refusal
from checker.store.store import Store
from probes.contract import Verdict
from tests.backtest.stored import check, keep, seen, settings, url_of
from tests.core.story import T0, broken, fine, outcome

BLIP = broken("us/flags", since=1000, until=1100)


async def played(folder, *tried, since=T0, until=T0 + 1e6):
    store = await Store.open_shared(url_of(folder))
    reached: list[float] = []
    try:
        policies = [one.policy for one in tried]
        return await backtest(store, policies, since, until, reached.append), reached
    finally:
        await store.close()


async def test_an_outage_in_the_store_is_found(tmp_path):
    await keep(tmp_path, seen(broken("us/app", since=1000, until=1600), 3600))
    tested, reached = await played(tmp_path, settings(tmp_path))
    [found] = tested.replays[0].incidents
    assert (found.incident.id, found.incident.severity) == ("us-1", Severity.CRITICAL)
    assert (tested.begins, tested.ends) == (T0, T0 + 3570.2)
    assert tested.looks > 700
    assert reached[-1] == tested.ends


async def test_two_configs_see_the_same_looks_and_find_what_each_would(tmp_path):
    await keep(tmp_path, seen(BLIP, 3600))
    eager = settings(tmp_path)
    calm = settings(tmp_path, "calm", thresholds={"declare_after": "3m"})
    tested, _ = await played(tmp_path, eager, calm)
    first, second = tested.replays
    assert len(first.pages) == 1
    assert second.pages == ()


async def test_only_looks_of_the_time_that_was_asked_for_are_played(tmp_path):
    await keep(tmp_path, seen(BLIP, 3600))
    tested, _ = await played(tmp_path, settings(tmp_path), since=T0 + 1200)
    assert tested.begins == T0 + 1200
    assert tested.replays[0].incidents == ()


async def test_an_empty_store_is_no_good_month(tmp_path):
    await keep(tmp_path, [])
    with pytest.raises(Refusal, match="no looks"):
        await played(tmp_path, settings(tmp_path))


async def test_what_was_looked_at_is_told_whether_the_config_names_it_or_not(tmp_path):
    await keep(tmp_path, seen(fine, 600, ("us/app", "us/old")))
    added = settings(tmp_path, checks={"app": check("app", "us"), "new": check("app", "us")})
    tested, _ = await played(tmp_path, added)
    assert set(tested.spans) == {"us/app", "us/old"}
    assert tested.spans["us/old"].every_s == 30.0


def look(at: float, took_s: float) -> Observation:
    return Observation("us/app", "l1", at, outcome(Verdict.PASSED), took_s)


async def test_looks_are_played_in_the_order_in_which_they_ended():
    hanging, next_, last = look(0.0, 10.0), look(5.0, 0.1), look(30.0, 0.1)

    async def slices() -> AsyncIterator[list[Observation]]:
        for one in (hanging, next_, last):
            yield [one]

    told = [one async for slice_ in by_their_ends(slices()) for one in slice_]
    assert told == [next_, hanging, last]
