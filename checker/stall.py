"""The pulse of our own loop: when it stood still, what was being timed meanwhile says nothing.

A machine that freezes, or a piece of ours that blocks, makes every timer fire at once on waking:
answers that had long come look like timeouts.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

EVERY_S = 0.25  # between two beats
THRESHOLD_S = 1.0  # a beat that is later than this is a stall
STALLS_MAX = 64  # remembered; far more than fit into the longest look


@dataclass(frozen=True, slots=True)
class Stall:
    """The loop may have stood still at any moment between `start` and `end` (monotonic clock)."""

    start: float
    end: float
    seconds: float  # how late the beat was


class Pulse:
    """Beats on the loop, and notices when it could not."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        stalled: Callable[[float], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        threshold_s: float = THRESHOLD_S,
    ) -> None:
        """`stalled` is told the seconds of each stall, once it is over."""
        self._monotonic = monotonic
        self._stalled = stalled
        self._sleep = sleep
        self._threshold_s = threshold_s
        self._beaten_at: float | None = None
        self.stalls: deque[Stall] = deque(maxlen=STALLS_MAX)

    async def run(self) -> None:
        """Beat for ever."""
        self._beaten_at = self._monotonic()
        while True:
            await self._sleep(EVERY_S)
            self.beat()

    def beat(self) -> None:
        """The loop runs."""
        stall = self._since_last_beat()
        self._beaten_at = self._monotonic()
        if stall is not None:
            self.stalls.append(stall)
            if self._stalled is not None:
                self._stalled(stall.seconds)

    def straddled(self, start: float, end: float) -> float | None:
        """Seconds of the longest stall that touched the time from `start` to `end`, else None.

        To be asked at once at the end: when the loop wakes, a look's timer may fire before the
        pulse's own, so that a stall counts which no beat has told of yet.
        """
        ending = self._since_last_beat()
        stalls = [*self.stalls, ending] if ending is not None else [*self.stalls]
        touched = [s.seconds for s in stalls if s.start < end and start < s.end]
        return max(touched, default=None)

    def _since_last_beat(self) -> Stall | None:
        """The stall that is ending right now, if there is one."""
        if self._beaten_at is None:
            return None
        now = self._monotonic()
        late_s = now - self._beaten_at - EVERY_S
        return Stall(self._beaten_at, now, late_s) if late_s >= self._threshold_s else None
