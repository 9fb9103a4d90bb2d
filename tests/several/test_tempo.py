"""How fast to look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from checker.several.tempo import Tempo, faster_of
from tests.several.stand_ins import Store, Time


class Drum:
    def __init__(self) -> None:
        self.store = Store(Time())
        self.told: list[dict[str, float]] = []
        self.failed: list[str] = []
        self.leads = True
        self.tempo = Tempo(
            self.store,
            lambda pace: self.told.append(dict(pace)),
            lambda: self.leads,
            self.failed.append,
            pause=self._pause,
        )

    async def _pause(self, _: float) -> None:
        self.store.away = False
        self.tempo.said()  # as the poll does every second

    async def calm(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def drum() -> AsyncIterator[Drum]:
    drum = Drum()
    running = asyncio.create_task(drum.tempo.run())
    yield drum
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_of_two_paces_the_faster_counts_for_each_check():
    assert faster_of({"a": 5, "b": 1}, {"a": 2, "c": 3}) == {"a": 2, "b": 1, "c": 3}


async def test_what_the_leader_wants_is_followed_and_told_to_all(drum):
    drum.tempo.wanted({"us/app": 5})
    await drum.calm()
    assert drum.told == [{"us/app": 5}]
    assert drum.store.wanted == {"us/app": 5}


async def test_what_the_leader_wants_is_read_by_those_who_follow(drum):
    drum.leads = False
    drum.store.wanted = {"us/app": 5}
    drum.tempo.said()
    await drum.calm()
    assert drum.told == [{"us/app": 5}]


async def test_a_first_failure_of_our_own_is_followed_at_once(drum):
    drum.tempo.ours({"us/app": 5})
    assert drum.told == [{"us/app": 5}]
    drum.tempo.ours({})
    assert drum.told[-1] == {}


async def test_what_the_store_refused_is_told_again(drum):
    drum.store.away = True
    drum.tempo.wanted({"us/app": 5})
    await drum.calm()
    assert drum.store.wanted == {"us/app": 5}
    assert drum.failed == ["pace"]
