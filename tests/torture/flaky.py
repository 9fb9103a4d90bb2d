"""Those who are told answer badly, half of the time: lost, refused, throttled, garbled. The story must not notice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from aiohttp import web

from tests.torture import ways
from tests.torture.case import Case, Seen
from tests.torture.crash import ONCE
from tests.torture.hurried import SCALE, hurried
from tests.torture.stage import Stage
from tests.torture.story import Story
from tests.torture.verdict import misses
from tests.torture.watch import Request, Watch
from tests.torture.ways import LATE_S, Way
from tests.world.faults import Answer

SHARE = 0.5  # of the requests
POLLS = ("pagerduty incidents", "pagerduty oncalls")  # spared: they are asked again anyway
STEP_S = 90.0  # for a step of the story
MARKS_MAX = 30  # change events have no key, and ring nobody: each lost answer is one more
# A page that rang, and whose answer was lost, gives way to the next: who was rung is counted by the rings.
REPLACED = ("summary", "page")

WAYS: dict[str, Way] = {
    "done, the answer lost": ways.lost,
    "cut before anything is done": ways.cut,
    f"done, answered {LATE_S} s late": ways.late,
    "done, answered 503": ways.failed_after,
    "answered 500": ways.status(500),
    "answered 429 with Retry-After": ways.throttled,
    "done, answered with somebody's HTML": ways.garbled,
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
        row = f"until it is closed, half of all requests to anybody are {name} (time 1:{SCALE})"
        yield Case("responders", row, ONCE, partial(played, name, way))


async def played(name: str, way: Way, folder: Path) -> Seen:
    """Badly until the incident is closed, and then well again."""
    async with hurried(folder) as here:
        flaky = Flaky(here, way, random.Random(name))
        await here.keep()
        story = Story(here, STEP_S)
        await story.until_closed()
        flaky.is_over = True
        await story.end()
        wrong = await misses(here, MARKS_MAX, REPLACED)
    return Seen("; ".join(wrong) or "the same", not wrong, flaky.struck)
