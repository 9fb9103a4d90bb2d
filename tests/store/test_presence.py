"""Who is there, and how fast all should look."""

from __future__ import annotations

import time
from dataclasses import replace

from checker.store.database import Database
from checker.store.places import place_of
from checker.store.presence import Presence
from checker.store.sharing import Sharing
from tests.store.values import by_hand, declared, opened, shared, url_of

HERE = Presence("fra-1", "fra", "1.2.0", is_looking=True, is_blind=True, behind_s=0.5)


def bare(one):
    return replace(one, offset_s=0.0, ago_s=0.0)


async def test_what_a_daemon_says_of_itself_is_there_for_all(home):
    async with opened(home) as one, shared(home) as other:
        await one.sharing.say(HERE)
        assert [bare(found) for found in await other.sharing.everyone()] == [HERE]


async def test_what_it_says_next_takes_the_place_of_that(home):
    async with opened(home) as store:
        await store.sharing.say(HERE)
        await store.sharing.say(replace(HERE, is_blind=False, is_looking=False))
        [found] = await store.sharing.everyone()
    assert (found.is_blind, found.is_looking) == (False, False)


async def test_all_are_told_by_location_and_name(home):
    async with opened(home) as store:
        for name in ("iad-1", "fra-2", "fra-1"):
            await store.sharing.say(Presence(name, name.partition("-")[0], "1.2.0"))
        assert [one.replica for one in await store.sharing.everyone()] == [
            "fra-1",
            "fra-2",
            "iad-1",
        ]


async def test_how_long_ago_it_was_is_told(home):
    async with opened(home) as store:
        await store.sharing.say(HERE)
        await by_hand(home, "UPDATE locations SET seen_at = seen_at - 3600")
        [found] = await store.sharing.everyone()
    assert 3600 <= found.ago_s < 3660


async def test_whoever_has_been_gone_for_a_day_is_forgotten(home):
    async with opened(home) as store:
        await store.sharing.say(HERE)
        await by_hand(home, "UPDATE locations SET seen_at = seen_at - 86401")
        await store.sharing.say(replace(HERE, replica="fra-2"))
        await store.prune(before=0.0)
        assert [one.replica for one in await store.sharing.everyone()] == ["fra-2"]


async def test_a_clock_that_differs_from_the_server_s_is_found_out(database):
    made = Database(place_of(url_of(database), busy_s=0.0), deadline_s=20.0)
    fast = Sharing(made, lambda: time.time() + 100.0, time.monotonic)
    told = await fast.say(HERE)
    [found] = await fast.everyone()
    await made.close()
    assert 99.0 < told < 100.5
    assert found.offset_s == told


async def test_the_pace_that_the_leader_wants_is_there_for_all(home):
    async with opened(home) as leader, shared(home) as other:
        await leader.want({"us/app": 5.0, "us/flags": 2.5})
        assert await other.sharing.pace() == {"us/app": 5.0, "us/flags": 2.5}


async def test_what_is_no_longer_in_doubt_is_no_longer_wanted(home):
    async with opened(home) as store:
        await store.want({"us/app": 5.0, "us/flags": 2.5})
        await store.want({"us/flags": 5.0})
        assert await store.sharing.pace() == {"us/flags": 5.0}
        await store.want({})
        assert await store.sharing.pace() == {}


async def test_the_pace_is_no_part_of_the_state(home):
    async with opened(home) as store:
        await store.want({"us/app": 5.0})
        await store.commit(declared())
        assert (await store.restore()).state == declared().state
        assert await store.sharing.pace() == {"us/app": 5.0}
