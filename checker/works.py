"""What goes on for as long as the daemon does, and what happens when a part of it ends all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Works:
    """Parts that must never end. The first to do so stands in `fallen`: time to stop and be restarted."""

    def __init__(self) -> None:
        self.fallen: asyncio.Queue[BaseException] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def end(self) -> None:
        """Every part is cancelled and waited for."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part that goes on for ever has ended: that is a bug, and must not pass in silence."""
        self._tasks.discard(task)
        if not task.cancelled():
            fault = task.exception() or RuntimeError("a part that goes on for ever has ended")
            log.critical("a part has fallen", exc_info=fault)
            self.fallen.put_nowait(fault)
