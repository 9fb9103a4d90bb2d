"""The metrics as text: rendered in a thread, once for all who ask at the same time, kept for a second.

5,000 series are tens of milliseconds of work; on the loop they would delay looks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client.exposition import choose_encoder

from checker.metrics.metrics import Metrics

KEEP_S = 1.0

_OPENMETRICS = "application/openmetrics-text"
_TEXT = "text/plain"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """What is sent: bytes and their Content-Type."""

    body: bytes
    content_type: str


class Shared(Generic[T]):
    """One thing that is made in a thread, and shared by all who ask while it is fresh.

    `prepare` runs on the loop and takes what `make` reads; `make` runs in the thread.
    """

    def __init__(
        self,
        prepare: Callable[[], T],
        make: Callable[[T], Page],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._prepare = prepare
        self._make = make
        self._monotonic = monotonic
        self._made_at = 0.0
        self._task: asyncio.Task[Page] | None = None

    async def get(self) -> Page:
        """The page, at most KEEP_S old. Raises what `prepare` or `make` raises, and keeps no failure."""
        if self._task is None or self._stale(self._task):
            self._task = asyncio.create_task(self._render())
        return await asyncio.shield(self._task)  # one who leaves takes it from nobody else

    async def _render(self) -> Page:
        page = await asyncio.to_thread(self._make, self._prepare())
        self._made_at = self._monotonic()
        return page

    def _stale(self, task: asyncio.Task[Page]) -> bool:
        if not task.done():
            return False
        failed = task.cancelled() or task.exception() is not None
        return failed or self._monotonic() - self._made_at >= KEEP_S


class Exposition:
    """`/metrics`, in the text format or in OpenMetrics, whichever the reader prefers."""

    def __init__(self, metrics: Metrics, monotonic: Callable[[], float] = time.monotonic) -> None:
        def shared(accept: str) -> Shared[None]:
            encode, content_type = choose_encoder(accept)
            return Shared(
                metrics.snapshot,
                lambda _: Page(encode(metrics.registry), content_type),
                monotonic,
            )

        self._openmetrics = shared(f"{_OPENMETRICS}; version=1.0.0")
        self._text = shared(_TEXT)

    async def render(self, accept: str) -> Page:
        """`accept` is the request's Accept header; what it says can choose, but names no third form."""
        return await (self._openmetrics if _prefers_openmetrics(accept) else self._text).get()


def _prefers_openmetrics(accept: str) -> bool:
    try:
        _, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is none
        return False
    return content_type.startswith(_OPENMETRICS)
