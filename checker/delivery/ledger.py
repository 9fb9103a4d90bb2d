"""What was settled and must be told: now, or again and again until it was heard."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from checker.store.faults import Fenced

OWED_MAX = 1000  # tellings kept; the oldest go, and are done again after a restart
AGAIN_S = 5.0  # between two rounds
LAST_S = 2.0  # for the last round, at the end

Telling = Callable[[], Awaitable[None]]  # harmless when repeated

log = structlog.get_logger(__name__)


class Ledger:
    """Keeps tellings that failed (the disk is full, the store is busy) and repeats them."""

    def __init__(self, pause: Callable[[float], Awaitable[None]]) -> None:
        self._pause = pause
        self._owed: deque[Telling] = deque()
        self._task: asyncio.Task[None] | None = None
        self._trouble: str | None = None

    def __len__(self) -> int:
        return len(self._owed)

    async def tell(self, telling: Telling) -> None:
        """Now; what fails is owed. Never raises."""
        if not await self._heard(telling):
            self.owe(telling)

    def owe(self, telling: Telling) -> None:
        """Soon, without waiting for it."""
        if len(self._owed) >= OWED_MAX:
            log.error("too much could not be told, the oldest is given up", owed=OWED_MAX)
            self._owed.popleft()
        self._owed.append(telling)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._repeat())

    def forget(self) -> None:
        """What is owed is another's business now."""
        self._owed.clear()

    async def close(self) -> None:
        """One last round, no longer than LAST_S."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_S):
                await self._round()

    async def _repeat(self) -> None:
        await self._round()
        while self._owed:
            await self._pause(AGAIN_S)
            await self._round()

    async def _round(self) -> None:
        for _ in range(len(self._owed)):
            if not self._owed:
                return  # forgotten meanwhile
            telling = self._owed.popleft()
            heard = False
            try:
                heard = await self._heard(telling)
            finally:
                if not heard:
                    self._owed.append(telling)

    async def _heard(self, telling: Telling) -> bool:
        try:
            await telling()
        except Fenced:
            return True  # another leads: it finds out by itself what was done
        except Exception as error:
            self._note(type(error).__name__)
            return False
        self._note(None)
        return True

    def _note(self, trouble: str | None) -> None:
        """Logs when trouble begins and when it ends; its kind only, for its text may hold a secret."""
        if trouble and not self._trouble:
            log.warning("could not tell what was settled, will repeat", error=trouble)
        if self._trouble and not trouble:
            log.info("what was settled could be told again")
        self._trouble = trouble
