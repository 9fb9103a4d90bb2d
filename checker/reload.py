"""Takes up an edited config while the daemon runs: load, and only if that went well, swap."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

Loaded = TypeVar("Loaded")

SETTLE_S = 1.0  # files that change within this are still being written


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a reload. `text` is for people: all errors, if it went wrong."""

    ok: bool
    text: str


class Reloader(Generic[Loaded]):
    """Reloads when asked, and when the content of the config changes.

    Content is compared by digest, never by time or by watching files: Kubernetes swaps a
    symlink above them. `load` and `digest` run in a thread; whatever they or `swap` raise is
    told by `report(ok, text)` and leaves things as they were, so `swap` must be all or nothing.
    What is broken is tried again at each comparison (it may lack a secret's file that comes later),
    and told once.
    """

    def __init__(
        self,
        path: Path,
        *,
        load: Callable[[Path], Loaded],
        digest: Callable[[Path], str],
        swap: Callable[[Loaded], Awaitable[None]],
        report: Callable[[bool, str], None],
        running: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`running` is the digest of what the daemon was started with."""
        self._path = path
        self._load = load
        self._digest = digest
        self._swap = swap
        self._report = report
        self._running = running
        self._refused: tuple[str, str] | None = None  # content and why, if it is broken
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._asks = 0
        self._answered = 0  # the newest request that `_last` answers
        self._last = Reloaded(True, "")

    @property
    def refused(self) -> str:
        """Why the config as it stands is not the one that runs, for people; empty: it is."""
        return self._refused[1] if self._refused else ""

    async def reload(self) -> Reloaded:
        """Reloads now, even if nothing has changed: a secret's file may have. Never raises.

        Requests take turns; those that wait for one share the next, so a flood costs two loads.
        """
        self._asks += 1
        ask = self._asks
        async with self._turn:
            if self._answered < ask:
                answers = self._asks
                self._last = await self._try(await self._content(), asked=True)
                self._answered = answers
            return self._last

    async def follow(self, every_s: float) -> None:
        """Compares the content every so many seconds and takes up what is new, until cancelled."""
        while True:
            await self._sleep(every_s)
            await self.compare()

    async def compare(self) -> None:
        """Takes up the content if it is new and nobody is writing it any more."""
        async with self._turn:
            content = await self._content()
            if content == self._running and self._refused is None:
                return
            await self._sleep(SETTLE_S)
            if await self._content() == content:
                await self._try(content, asked=False)

    async def _content(self) -> str:
        """The content's digest, or why there is none."""
        try:
            return await asyncio.to_thread(self._digest, self._path)
        except Exception as error:  # a folder that is away for a moment, no right to read
            return f"unreadable: {error}"

    async def _try(self, content: str, asked: bool) -> Reloaded:
        result = await self._load_and_swap()
        refused = None if result.ok else (content, result.text)
        if result.ok or asked or refused != self._refused:
            self._report(result.ok, result.text)
        self._refused = refused
        if result.ok:
            self._running = content
        return result

    async def _load_and_swap(self) -> Reloaded:
        try:
            loaded = await asyncio.to_thread(self._load, self._path)
            await self._swap(loaded)
        except Exception as error:  # whatever it is, we go on with what we have
            return Reloaded(False, str(error) or type(error).__name__)
        return Reloaded(True, "config reloaded")
