"""The daemon examines what it holds: at once, every hour, after a reload, and sooner while something is bad."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from checker.config import load
from checker.config.settings import PlannedResponder, Settings
from checker.core.model import Duty
from checker.doctor.hourly import AGAIN_S, EVERY_S, Held, Hourly
from checker.responders.contract import Attempt, Done, Responder, ResponderSettings
from checker.responders.contract_findings import Finding, bad, ok
from tests.doctor.test_parts import CONFIG

TOKEN = "xoxb-secret"


class Enough(Exception):
    """The time that a test looks at is over."""


class Room:
    """A responder that says of itself what it is told to."""

    def __init__(self) -> None:
        self.says = [ok("fine")]
        self.fault: Exception | None = None
        self.hangs = False
        self.asked = 0

    async def carry_out(self, attempt: Attempt) -> Done:
        raise AssertionError("a look is no effect")

    async def examine(self) -> list[Finding]:
        self.asked += 1
        if self.fault:
            raise self.fault
        if self.hangs:
            await asyncio.Event().wait()
        return self.says

    async def close(self) -> None:
        """Nothing is held."""


class Day:
    """An hourly examination with time moved by hand. `found` is what the metrics were told."""

    def __init__(self, settings: Settings, **rooms: Responder) -> None:
        planned = tuple(PlannedResponder(name, "room", ResponderSettings()) for name in rooms)
        self.settings = replace(settings, responders=planned)
        self.responders: Mapping[str, Responder] = rooms
        self.now, self.end = 1000.0, 0.0
        self.found: list[Mapping[str, bool]] = []
        self.at: list[float] = []
        self._hourly = Hourly(
            lambda: Held(self.settings, self.responders),
            self._take,
            clock=lambda: self.now + 7e8,
            monotonic=lambda: self.now,
            pause=self._pause,
            within_s=0.05,
        )

    def _take(self, parts: Mapping[str, bool], at: float) -> None:
        self.found.append(parts)
        self.at.append(at)

    async def _pause(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self.end:
            raise Enough

    async def passes(self, seconds: float) -> None:
        self.end = self.now + seconds
        with contextlib.suppress(Enough):
            await self._hourly.run()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "checker.yaml").write_text(CONFIG)
    read = load(tmp_path / "checker.yaml", {})
    routes = {Duty.PAGE: ("bell",), Duty.ROOM: ("slack",)}
    return replace(read, policy=replace(read.policy, routes=routes))


async def test_what_is_held_is_examined_at_once(settings: Settings):
    day = Day(settings, slack=Room())
    await day.passes(1)
    assert day.found == [{"ways out": True, "responder slack": True}]
    assert day.at == [7e8 + 1000]


async def test_and_every_hour(settings: Settings):
    day = Day(settings, slack=Room())
    await day.passes(3 * EVERY_S + 100)
    assert len(day.found) == 4


async def test_nobody_who_would_be_rung_is_bad(settings: Settings):
    day = Day(replace(settings, policy=replace(settings.policy, routes={})), slack=Room())
    await day.passes(1)
    assert day.found == [{"ways out": False, "responder slack": True}]


async def test_what_is_bad_is_looked_at_again_soon(settings: Settings):
    slack = Room()
    slack.says = [ok("fine"), bad("the token was revoked", "install the app again")]
    day = Day(settings, slack=slack)
    await day.passes(1)
    slack.says = [ok("fine")]
    await day.passes(AGAIN_S + 5)
    assert [parts["responder slack"] for parts in day.found] == [False, True]


async def test_after_a_reload_the_new_ones_are_examined_at_once(settings: Settings):
    day = Day(settings, slack=Room())
    await day.passes(10)
    new = Room()
    day.responders = {"slack": new}
    await day.passes(5)
    assert (new.asked, len(day.found)) == (1, 2)


async def test_what_was_found_of_closed_ones_is_not_told(settings: Settings):
    new = Room()

    class Reloading(Room):
        async def examine(self) -> list[Finding]:
            day.responders = {"slack": new}
            raise RuntimeError("the client has been closed")

    day = Day(settings, slack=Reloading())
    await day.passes(5)
    assert [parts["responder slack"] for parts in day.found] == [True]
    assert new.asked == 1


async def test_one_that_hangs_or_breaks_is_bad_and_keeps_nobody_waiting(settings: Settings):
    silent, broken = Room(), Room()
    silent.hangs, broken.fault = True, ValueError(TOKEN)
    day = Day(settings, silent=silent, broken=broken, slack=Room())
    with capture_logs() as said:
        await day.passes(1)
    assert day.found[0] == {
        "ways out": True,
        "responder silent": False,
        "responder broken": False,
        "responder slack": True,
    }
    assert TOKEN not in str(said)


async def test_a_planned_one_that_is_not_held_is_left_out(settings: Settings):
    day = Day(settings, slack=Room(), drilled=Room())
    day.responders = {"slack": day.responders["slack"]}
    await day.passes(1)
    assert day.found == [{"ways out": True, "responder slack": True}]


async def test_that_something_would_not_work_is_said_once_and_so_is_the_end_of_it(
    settings: Settings,
):
    slack = Room()
    slack.says = [bad("the token was revoked", "install the app again")]
    day = Day(settings, slack=slack)
    with capture_logs() as said:
        await day.passes(3 * AGAIN_S)
        slack.says = [ok("fine")]
        await day.passes(AGAIN_S + 5)
    assert [(line["event"], line.get("why")) for line in said] == [
        ("would not work", "the token was revoked"),
        ("works again", None),
    ]
