"""The daemon examines its own ways out: at the start, after a reload, and every hour; and while one is bad, sooner.

With the very responders that it holds: so what the metrics say is true of what would be used. Nobody is rung by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from checker.config.settings import Settings
from checker.doctor.examination import PART_WITHIN_S, Part, examine_held, is_well
from checker.responders.contract import Responder

LOOK_S = 1.0  # how often it is asked whether it is time
EVERY_S = 3600.0
AGAIN_S = 300.0  # while something is bad: it may be mended

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """What a daemon holds at this moment. A reload makes both anew."""

    settings: Settings
    responders: Mapping[str, Responder]


class Hourly:
    """Examines, again and again. `found` gets each part with whether it is well, and when."""

    def __init__(
        self,
        now: Callable[[], Held],
        found: Callable[[Mapping[str, bool], float], None],
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        within_s: float = PART_WITHIN_S,
    ) -> None:
        self._now = now
        self._found = found
        self._clock = clock
        self._monotonic = monotonic
        self._pause = pause
        self._within_s = within_s
        self._examined: Mapping[str, Responder] | None = None
        self._due_at = 0.0
        self._told: Mapping[str, str] = {}  # part → what the log knows to be bad

    async def run(self) -> None:
        """For ever."""
        while True:
            held = self._now()
            if held.responders is not self._examined or self._monotonic() >= self._due_at:
                await self._examine(held)
            await self._pause(LOOK_S)

    async def _examine(self, held: Held) -> None:
        parts = await examine_held(held.settings, held.responders, self._within_s)
        if self._now().responders is not held.responders:
            return  # a reload has closed them meanwhile: what was found is not true of the new ones
        self._examined = held.responders
        self._due_at = self._monotonic() + (EVERY_S if is_well(parts) else AGAIN_S)
        self._found({part.name: not part.bad for part in parts}, self._clock())
        self._say(parts)

    def _say(self, parts: list[Part]) -> None:
        """Once when a part becomes bad, or otherwise bad, and once when it is mended."""
        bad = {part.name: "; ".join(found.what for found in part.bad) for part in parts if part.bad}
        for name, what in bad.items():
            if self._told.get(name) != what:
                log.error("would not work", part=name, why=what)
        for name in self._told.keys() - bad.keys():
            log.info("works again", part=name)
        self._told = bad
