"""One look becomes one Observation, and our own troubles stay ours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from checker.core.model import Observation
from checker.observe import Observer, probe_of
from checker.stall import Pulse
from probes.contract import Io, Outcome, Probe, ProbeParams, Reason, Target, Timing, Verdict
from probes.wire.fetch import Wire
from probes.wire.resolver import Resolver

START = datetime(2026, 11, 23, 14, 2, 10, 500_000, tzinfo=UTC)
US = Target("us", "http://app.test", "http://in.test")
FOUND = Outcome(Verdict.FAILED, Reason.STATUS, "status 503", {Timing.CONNECT: 0.1}, {"x": 1.0})


class World:
    """An Observer with a fake probe, and with a clock that the probe moves."""

    def __init__(self, probe: Probe) -> None:
        self.seconds = 50.0
        self.pulse = Pulse(self.monotonic)
        self._observer = Observer(
            "l1",
            Wire(resolver=Resolver(lambda host: ["127.0.0.1"])),
            self.pulse,
            lambda: START,
            self.monotonic,
            {"fake": probe}.__getitem__,
        )

    def monotonic(self) -> float:
        return self.seconds

    async def look(
        self,
        kind: str = "fake",
        timeout_s: float = 10.0,
        memory: Mapping[str, Any] | None = None,
        scheduled: bool = True,
    ) -> Observation:
        return await self._observer.look(
            "us/app", kind, ProbeParams(), US, timeout_s, memory or {}, scheduled
        )


async def finds(params: Any, io: Io) -> Outcome:
    return FOUND


async def test_what_a_probe_finds_is_stamped_with_check_location_start_and_duration():
    async def takes_two_seconds(params: Any, io: Io) -> Outcome:
        world.seconds += 2.0
        return FOUND

    world = World(takes_two_seconds)
    assert await world.look(scheduled=False) == Observation(
        "us/app", "l1", START.timestamp(), FOUND, 2.0, scheduled=False
    )


async def test_a_probe_gets_its_target_timeout_memory_and_the_time():
    got: list[Io] = []

    async def keeps(params: Any, io: Io) -> Outcome:
        got.append(io)
        return FOUND

    await World(keeps).look(timeout_s=7.0, memory={"sequence": 5})
    assert (got[0].target, got[0].timeout_s, got[0].memory) == (US, 7.0, {"sequence": 5})
    assert got[0].now() == START


async def test_a_probe_gets_the_wire():
    async def resolves(params: Any, io: Io) -> Outcome:
        return (await io.resolve("app.test")).outcome()

    assert (await World(resolves).look()).outcome.verdict is Verdict.PASSED


async def test_a_probe_that_breaks_is_a_fault_of_ours_and_its_message_is_not_told():
    async def breaks(params: Any, io: Io) -> Outcome:
        raise KeyError("phx_secret")

    with capture_logs() as logs:
        outcome = (await World(breaks).look()).outcome
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.OWN_FAULT)
    assert outcome.detail.startswith("the probe broke: KeyError at test_observe.py:")
    assert logs[0]["event"] == "probe_broke"
    assert logs[0]["check"] == "us/app"
    assert "secret" not in f"{outcome}{logs}"


async def test_a_kind_that_is_not_there_is_a_fault_of_ours():
    assert (await World(finds).look("nothing")).outcome.reason is Reason.OWN_FAULT


async def test_a_probe_that_hangs_by_itself_is_ended_soon_after_its_timeout():
    async def hangs(params: Any, io: Io) -> Outcome:
        return await asyncio.Event().wait()

    outcome = (await World(hangs).look(timeout_s=-2.0)).outcome  # the belt is 2 s above it
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.OWN_FAULT)
    assert outcome.detail.startswith("the probe broke: TimeoutError")


async def test_a_look_that_is_called_off_is_called_off():
    async def hangs(params: Any, io: Io) -> Outcome:
        return await asyncio.Event().wait()

    looking = asyncio.ensure_future(World(hangs).look())
    await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking


async def test_a_look_over_a_stall_of_our_own_says_nothing_but_keeps_its_memory():
    async def through_a_stall(params: Any, io: Io) -> Outcome:
        world.pulse.beat()
        world.seconds += 4.25
        return Outcome(Verdict.PASSED, phases={Timing.TLS: 4.0}, memory={"sequence": 6})

    world = World(through_a_stall)
    assert (await world.look()).outcome == Outcome(
        Verdict.INCONCLUSIVE,
        Reason.OWN_STALL,
        "our own loop stood still for 4.0 s",
        memory={"sequence": 6},
    )


def test_a_kind_is_the_name_of_a_module_of_probes():
    import probes.page

    assert probe_of("page") is probes.page.probe
