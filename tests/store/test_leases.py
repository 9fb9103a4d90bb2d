"""One owner at a time, for a time; and a number by which owners are told apart."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from checker.store.database import Database
from checker.store.faults import Fenced
from checker.store.leases import CORE, looking_from
from checker.store.places import place_of
from checker.store.sharing import Sharing
from tests.store.values import by_hand, opened, url_of

RUN_OUT = "UPDATE leases SET expires_at = expires_at - 3600"


@pytest.fixture
async def daemon(home):
    """The part of a store that daemons share, with clocks of its own."""
    async with AsyncExitStack() as stack:

        async def made(clock=1000.0, monotonic=7.0):
            database = Database(place_of(url_of(home), busy_s=5.0), deadline_s=20.0)
            stack.push_async_callback(database.close)
            return Sharing(database, lambda: clock, lambda: monotonic)

        async with opened(home):
            pass
        await by_hand(home, "DELETE FROM leases")
        yield made


async def test_the_first_to_ask_has_it_and_nobody_else(daemon):
    a, b = await daemon(), await daemon()
    term = await a.take(CORE, "a", 10.0)
    assert (term.name, term.owner, term.epoch) == ("core", "a", 1)
    assert await b.take(CORE, "b", 10.0) is None


async def test_whoever_has_it_may_ask_again_and_keeps_the_epoch(daemon):
    a = await daemon()
    epochs = [(await a.take(CORE, "a", 10.0)).epoch for _ in range(3)]
    assert epochs == [1, 1, 1]


async def test_one_that_has_run_out_is_another_s_under_the_next_epoch(daemon, home):
    a, b = await daemon(), await daemon()
    await a.take(CORE, "a", 10.0)
    await by_hand(home, RUN_OUT)
    assert (await b.take(CORE, "b", 10.0)).epoch == 2
    assert await a.take(CORE, "a", 10.0) is None


async def test_one_that_has_run_out_and_that_nobody_took_is_renewed(daemon, home):
    a = await daemon()
    term = await a.take(CORE, "a", 10.0)
    await by_hand(home, RUN_OUT)
    assert (await a.renew(term, 10.0)).epoch == 1
    assert (await a.holder(CORE)).left_s > 0


async def test_whoever_has_lost_it_cannot_renew_it(daemon, home):
    a, b = await daemon(), await daemon()
    term = await a.take(CORE, "a", 10.0)
    await by_hand(home, RUN_OUT)
    await b.take(CORE, "b", 10.0)
    with pytest.raises(Fenced, match=r"a no longer holds the lease core \(epoch 1\)"):
        await a.renew(term, 10.0)


async def test_one_that_was_given_up_is_free_at_once(daemon):
    a, b = await daemon(), await daemon()
    await a.release(await a.take(CORE, "a", 10.0))
    assert (await b.take(CORE, "b", 10.0)).epoch == 2


async def test_giving_up_what_another_has_by_now_takes_nothing_from_it(daemon, home):
    a, b = await daemon(), await daemon()
    term = await a.take(CORE, "a", 10.0)
    await by_hand(home, RUN_OUT)
    await b.take(CORE, "b", 10.0)
    await a.release(term)
    assert await a.take(CORE, "a", 10.0) is None


async def test_each_location_has_one_of_its_own(daemon):
    a, b = await daemon(), await daemon()
    assert await a.take(looking_from("fra"), "a", 10.0)
    assert await b.take(looking_from("iad"), "b", 10.0)
    assert await b.take(looking_from("fra"), "b", 10.0) is None


async def test_who_has_it_and_for_how_long_can_be_asked(daemon):
    a = await daemon()
    assert await a.holder(CORE) is None
    await a.take(CORE, "a", 10.0)
    found = await a.holder(CORE)
    assert (found.owner, found.epoch) == ("a", 1)
    assert 0 < found.left_s <= 10.0


async def test_its_end_is_reckoned_from_before_it_was_asked_for(daemon):
    a = await daemon(monotonic=7.0)
    term = await a.take(CORE, "a", 10.0)
    assert term.until == 17.0
    assert (await a.renew(term, 30.0)).until == 37.0


async def test_of_many_that_ask_at_once_one_has_it(daemon):
    many = [await daemon() for _ in range(6)]
    terms = await asyncio.gather(
        *(one.take(CORE, f"daemon {n}", 10.0) for n, one in enumerate(many))
    )
    assert sum(term is not None for term in terms) == 1


async def test_on_a_server_a_wrong_clock_takes_nothing_from_anybody(database):
    async with opened(database) as store:
        assert store.sharing  # leads already
        late = Database(place_of(database, busy_s=0.0), deadline_s=20.0)
        fast = Sharing(late, lambda: 9e9, lambda: 0.0)
        assert await fast.take(CORE, "fast", 10.0) is None
        await late.close()
