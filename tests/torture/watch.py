"""Sees what the daemon asks of those who are told, before it is answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import NamedTuple

from aiohttp import web

from tests.world.faults import Answer
from tests.world.world import World


class Request(NamedTuple):
    """The `nth` request of that kind, as in ("slack chat.postMessage", 3)."""

    what: str
    nth: int


class Watch:
    """Sees each request that goes out to those who are told, before it is answered."""

    def __init__(self, world: World) -> None:
        self.seen: Counter[str] = Counter()
        places = {
            "pagerduty": world.pagerduty,
            "slack": world.slack,
            "uptimerobot": world.uptimerobot,
            "customers": world.customers,
            "banner": world.us.app,
        }
        for place, fake in places.items():
            fake.toll = partial(self._pass, place)

    async def _pass(
        self, place: str, name: str, request: web.Request, answer: Answer
    ) -> web.StreamResponse:
        if place == "banner" and not name.startswith("banner"):
            return await answer()  # a look of the probes
        what = f"{place} {request.match_info.get('method') or name}"
        self.seen[what] += 1
        return await self.meet(Request(what, self.seen[what]), request, answer)

    async def meet(
        self, which: Request, request: web.Request, answer: Answer
    ) -> web.StreamResponse:
        return await answer()


class Bell(Watch):
    """Says when PagerDuty is asked to page. That the doctor's own key is resolved, at the start, is no page."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.asked = asyncio.Event()

    async def meet(
        self, which: Request, request: web.Request, answer: Answer
    ) -> web.StreamResponse:
        if which.what == "pagerduty enqueue":
            asked_to = (await request.json())["event_action"]
            if asked_to == "trigger":
                self.asked.set()
        return await answer()


class Lookout:
    """Says when a look is under way at the US cloud's app, before it is answered."""

    def __init__(self, world: World) -> None:
        self.asked = asyncio.Event()
        world.us.app.toll = self._pass

    async def _pass(self, _: str, __: web.Request, answer: Answer) -> web.StreamResponse:
        self.asked.set()
        return await answer()
