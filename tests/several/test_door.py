"""The door of a daemon among several: looks come out of the store, and only whoever leads takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from checker.core.events import Declared
from checker.core.model import Effect, Observation, State
from checker.door import Door, Ports
from checker.store.leases import CORE
from checker.store.presence import Presence
from checker.store.store import Store
from probes.contract import Verdict
from tests.core.story import T0, make_policy, outcome
from tests.test_door import Counted

pytestmark = pytest.mark.timeout(60)
DECLARED = Declared(T0, "us", "ada", "exports are empty")


@dataclass
class Seat:
    ours: bool = True
    told: bool = False

    def holds(self) -> bool:
        return self.ours

    def lost(self) -> None:
        self.told, self.ours = True, False


@dataclass
class Stage:
    door: Door
    store: Store
    seat: Seat
    put: list[Effect] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    async def lead(self, owner: str = "me") -> None:
        term = await self.store.sharing.take(CORE, owner, 60.0)
        assert term is not None
        self.seat.ours = True
        self.door.lead(await self.store.lead(term))
        await self.door.settled()

    async def looks(self, writer: str, *times: float) -> None:
        await self.store.sharing.say(Presence(writer, writer, "1"))
        seen = [
            Observation("us/app", writer, T0 + at, outcome(Verdict.FAILED), 0.5) for at in times
        ]
        await self.store.sharing.put_looks(writer, seen)

    async def read(self) -> None:
        self.door.read_looks()
        await self.door.settled()

    def held(self) -> dict[str, int]:
        """Location → how many looks at us/app are in the State."""
        standings = self.door.state.standings.get("us/app", {})
        return {place: one.failing.looks for place, one in standings.items()}


@asynccontextmanager
async def stage(url: str) -> AsyncIterator[Stage]:
    store = await Store.open(url, deadline_s=20.0)
    on = Stage(None, store, Seat())  # type: ignore[arg-type]
    ports = Ports(
        store,
        on.put.extend,
        lambda _: None,
        Counted(),
        lambda: T0 + 10,
        lambda: 0.0,
        on.seat,
        on.lags.append,
    )
    on.door = Door(ports, make_policy(), State())
    running = asyncio.create_task(on.door.run())
    try:
        yield on
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()


async def test_whoever_leads_takes_the_looks_of_all(database: str):
    async with stage(database) as on:
        await on.lead()
        await on.looks("l1", 0, 5)
        await on.read()
        assert on.held() == {"l1": 2}
        assert on.lags == [9.5, 4.5]


async def test_looks_that_waited_for_a_leader_are_taken_before_time_passes(database: str):
    async with stage(database) as on:
        await on.looks("l1", 0)
        await on.lead()
        assert on.held() == {"l1": 1}


async def test_whoever_follows_takes_nothing(database: str):
    async with stage(database) as on:
        await on.lead()
        on.seat.ours = False
        await on.looks("l1", 0)
        await on.read()
        on.door.beat()
        await on.door.settled()
        assert on.held() == {}


async def test_the_next_leader_goes_on_after_the_last_look_that_counted(database: str):
    async with stage(database) as first, stage(database) as second:
        await first.lead("first")
        await first.looks("l1", 0, 5)
        await first.read()
        await first.door.flush()
        await first.looks("l1", 8)
        first.seat.ours = False
        term = await first.store.sharing.take(CORE, "first", 60.0)
        assert term is not None
        await first.store.sharing.release(term)
        await second.lead("second")
        assert second.held() == {"l1": 3}


async def test_nothing_comes_of_what_is_fenced_and_the_seat_is_told(database: str):
    async with stage(database) as first, stage(database) as second:
        await first.lead("first")
        term = await first.store.sharing.take(CORE, "first", 60.0)
        assert term is not None
        await first.store.sharing.release(term)
        await second.lead("second")
        await first.door.say("word/1", DECLARED)
        await first.door.settled()
        assert first.seat.told
        assert (first.put, first.door.state.incidents) == ([], {})
        second.door.beat()
        await second.door.settled()
        assert list(second.door.state.incidents) == ["us-1"]


async def test_what_another_leads_is_shown(database: str):
    async with stage(database) as on:
        on.seat.ours = False
        shown = State(counters={"us": 7})
        on.door.show(shown)
        assert on.door.state is shown
