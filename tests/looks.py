"""Looks for the scheduler to make, and clocks that are moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from checker.scheduler import Scheduler


class Hand:
    """A clock that is moved by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Looks:
    """Looks that are made: each waits on its check's event, if it has one."""

    def __init__(self) -> None:
        self.holds: dict[str, asyncio.Event] = {}
        self.started: list[tuple[str, bool]] = []
        self.ended: list[str] = []
        self.lags: list[tuple[str, float]] = []
        self.skips: list[tuple[str, str]] = []
        self.steps: list[float] = []
        self._more = asyncio.Condition()

    async def __call__(self, check: str, scheduled: bool) -> None:
        self.started.append((check, scheduled))
        async with self._more:
            self._more.notify_all()
        if check in self.holds:
            await self.holds[check].wait()
        self.ended.append(check)

    async def until(self, enough: Callable[[], bool]) -> None:
        async with self._more:
            await self._more.wait_for(enough)


async def settle() -> None:
    """Lets everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


def make(
    looks: Looks,
    launch: Callable[[str, bool], Awaitable[None]] | None = None,
    **clocks: Callable[[], float],
) -> Scheduler:
    return Scheduler(
        launch or looks,
        lagged=lambda check, seconds: looks.lags.append((check, seconds)),
        skipped=lambda check, why: looks.skips.append((check, why)),
        stepped=looks.steps.append,
        **clocks,
    )
