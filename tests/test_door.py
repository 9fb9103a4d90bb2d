"""The one door: order, storing before acting, redelivery, refusal, and a disk that says no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from checker.core.events import Alerted, Closed, Declared, Event
from checker.core.model import Alert, Effect, Observation, State
from checker.door import QUEUE_MAX, Door, Ports
from checker.store.faults import StoreUnavailable
from checker.store.store import Store
from probes.contract import Verdict
from tests.core.story import T0, make_policy, outcome
from tests.core.test_alerts import CRITICAL


@dataclass
class Counted:
    bounds: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def bounded(self, what: str) -> None:
        self.bounds.append(what)

    def left_out(self, why: str, count: int) -> None:
        self.bounds.append(f"{count} {why}")

    def store_committed(self, seconds: float) -> None:
        pass

    def store_failed(self, operation: str) -> None:
        self.failures.append(operation)


class FullDisk:
    """A store that refuses every write until somebody frees the disk."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_full = True

    def __getattr__(self, name: str) -> Any:
        return self._refuse if self.is_full else getattr(self._store, name)

    async def _refuse(self, *_: object) -> None:
        raise StoreUnavailable("the disk is full")


@dataclass
class Stage:
    """A door on a real store; `put` and `paces` are what went out of it."""

    door: Door
    store: Store
    disk: FullDisk
    counted: Counted
    put: list[Effect]
    paces: list[dict[str, float]]

    async def settle(self) -> None:
        """Let the door take all that waits."""
        self.door.beat()
        await self.door.settled()

    def look(self, verdict: Verdict, at: float = 0.0) -> None:
        self.door.look(Observation("us/app", "l1", T0 + at, outcome(verdict)))


@asynccontextmanager
async def stage(folder: Path, full: bool = False) -> AsyncIterator[Stage]:
    store = await Store.open(f"sqlite:///{folder}/checker.db")
    disk = FullDisk(store)
    disk.is_full = full
    counted, put, paces = Counted(), [], []
    ports = Ports(
        disk,  # type: ignore[arg-type]
        put.extend,
        lambda wanted: paces.append(dict(wanted)),
        counted,
        clock=lambda: T0 + 10,
        monotonic=lambda: 0.0,
    )
    door = Door(ports, make_policy(), State())
    running = asyncio.create_task(door.run())
    try:
        yield Stage(door, store, disk, counted, put, paces)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()


DECLARED = Declared(T0, "us", "ada", "exports are empty")


async def test_an_event_is_stored_with_its_consequences_and_acted_on(tmp_path: Path):
    async with stage(tmp_path) as on:
        await on.door.say("word/1", DECLARED)
        await on.settle()
        assert [effect.duty for effect in on.put] == ["page", "room"]
        assert [t.effect.id for t in await on.store.effects("us-1")] == [e.id for e in on.put]


async def test_alerts_of_which_nothing_comes_are_counted(tmp_path: Path):
    async with stage(tmp_path) as on:
        on.door.policy = make_policy(rules=(CRITICAL,))
        named = {"severity": "critical", "target": "mars"}
        alerts = [Alert("a", {}, T0, True), Alert("b", {}, T0, True), Alert("c", named, T0, True)]
        await on.door.say("alerts/1", Alerted(T0, tuple(alerts)))
        await on.settle()
        assert sorted(on.counted.bounds) == ["1 target", "2 row"]


async def test_a_redelivered_event_does_nothing(tmp_path: Path):
    async with stage(tmp_path) as on:
        for _ in range(2):
            await on.door.say("word/1", DECLARED)
            await on.settle()
        assert len(on.put) == 2
        assert len(await on.store.timeline("us-1")) == 1


async def test_looks_and_what_they_led_to_are_recorded(tmp_path: Path):
    async with stage(tmp_path) as on:
        on.look(Verdict.FAILED)
        await on.settle()
        assert [o.outcome.verdict for o in await on.store.observations("us/app", 0)] == ["failed"]
        assert (await on.store.restore()).state.standings["us/app"]["l1"].score == 10


async def test_all_that_it_takes_is_counted_and_so_is_time_itself(tmp_path: Path):
    async with stage(tmp_path) as on:
        for expected in (1, 2):
            await on.settle()
            assert on.door.taken == expected
        on.look(Verdict.PASSED)
        await on.settle()
        assert on.door.taken == 4


async def test_doubt_asks_for_a_faster_pace_once(tmp_path: Path):
    async with stage(tmp_path) as on:
        on.look(Verdict.FAILED)
        on.look(Verdict.FAILED, at=5)
        await on.settle()
        assert [pace["us/app"] for pace in on.paces] == [5.0]


@pytest.mark.parametrize(
    "word", [Closed(T0, "us-9", "ada", "c", "f"), Declared(T0, "mars", "ada", "dust")]
)
async def test_a_word_that_cannot_be_changes_nothing_and_is_not_heard_again(
    tmp_path: Path, word: Event
):
    async with stage(tmp_path) as on:
        await on.door.say("word/1", word)
        await on.settle()
        assert on.put == []
        assert await on.store.inbox() == []


async def test_a_refused_word_about_an_incident_is_in_its_timeline(tmp_path: Path):
    async with stage(tmp_path) as on:
        await on.door.say("word/1", DECLARED)
        for number in (2, 3):
            await on.door.say(f"word/{number}", Closed(T0 + number, "us-1", "ada", "c", "f"))
        await on.settle()
        last = (await on.store.timeline("us-1"))[-1]
        assert (last.what, last.text) == ("refused", "cannot close an incident that is closed")


async def test_a_bug_in_the_core_loses_one_event_and_says_so(tmp_path: Path):
    async with stage(tmp_path) as on:
        on.door.policy = None  # type: ignore[assignment]
        await on.door.say("word/1", DECLARED)
        await on.settle()
        assert "core_fault" in on.counted.bounds
        assert await on.store.inbox() == []


async def test_a_full_disk_holds_up_no_page(tmp_path: Path):
    async with stage(tmp_path, full=True) as on:
        await on.door.say("word/1", DECLARED)
        assert [effect.duty for effect in on.put] == ["page", "room"]
        assert "commit" in on.counted.failures


async def test_looks_that_the_disk_refuses_are_kept_for_the_next_try(tmp_path: Path):
    async with stage(tmp_path, full=True) as on:
        on.look(Verdict.FAILED)
        for _ in range(2):
            await on.settle()
        assert on.counted.failures.count("record") == 2
        assert await on.store.observations("us/app", 0) == []
        on.disk.is_full = False
        for _ in range(2):
            await on.settle()
        assert [o.outcome.verdict for o in await on.store.observations("us/app", 0)] == ["failed"]
        assert on.counted.failures.count("record") == 2


async def test_more_looks_than_the_queue_holds_are_counted(tmp_path: Path):
    async with stage(tmp_path) as on:
        for number in range(QUEUE_MAX + 1):
            on.look(Verdict.INCONCLUSIVE, at=number)
        assert on.counted.bounds == ["looks_queue"]
