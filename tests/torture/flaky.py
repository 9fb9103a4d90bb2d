"""Those who are told answer badly, half of the time: lost, refused, throttled, garbled. The story must not notice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

from aiohttp import web

from tests.torture.case import Case, Seen
from tests.torture.crash import ONCE, forked
from tests.torture.stage import Stage
from tests.torture.story import Story
from tests.torture.verdict import misses
from tests.torture.watch import Request, Watch
from tests.world.faults import Answer

SHARE = 0.5  # of the requests
POLLS = ("pagerduty incidents", "pagerduty oncalls")  # spared: they are asked again anyway
ROOM_SHARE = (
    0.2  # of Slack's: to open a room takes six requests, all of which must be answered in one go
)
STEP_S = 120.0  # for a step of the story: after some failures it is tried again after half a minute
HANG_S = 3.0
MARKS_MAX = 30  # change events have no key, and ring nobody: each lost answer is one more

Way = Callable[[web.Request, Answer], Awaitable[web.StreamResponse]]


async def lost(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, and the connection is cut in place of an answer."""
    await answer()
    return _cut(request)


async def cut(request: web.Request, answer: Answer) -> web.StreamResponse:
    """The connection is cut, and nothing is done."""
    return _cut(request)


async def late(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done at once, and answered too late."""
    made = await answer()
    await asyncio.sleep(HANG_S)
    return made


async def failed_after(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, and the answer is 503."""
    await answer()
    return web.Response(status=503)


async def failed(request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(status=500)


async def throttled(request: web.Request, answer: Answer) -> web.StreamResponse:
    said = {"ok": False, "error": "ratelimited"}
    return web.json_response(said, status=429, headers={"Retry-After": "1"})


async def garbled(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, and a proxy answers with a page of its own."""
    await answer()
    return web.Response(status=502, text="<h1>Bad gateway</h1>", content_type="text/html")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


WAYS: dict[str, Way] = {
    "done, the answer lost": lost,
    "cut before anything is done": cut,
    f"done, answered {HANG_S:.0f} s late": late,
    "done, answered 503": failed_after,
    "answered 500": failed,
    "answered 429 with Retry-After": throttled,
    "done, answered with somebody's HTML": garbled,
}


class Flaky(Watch):
    """Answers that share of the requests in that way."""

    def __init__(self, here: Stage, way: Way, dice: random.Random) -> None:
        super().__init__(here.world)
        self.struck = 0
        self.is_over = False
        self._way = way
        self._dice = dice

    async def meet(
        self, which: Request, request: web.Request, answer: Answer
    ) -> web.StreamResponse:
        if self.is_over or which.what in POLLS or self._dice.random() >= SHARE:
            return await answer()
        self.struck += 1
        return await self._way(request, answer)


def cases() -> Iterator[Case]:
    for name, way in WAYS.items():
        row = f"until it is closed, half of all requests to anybody are {name}"
        yield Case("responders", row, ONCE, partial(played, way))


async def played(way: Way, folder: Path) -> Seen:
    """Badly until the incident is closed, and then well again."""
    async with forked(folder) as here:
        flaky = Flaky(here, way, random.Random(way.__name__))
        await here.keep()
        story = Story(here, STEP_S)
        await story.until_closed()
        flaky.is_over = True
        await story.end()
        wrong = await misses(here, marks=MARKS_MAX)
    return Seen("; ".join(wrong) or "the same", not wrong, flaky.struck)
