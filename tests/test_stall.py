"""When our own loop stood still, by a clock in the test's hand."""

from __future__ import annotations

import asyncio

import pytest

from checker.stall import EVERY_S, STALLS_MAX, Pulse


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Rhythm:
    """A sleep that takes as long as it is told, and ends the pulse when it has nothing more."""

    def __init__(self, clock: Clock, *naps: float) -> None:
        self._clock = clock
        self._naps = list(naps)

    async def __call__(self, seconds: float) -> None:
        if not self._naps:
            raise asyncio.CancelledError
        self._clock.now += seconds + self._naps.pop(0)


async def beaten(*late_s: float) -> tuple[Clock, Pulse]:
    """A pulse from 100 on, whose beats came so many seconds late."""
    clock = Clock()
    pulse = Pulse(clock, sleep=Rhythm(clock, *late_s))
    with pytest.raises(asyncio.CancelledError):
        await pulse.run()
    return clock, pulse


async def test_an_even_pulse_has_no_stall():
    _, pulse = await beaten(0.0, 0.0, 0.5)
    assert pulse.straddled(100.0, 101.0) is None
    assert not pulse.stalls


async def test_a_look_over_a_stall_straddles_it_for_as_long_as_it_was():
    _, pulse = await beaten(0.0, 3.0)  # between 100.25 and 103.5
    assert pulse.straddled(100.0, 103.6) == 3.0


@pytest.mark.parametrize(
    ("start", "end", "touched"),
    [
        (99.0, 100.0, False),
        (100.0, 100.2, False),
        (101.0, 102.0, True),
        (103.4, 110.0, True),
        (103.5, 110.0, False),
    ],
)
async def test_only_the_time_of_the_stall_counts(start, end, touched):
    _, pulse = await beaten(0.0, 3.0, 0.0)
    assert (pulse.straddled(start, end) is not None) is touched


async def test_a_stall_that_is_only_now_ending_counts_before_the_pulse_has_beaten():
    clock, pulse = await beaten(0.0)
    clock.now += 5.0
    assert pulse.straddled(100.0, clock.now) == 5.0 - EVERY_S


async def test_the_longest_of_several_stalls_is_told():
    clock, pulse = await beaten(2.0, 4.0, 1.0)
    assert pulse.straddled(100.0, clock.now) == 4.0


async def test_a_beat_that_is_a_little_late_is_no_stall():
    clock, pulse = await beaten(0.99)
    assert pulse.straddled(100.0, clock.now) is None


async def test_each_stall_is_told_once_it_is_over():
    clock, told = Clock(), []
    pulse = Pulse(clock, stalled=told.append, sleep=Rhythm(clock, 0.0, 2.0, 0.0))
    with pytest.raises(asyncio.CancelledError):
        await pulse.run()
    assert told == [2.0]


async def test_no_more_stalls_are_remembered_than_that():
    _, pulse = await beaten(*[2.0] * (STALLS_MAX + 1))
    assert len(pulse.stalls) == STALLS_MAX


def test_a_pulse_that_does_not_run_knows_of_no_stall():
    assert Pulse(Clock()).straddled(0.0, 1000.0) is None


async def test_a_real_loop_beats():
    beating = asyncio.ensure_future((pulse := Pulse(asyncio.get_running_loop().time)).run())
    await asyncio.sleep(0)
    assert pulse.straddled(0.0, asyncio.get_running_loop().time()) is None
    beating.cancel()
    await asyncio.wait([beating])
