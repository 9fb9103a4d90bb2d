"""The heartbeat goes out while we are well, and only then; what becomes of it is in nobody's way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import respx
from pydantic import SecretStr
from structlog.testing import capture_logs

from checker.config import load
from checker.config.settings import SignOfLife
from checker.core.model import State, Vantage
from checker.heartbeat import Heartbeat, Signs, signs_of

URL = "https://beats.test/5f2c-ours"
WELL = Signs(SignOfLife(SecretStr(URL), 30.0), taken=0, owed=0, blind=False)
SETTINGS = load(Path(__file__).parents[1] / "config", {"CHECKER_HEARTBEAT_URL": URL})


class Enough(Exception):
    """The time that a test looks at is over."""


@dataclass
class Life:
    """A heartbeat with time moved by hand. Each second the door takes `pace` events."""

    signs: Signs = WELL
    pace: int = 1
    now: float = 1000.0
    end: float = 0.0

    def __post_init__(self) -> None:
        self.arrived: list[bool] = []
        self._heartbeat = Heartbeat(
            lambda: self.signs,
            self.arrived.append,
            monotonic=lambda: self.now,
            pause=self._pause,
        )

    async def _pause(self, seconds: float) -> None:
        if self.now >= self.end:
            raise Enough
        self.now += seconds
        self.signs = replace(self.signs, taken=self.signs.taken + self.pace)

    async def passes(self, seconds: float) -> int:
        """Let so much time pass; how many beats there were in it."""
        before, self.end = len(self.arrived), self.now + seconds
        with contextlib.suppress(Enough):
            await self._heartbeat.run()
        return len(self.arrived) - before


@pytest.fixture
def listener():
    with respx.mock(assert_all_called=False) as router:
        yield router.get(URL).respond(200)


async def test_it_beats_at_once_and_then_as_often_as_is_wanted(listener):
    life = Life()
    assert await life.passes(1) == 1
    assert await life.passes(90) == 3
    assert listener.call_count == 4
    assert life.arrived == [True] * 4


async def test_without_an_address_there_is_none(listener):
    assert await Life(replace(WELL, wanted=None)).passes(120) == 0
    assert not listener.called


async def test_an_address_that_comes_with_a_reload_is_taken_up(listener):
    life = Life(replace(WELL, wanted=None))
    await life.passes(60)
    life.signs = replace(life.signs, wanted=WELL.wanted)
    assert await life.passes(1) == 1


def stick(life: Life) -> None:
    life.pace = 0


def owe(life: Life) -> None:
    life.signs = replace(life.signs, owed=1)


def go_blind(life: Life) -> None:
    life.signs = replace(life.signs, blind=True)


ILLS = pytest.mark.parametrize(("fall_ill", "bears"), [(stick, 60), (owe, 60), (go_blind, 600)])


@ILLS
async def test_what_lasts_too_long_ends_it(listener, fall_ill: Callable[[Life], None], bears: int):
    life = Life()
    await life.passes(30)
    fall_ill(life)
    assert await life.passes(bears) == bears / 30
    await life.passes(2)
    assert await life.passes(3600) == 0


@ILLS
async def test_what_passes_in_time_does_not(listener, fall_ill: Callable[[Life], None], bears: int):
    life = Life()
    for _ in range(3):
        fall_ill(life)
        await life.passes(bears - 30)
        life.signs, life.pace = replace(WELL, taken=life.signs.taken), 1
        await life.passes(30)
    assert len(life.arrived) == 3 * bears / 30


async def test_it_goes_out_again_within_a_second_of_being_well(listener):
    life = Life(replace(WELL, owed=3))
    await life.passes(600)
    life.signs = replace(life.signs, owed=0)
    assert await life.passes(1) == 1


@pytest.mark.parametrize(
    "becomes",
    [
        {"return_value": httpx.Response(500)},
        {"return_value": httpx.Response(302, headers={"Location": "https://elsewhere.test/"})},
        {"side_effect": httpx.ConnectError("refused")},
        {"side_effect": httpx.ReadTimeout("slow")},
        {"side_effect": UnicodeError("label too long")},
    ],
)
async def test_one_that_does_not_arrive_is_counted_and_tried_no_sooner(listener, becomes):
    listener.mock(**becomes)
    life = Life()
    assert await life.passes(60) == 2
    assert life.arrived == [False] * 2


async def test_that_it_fails_is_said_once_and_so_is_the_end_of_it(listener):
    life = Life()
    with capture_logs() as said:
        await life.passes(1)
        listener.mock(side_effect=[httpx.ConnectError("no"), *[httpx.Response(503)] * 3])
        await life.passes(120)
        listener.mock(return_value=httpx.Response(200))
        await life.passes(60)
    assert [(line["event"], line.get("why")) for line in said] == [
        ("heartbeat failed", "ConnectError"),
        ("heartbeat goes out again", None),
    ]


async def test_that_it_is_withheld_is_said_once_with_the_reason(listener):
    life = Life(replace(WELL, blind=True))
    with capture_logs() as said:
        await life.passes(7200)
    assert [(line["event"], line["why"]) for line in said] == [("heartbeat withheld", "blind")]


async def test_its_address_is_not_in_the_log(listener):
    listener.mock(side_effect=httpx.UnsupportedProtocol(f"cannot speak to {URL}"))
    with capture_logs() as said:
        await Life().passes(60)
    assert said
    assert "beats.test" not in str(said)


def read(vantage: Vantage | None = None, *, taken: int = 0, owed: int = 0, at: str = "") -> Signs:
    """What is read off a door and a store; `at` another location than ours."""
    seen = {} if vantage is None else {at or SETTINGS.location: vantage}
    door = SimpleNamespace(state=State(vantages=seen), taken=taken)
    return signs_of(SETTINGS, door, SimpleNamespace(owed=owed))  # type: ignore[arg-type]


def test_at_the_start_all_signs_are_good():
    assert read() == Signs(SETTINGS.heartbeat, taken=0, owed=0, blind=False)


def test_what_the_door_took_and_what_the_store_owes_are_signs():
    signs = read(Vantage(passed_at=1.0), taken=7, owed=2)
    assert (signs.taken, signs.owed, signs.blind) == (7, 2, False)


def test_that_we_are_blind_is_a_sign():
    assert read(Vantage(blind_since=1000.0)).blind


def test_that_another_location_is_blind_is_none():
    assert not read(Vantage(blind_since=1000.0), at="elsewhere").blind
