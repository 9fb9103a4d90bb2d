"""What becomes of an effect is marked, and what is unfinished comes back after a restart."""

from __future__ import annotations

import pytest

from checker.core.model import Duty
from checker.store.faults import StoreUnavailable
from checker.store.rows import Fate
from tests.store.values import declared, effect, opened

PAGE = "us-1/page/1@pager"
ROOM = "us-1/room/1@chat"


async def restarted(folder):
    """What the outbox holds after a restart, by effect id."""
    async with opened(folder) as store:
        return {one.effect.id: one for one in (await store.restore()).outbox}


async def test_a_confirmed_effect_is_finished_and_keeps_its_receipt(home):
    async with opened(home) as store:
        await store.commit(declared())
        await store.sending(PAGE, 101.0)
        await store.confirmed(PAGE, 102.0, {"status": "success"})
        [page, _] = await store.effects("us-1")
    assert (page.fate, page.settled_at, page.receipt) == (
        Fate.CONFIRMED,
        102.0,
        {"status": "success"},
    )
    assert list(await restarted(home)) == [ROOM]


async def test_an_effect_that_was_never_tried_comes_back_as_it_was(home):
    async with opened(home) as store:
        await store.commit(declared())
    page = (await restarted(home))[PAGE]
    assert page.effect == effect()
    assert (page.tries, page.first_tried_at, page.not_before, page.unsure) == (0, None, 0.0, False)


async def test_a_try_that_a_crash_cut_off_comes_back_as_unsure(home):
    async with opened(home) as store:
        await store.commit(declared())
        await store.sending(PAGE, 101.0)
    page = (await restarted(home))[PAGE]
    assert (page.unsure, page.tries, page.first_tried_at) == (True, 1, 101.0)


async def test_a_postponed_effect_comes_back_with_its_retry_clock(home):
    async with opened(home) as store:
        await store.commit(declared())
        for at in (101.0, 111.0):
            await store.sending(PAGE, at)
            await store.postponed(PAGE, at + 30.0, "503", unsure=False)
    page = (await restarted(home))[PAGE]
    assert (page.tries, page.first_tried_at, page.not_before) == (2, 101.0, 141.0)
    assert not page.unsure


async def test_a_lost_answer_is_remembered_over_a_restart(home):
    async with opened(home) as store:
        await store.commit(declared())
        await store.postponed(PAGE, 130.0, "no answer within 15 s", unsure=True)
    assert (await restarted(home))[PAGE].unsure


@pytest.mark.parametrize(
    ("mark", "fate"), [("refused", Fate.REFUSED), ("superseded", Fate.SUPERSEDED)]
)
async def test_what_will_not_be_done_is_finished_and_says_why(home, mark, fate):
    async with opened(home) as store:
        await store.commit(declared())
        await getattr(store, mark)(PAGE, 103.0, "routing key is not valid")
        [page, _] = await store.effects("us-1")
    assert (page.fate, page.why) == (fate, "routing key is not valid")
    assert list(await restarted(home)) == [ROOM]


async def test_a_mark_for_an_effect_that_is_not_stored_yet_may_be_repeated_later(home):
    async with opened(home) as store:
        with pytest.raises(StoreUnavailable, match=PAGE):
            await store.confirmed(PAGE, 102.0, {})
        await store.commit(declared())
        await store.confirmed(PAGE, 102.0, {})
    assert list(await restarted(home)) == [ROOM]


async def test_unfinished_effects_come_back_in_the_order_in_which_they_were_decided(home):
    names = [f"us-1/post/{n}@chat" for n in (3, 1, 2)]
    async with opened(home) as store:
        for name in names:
            step = declared()
            await store.commit(type(step)(state=step.state, effects=(effect(name, Duty.POST),)))
    assert list(await restarted(home)) == names
