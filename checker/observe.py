"""From a check to an Observation: one look, stamped, and our own troubles told from the target's."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, cast

import structlog

from checker.core.model import Observation
from checker.stall import Pulse
from probes.contract import Io, Outcome, Probe, ProbeParams, Reason, Target, Verdict
from probes.wire.fetch import Wire

BELT_S = 2.0  # beyond the timeout, which the wire keeps: for a probe that hangs by itself

log = structlog.get_logger()


@cache
def probe_of(kind: str) -> Probe:
    """The `probe` of `probes.<kind>`. ImportError or AttributeError if there is none."""
    return cast("Probe", import_module(f"probes.{kind}").probe)


class Observer:
    """This location's eyes."""

    def __init__(
        self,
        location: str,
        wire: Wire,
        pulse: Pulse,
        wall: Callable[[], datetime],
        monotonic: Callable[[], float],
        probes: Callable[[str], Probe] = probe_of,
    ) -> None:
        """`wall` tells the time in UTC, `monotonic` is the clock that `pulse` goes by."""
        self._location = location
        self._wire = wire
        self._pulse = pulse
        self._wall = wall
        self._monotonic = monotonic
        self._probes = probes

    async def look(
        self,
        name: str,
        kind: str,
        params: ProbeParams,
        target: Target | None,
        timeout_s: float,
        memory: Mapping[str, Any],
        scheduled: bool,
    ) -> Observation:
        """Look once. Ends within `timeout_s` and BELT_S; raises nothing but CancelledError.

        Its time is that of the start: a look that hangs tells of the moment when it began.
        """
        at, start = self._wall().timestamp(), self._monotonic()
        line = self._wire.line(timeout_s)
        io = Io(
            target=target,
            timeout_s=timeout_s,
            fetch=line.fetch,
            dial=line.dial,
            resolve=line.resolve,
            now=self._wall,
            memory=memory,
        )
        outcome = await self._guarded(name, kind, params, io)
        end = self._monotonic()
        stall_s = self._pulse.straddled(start, end)
        if stall_s is not None:
            outcome = _stalled(outcome, stall_s)
        return Observation(name, self._location, at, outcome, end - start, scheduled)

    async def _guarded(self, name: str, kind: str, params: ProbeParams, io: Io) -> Outcome:
        """What the probe says; INCONCLUSIVE when it breaks or hangs, which is a bug of ours."""
        try:
            async with asyncio.timeout(io.timeout_s + BELT_S):
                return await self._probes(kind)(params, io)
        except Exception as error:
            where = _where(error)
            log.error("probe_broke", check=name, kind=kind, where=where)
            return Outcome(Verdict.INCONCLUSIVE, Reason.OWN_FAULT, f"the probe broke: {where}")


def _where(error: Exception) -> str:
    """Type and place. Not the message: it may quote what must stay secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    file = place.filename.rpartition("/")[2]
    return f"{type(error).__name__} at {file}:{place.lineno}"


def _stalled(outcome: Outcome, seconds: float) -> Outcome:
    """Nothing was measured while we stood still. What the probe did, it did: its memory stays."""
    return Outcome(
        Verdict.INCONCLUSIVE,
        Reason.OWN_STALL,
        f"our own loop stood still for {seconds:.1f} s",
        memory=outcome.memory,
    )
