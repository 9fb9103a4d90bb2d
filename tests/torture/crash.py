"""Killed at every request that goes out and at every commit, once each: the story ends as if nothing had been."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from aiohttp import web

from tests.torture.case import Case, Seen
from tests.torture.forked import Forked
from tests.torture.stage import Stage, stage
from tests.torture.story import Story
from tests.torture.verdict import misses
from tests.torture.watch import Request, Watch
from tests.world.faults import Answer

POLLS = ("pagerduty incidents", "pagerduty oncalls")  # asked again and again: the first two will do
POLLS_MAX = 2
TRIES = 3  # a request or commit that a run happens not to make is waited for in another
ONCE = "one incident, one channel, each key and each message once, nothing lost"


class Killer(Watch):
    """Kills the daemon at one request: before anything came of it, or when all is done but the answer."""

    def __init__(self, here: Stage, at: Request, *, done: bool) -> None:
        super().__init__(here.world)
        self.has_struck = False
        self._here = here
        self._at = at
        self._done = done

    async def meet(
        self, which: Request, request: web.Request, answer: Answer
    ) -> web.StreamResponse:
        if which != self._at:
            return await answer()
        if self._done:
            await answer()
        self._here.daemon.signal(signal.SIGKILL)
        self.has_struck = True
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


@asynccontextmanager
async def forked(folder: Path, *dies: str) -> AsyncIterator[Stage]:
    """A stage with a daemon that starts quickly."""
    async with stage(folder) as here:
        here.daemon = Forked(folder, dies)
        yield here


async def judged(here: Stage) -> Seen:
    """Plays the story to its end, and says what is not as it should be."""
    await here.keep()
    await Story(here).play()
    wrong = await misses(here)
    return Seen("; ".join(wrong) or "the same", not wrong)


# ── at a request ──────────────────────────────────────────────────────────────────────────────


async def at_request(at: Request, done: bool, folder: Path) -> Seen:
    for attempt in range(TRIES):
        async with forked(folder / str(attempt)) as here:
            killer = Killer(here, at, done=done)
            seen = await judged(here)
            if not seen.is_right or killer.has_struck:
                return seen
    return Seen(f"no such request in {TRIES} runs", False)


async def requests_of_a_story(folder: Path) -> Counter[str]:
    async with forked(folder) as here:
        watch = Watch(here.world)
        seen = await judged(here)
        assert seen.is_right, seen.text
        return watch.seen


# ── at a commit ───────────────────────────────────────────────────────────────────────────────


async def at_commit(number: int, way: str, folder: Path) -> Seen:
    for attempt in range(TRIES):
        async with forked(folder / str(attempt), way, str(number)) as here:
            seen = await judged(here)
            if not seen.is_right or here.lives > 1:
                return seen
    return Seen(f"{TRIES} runs made fewer commits", True, times=0)


async def commits_of_a_story(folder: Path) -> int:
    counted = folder.with_suffix(".commits")
    async with forked(folder, "count", str(counted)) as here:
        seen = await judged(here)
        assert seen.is_right, seen.text
    return counted.read_text(encoding="ascii").count("\n")


# ── all of them ───────────────────────────────────────────────────────────────────────────────


async def cases(_: int | None = None) -> list[Case]:
    """One case for each request and each commit that the story makes when nobody kills it."""
    with tempfile.TemporaryDirectory() as folder:
        first, second, *commits = await asyncio.gather(
            requests_of_a_story(Path(folder) / "1"),
            requests_of_a_story(Path(folder) / "2"),
            commits_of_a_story(Path(folder) / "3"),
            commits_of_a_story(Path(folder) / "4"),
        )
    return [*_at_requests(first & second), *_at_commits(min(commits))]


def _at_requests(seen: Counter[str]) -> Iterator[Case]:
    for what, times in sorted(seen.items()):
        for nth in range(1, min(times, POLLS_MAX if what in POLLS else times) + 1):
            for done, when in ((False, "before it is done"), (True, "done, but not answered")):
                row = f"kill -9 at {what.partition(' ')[0]}'s request, {when}"
                run = partial(at_request, Request(what, nth), done)
                yield Case("crash", row, ONCE, run, f"{what} {nth}")


def _at_commits(commits: int) -> Iterator[Case]:
    for number in range(1, commits + 1):
        for way in ("before", "after"):
            run = partial(at_commit, number, way)
            yield Case("crash", f"kill -9 {way} a commit", ONCE, run, str(number))
