"""Ways in which those who are told do not do as they are asked, and how often they are asked meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

from aiohttp import web

from tests.torture.stage import Stage
from tests.torture.watch import Request, Watch
from tests.world.faults import Answer

LATE_S = 1.5  # longer than an answer is waited for
RETRY_AFTER_S = 4  # as Slack says it

Way = Callable[[web.Request, Answer], Awaitable[web.StreamResponse]]


# ── it is done ────────────────────────────────────────────────────────────────────────────────


async def lost(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, and the connection is cut in place of an answer."""
    await answer()
    return _cut(request)


async def late(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done at once, and answered too late."""
    made = await answer()
    await asyncio.sleep(LATE_S)
    return made


async def failed_after(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, and the answer is 503."""
    await answer()
    return web.Response(status=503)


async def garbled(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, and a proxy answers with a page of its own."""
    await answer()
    return web.Response(status=502, text="<h1>Bad gateway</h1>", content_type="text/html")


# ── it is not done ────────────────────────────────────────────────────────────────────────────


async def cut(request: web.Request, answer: Answer) -> web.StreamResponse:
    return _cut(request)


async def hung(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is never answered."""
    await asyncio.Event().wait()
    raise AssertionError("never")


async def throttled(request: web.Request, answer: Answer) -> web.StreamResponse:
    said = {"ok": False, "error": "ratelimited"}
    wait = {"Retry-After": str(RETRY_AFTER_S)}
    return web.json_response(said, status=429, headers=wait)


async def html(request: web.Request, answer: Answer) -> web.StreamResponse:
    """200, and somebody's page."""
    return web.Response(text="<h1>Log in to the guests' network</h1>", content_type="text/html")


async def empty(request: web.Request, answer: Answer) -> web.StreamResponse:
    """200, and nothing."""
    return web.Response()


async def refused_event(request: web.Request, answer: Answer) -> web.StreamResponse:
    """PagerDuty's way to refuse an event for its shape."""
    said = {"status": "invalid event", "errors": ["'payload' is invalid"]}
    return web.json_response(said, status=400)


def status(code: int) -> Way:
    async def way(request: web.Request, answer: Answer) -> web.StreamResponse:
        return web.Response(status=code)

    return way


def says(word: str) -> Way:
    """Slack's way to refuse."""

    async def way(request: web.Request, answer: Answer) -> web.StreamResponse:
        return web.json_response({"ok": False, "error": word})

    return way


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


# ── when ──────────────────────────────────────────────────────────────────────────────────────


class Spoilt(Watch):
    """Answers in that way whatever begins as one of `names` does: "slack", "pagerduty enqueue"."""

    def __init__(self, here: Stage, way: Way, *names: str) -> None:
        super().__init__(here.world)
        self.is_over = False
        self.asked: list[tuple[str, float]] = []  # what was spoilt, and when
        self._way = way
        self._names = names

    async def meet(
        self, which: Request, request: web.Request, answer: Answer
    ) -> web.StreamResponse:
        if self.is_over or not which.what.startswith(self._names):
            return await answer()
        self.asked.append((which.what, time.monotonic()))
        return await self._way(request, answer)

    def most_in(self, span_s: float, *names: str) -> int:
        """The most requests that came in any such span to one of the names; to one place, if none is named."""
        places = names or {what.partition(" ")[0] for what, _ in self.asked}
        windows = (some for place in places for some in self._windows(span_s, place))
        return max(map(len, windows), default=0)

    def _windows(self, span_s: float, name: str) -> Iterator[list[float]]:
        at = [when for what, when in self.asked if what.startswith(name)]
        for start in at:
            yield [when for when in at if start <= when < start + span_s]
