"""The daemon drills as often as it is told to, never while people are busy, and remembers what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from checker.config.settings import Settings
from checker.drill.memory import Remembered, keep, recall
from checker.drill.report import Report
from checker.drill.schedule import LOOK_S, Schedule, is_due
from checker.store.faults import StoreUnavailable
from checker.store.store import Store
from tests.drill.test_memory import BAD, GOOD
from tests.drill.test_plan import DRILL_PAGER, PAGER, planned

DAY = 86400.0
Told = tuple[bool | None, float | None, float | None]


class Enough(Exception):
    """The time that a test looks at is over."""


@dataclass
class Weeks:
    """A schedule with time moved by hand. `made` is when drills began; `told` what the metrics heard last."""

    settings: Settings
    store: Store
    ends: Report = field(default_factory=lambda: Report(0.0, (GOOD,)))
    busy: bool = False
    fault: BaseException | None = None
    now: float = 1_700_000_000.0
    end: float = 0.0

    def __post_init__(self) -> None:
        self.made: list[float] = []
        self.told: Told = (None, None, None)
        self.failures: list[str] = []
        self.schedule = Schedule(
            lambda: self.settings,
            self.store,
            self,
            is_busy=lambda: self.busy,
            clock=lambda: self.now,
            make=self._make,
            pause=self._pause,
        )

    def drilled(self, *told: float | None) -> None:
        self.told = told  # type: ignore[assignment]

    def store_failed(self, operation: str) -> None:
        self.failures.append(operation)

    async def _make(self, _settings: Settings) -> Report:
        self.made.append(self.now)
        if self.fault:
            raise self.fault
        return replace(self.ends, at=self.now)

    async def _pause(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self.end:
            raise Enough

    async def passes(self, seconds: float) -> None:
        self.end = self.now + seconds
        with contextlib.suppress(Enough):
            await self.schedule.run()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path}/checker.db")
    yield opened
    await opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(planned(tmp_path, PAGER, DRILL_PAGER), drill_every_s=DAY)


@pytest.fixture
def weeks(settings: Settings, store: Store) -> Weeks:
    return Weeks(settings, store)


async def test_the_first_is_made_at_once_and_remembered(weeks: Weeks):
    began = weeks.now
    await weeks.passes(LOOK_S)
    assert weeks.made == [began]
    assert weeks.told == (True, began, DAY)
    assert await recall(weeks.store) == Remembered(began, True, began)


async def test_the_next_when_it_is_time_and_not_sooner(weeks: Weeks):
    await keep(weeks.store, Remembered(weeks.now, True, weeks.now))
    began = weeks.now
    await weeks.passes(5 * LOOK_S)
    assert weeks.made == []
    weeks.now = began + DAY - LOOK_S
    await weeks.passes(2 * LOOK_S)
    assert weeks.made == [began + DAY]


async def test_one_made_by_hand_counts_too(weeks: Weeks):
    await weeks.passes(LOOK_S)
    by_hand = weeks.now + DAY / 2
    await keep(weeks.store, Remembered(by_hand, True, by_hand))
    weeks.now = by_hand + DAY / 2 + LOOK_S
    await weeks.passes(LOOK_S)
    assert len(weeks.made) == 1
    assert weeks.told == (True, by_hand, DAY)


async def test_without_an_interval_none_is_made_but_what_was_made_is_told(
    weeks: Weeks, settings: Settings
):
    weeks.settings = replace(settings, drill_every_s=None)
    await keep(weeks.store, Remembered(5.0, False, 3.0))
    await weeks.passes(LOOK_S)
    assert weeks.made == []
    assert weeks.told == (False, 3.0, None)


async def test_before_the_first_there_is_nothing_to_tell(weeks: Weeks, settings: Settings):
    weeks.settings = replace(settings, drill_every_s=None)
    await weeks.passes(LOOK_S)
    assert weeks.told == (None, None, None)


async def test_one_that_fails_is_told_and_keeps_when_the_last_good_one_was(weeks: Weeks):
    began = weeks.now
    await keep(weeks.store, Remembered(began - DAY, True, began - DAY))
    weeks.ends = Report(0.0, (GOOD, BAD))
    with capture_logs() as said:
        await weeks.passes(LOOK_S)
    assert weeks.told == (False, began - DAY, DAY)
    assert [(line["event"], line["steps"]) for line in said] == [
        ("the drill failed", ["page accepted by p: no answer"])
    ]


async def test_while_an_incident_is_live_nobody_drills(weeks: Weeks):
    weeks.busy = True
    await weeks.passes(10 * LOOK_S)
    assert weeks.made == []
    weeks.busy = False
    await weeks.passes(LOOK_S)
    assert len(weeks.made) == 1


async def test_one_that_breaks_ends_nothing_and_is_not_made_again_at_once(weeks: Weeks):
    weeks.fault = ValueError("token=secret")
    with capture_logs() as said:
        await weeks.passes(3 * LOOK_S)
    assert len(weeks.made) == 1
    assert weeks.told[0] is False
    assert [line["event"] for line in said] == ["the drill broke"]
    assert "secret" not in str(said)


async def test_one_that_the_end_of_the_daemon_cut_off_counts_as_failed(weeks: Weeks):
    began, weeks.fault = weeks.now, asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await weeks.passes(LOOK_S)
    assert await recall(weeks.store) == Remembered(began, False, None)


async def test_without_anybody_to_drill_it_is_said_once(
    weeks: Weeks, settings: Settings, tmp_path: Path
):
    weeks.settings = replace(planned(tmp_path, PAGER), drill_every_s=DAY)
    with capture_logs() as said:
        await weeks.passes(5 * LOOK_S)
    assert weeks.made == []
    assert [line["event"] for line in said] == ["no drill"]
    assert weeks.told == (None, None, DAY)


class Away:
    """A store that cannot be read."""

    async def memories(self, location: str) -> None:
        raise StoreUnavailable("the disk is full")


async def test_a_store_that_is_away_is_counted_and_nothing_is_drilled(settings: Settings):
    weeks = Weeks(settings, Away())  # type: ignore[arg-type]
    await weeks.passes(3 * LOOK_S)
    assert weeks.made == []
    assert set(weeks.failures) == {"drill"}


@pytest.mark.parametrize(
    ("at", "every_s", "due"),
    [
        (None, 100.0, True),
        (None, None, False),
        (950.0, 100.0, False),
        (900.0, 100.0, True),
        (5000.0, 100.0, True),
        (900.0, None, False),
    ],
)
def test_when_it_is_time(at: float | None, every_s: float | None, due: bool):
    assert is_due(Remembered(at), every_s, now=1000.0) is due
