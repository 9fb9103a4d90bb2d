"""Looks on their way to whoever leads."""

from __future__ import annotations

import asyncio

import pytest

from checker.core.model import Observation
from checker.several.courier import AGAIN_S, BATCH_MAX, TOGETHER_S, WAITING_MAX, Courier
from probes.contract import Outcome, Verdict
from tests.delivery.hands import calm
from tests.several.stand_ins import Store, Time


def look(at: float) -> Observation:
    return Observation("us/app", "l1", at, Outcome(Verdict.PASSED))


class Way:
    def __init__(self) -> None:
        self.store = Store(Time())
        self.failed: list[str] = []
        self.bounds: list[str] = []
        self.pauses: list[float] = []
        self.courier = Courier(
            self.store, "l1", self.failed.append, self.bounds.append, pause=self._pause
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    def take(self, *times: float) -> None:
        for at in times:
            self.courier.take(look(at))

    def arrived(self) -> list[float]:
        return [seen.at for seen in self.store.looks]


@pytest.fixture
def way() -> Way:
    return Way()


async def test_looks_arrive_in_the_order_in_which_they_came(way):
    way.take(1, 2)
    assert await way.courier.put()
    way.take(3)
    assert await way.courier.put()
    assert way.arrived() == [1, 2, 3]


async def test_what_the_store_refused_goes_again_with_what_has_come_since(way):
    way.store.away = True
    way.take(1)
    assert not await way.courier.put()
    way.store.away = False
    way.take(2)
    assert await way.courier.put()
    assert way.arrived() == [1, 2]
    assert way.failed == ["put_looks"]


async def test_too_many_that_wait_lose_the_oldest_and_that_is_counted(way):
    way.take(*range(WAITING_MAX + 1))
    for _ in range(WAITING_MAX // BATCH_MAX):
        await way.courier.put()
    assert way.arrived() == list(range(1, WAITING_MAX + 1))
    assert way.bounds == ["looks_waiting"]


async def test_the_first_goes_at_once_and_those_that_follow_go_together(way):
    running = asyncio.create_task(way.courier.run())
    way.take(1)
    await calm()
    assert (way.arrived(), way.pauses) == ([1], [TOGETHER_S])
    way.store.away = True
    way.take(2)
    await calm()
    assert AGAIN_S in way.pauses
    way.store.away = False
    await calm()
    assert way.arrived() == [1, 2]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
