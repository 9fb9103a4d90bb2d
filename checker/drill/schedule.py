"""Drills that nobody has to think of: as often as the config says, and not while an incident is live.

What drills came to is remembered in the store and told to the metrics; also of those that were made by hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from checker.config.settings import Settings
from checker.drill.drill import drill
from checker.drill.memory import Remembered, keep, recall
from checker.drill.plan import drilled
from checker.drill.report import Report
from checker.store.faults import StoreError
from checker.store.store import Store

LOOK_S = 30.0  # how often it is asked whether it is time

log = structlog.get_logger(__name__)


class Counts(Protocol):
    """The part of the metrics that is told of drills."""

    def drilled(
        self, ok: bool | None, succeeded_at: float | None, every_s: float | None
    ) -> None: ...
    def store_failed(self, operation: str) -> None: ...


class Schedule:
    """Drills when it is time. `is_busy`: whether people have something better to do."""

    def __init__(
        self,
        now: Callable[[], Settings],
        store: Store,
        counts: Counts,
        *,
        is_busy: Callable[[], bool],
        clock: Callable[[], float],
        make: Callable[[Settings], Awaitable[Report]] = drill,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._store = store
        self._counts = counts
        self._is_busy = is_busy
        self._clock = clock
        self._make = make
        self._pause = pause
        self._warned = False

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self._look()
            except StoreError:
                self._counts.store_failed(
                    "drill"
                )  # without its memory it would drill again and again
            await self._pause(LOOK_S)

    async def _look(self) -> None:
        settings, known = self._now(), await recall(self._store)
        self._tell(known, settings)
        if is_due(known, settings.drill_every_s, self._clock()) and not self._is_busy():
            await self._drill(settings, known)

    async def _drill(self, settings: Settings, known: Remembered) -> None:
        if not drilled(settings):
            self._warn()
            return
        begun = known.begun(self._clock())
        await keep(self._store, begun)
        try:
            ended = known.after(report := await self._make(settings))
        except Exception as fault:
            # The kind only: the text of a foreign error may hold a token.
            log.critical("the drill broke", fault=type(fault).__name__)
            ended = begun
        else:
            _say(report)
        await keep(self._store, ended)
        self._tell(ended, settings)

    def _tell(self, known: Remembered, settings: Settings) -> None:
        ok = None if known.at is None else known.ok
        self._counts.drilled(ok, known.succeeded_at, settings.drill_every_s)

    def _warn(self) -> None:
        if not self._warned:
            log.warning("no drill", why="drill.every is set, but no responder has `drill: true`")
        self._warned = True


def is_due(known: Remembered, every_s: float | None, now: float) -> bool:
    """Whether it is time. A drill in the future was made by a clock that was wrong."""
    if every_s is None:
        return False
    return known.at is None or not 0 <= now - known.at < every_s


def _say(report: Report) -> None:
    failed = [f"{step.what}: {step.said}" for step in report.steps if not step.ok]
    if failed:
        log.error("the drill failed", steps=failed)
    else:
        log.info("the drill went well", steps=len(report.steps))
