"""When each check is looked at. APScheduler lives here only.

A check has its own slots, whose phase nothing moves; its first look comes within a minute, however
rare they are. While it is in doubt there are extra looks between them. A look is a task of ours: APScheduler only says that it is time, so that a look
which hangs is in nobody's way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from checker.clock import Grid, StepWatch
from checker.course import Course, Slot, Turn, offset

__all__ = ["Scheduler", "Slot", "offset"]

CLOCK_CHECK_S = 0.5  # how often the wall clock is compared with the monotonic one
GRACE_S = 1.0  # for a cancelled look to end

log = structlog.get_logger(__name__)


class _GridTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Slots of a grid. Its own interval trigger would walk through each slot of a day's sleep."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return _moment(self.grid.after(now.timestamp()))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Scheduler:
    """Starts looks. `launch(check, scheduled)` makes one and hands on what it saw.

    `launch` is cancelled when its check is removed, or at the end of a drain. Extra looks have
    `scheduled` False: a share of failures that counted them would be biased.
    Told: `lagged(check, seconds)` for each look that is due, `skipped(check, why)` for one that is left out,
    `stepped(seconds)` when the wall clock was set.
    """

    def __init__(
        self,
        launch: Callable[[str, bool], Awaitable[None]],
        *,
        lagged: Callable[[str, float], None],
        skipped: Callable[[str, str], None],
        stepped: Callable[[float], None],
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._launch = launch
        self._lagged = lagged
        self._skipped = skipped
        self._stepped = stepped
        self._wall = wall
        self._monotonic = monotonic
        self._courses: dict[str, Course] = {}
        self._flights: dict[asyncio.Task[None], Course] = {}
        self._scheduled_jobs: dict[str, Any] = {}
        self._extra_jobs: dict[str, Any] = {}
        self._clock = StepWatch(wall, monotonic)
        self._clock_task: asyncio.Task[None] | None = None
        self._draining = False
        self._apscheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Starts the schedule on the running loop."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # two lines a look
        self._apscheduler.start()
        self._clock_task = asyncio.create_task(self._watch_clock())

    def plan(self, slots: Mapping[str, Slot]) -> None:
        """Makes this the plan. An unchanged check notices nothing; a removed one's looks are cancelled.

        Extra looks go on as they are until `pace` says otherwise.
        """
        for check in self._courses.keys() - slots.keys():
            self._remove(check)
        for check, slot in slots.items():
            course = self._courses.get(check)
            if course is None or course.slot != slot:
                self._place(check, slot)

    def pace(self, wanted: Mapping[str, float]) -> None:
        """Seconds between looks that are asked for, by check; who is missing keeps to the schedule."""
        for check in self._extra_jobs.keys() | wanted.keys():
            course = self._courses.get(check)
            if course is not None:
                self._follow_pace(check, course, wanted.get(check, course.slot.every_s))

    async def drain(self, deadline_s: float) -> None:
        """Starts no more looks, waits this long for those in flight, cancels the rest, stops."""
        self._draining = True
        if self._clock_task is not None:
            self._clock_task.cancel()
        if self._apscheduler.running:
            self._apscheduler.pause()
        if self._flights:
            _, late = await asyncio.wait(set(self._flights), timeout=deadline_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=GRACE_S)
        if self._apscheduler.running:
            self._apscheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # it shuts down in the loop's next round

    def due_at(self, check: str) -> float:
        """When the check's next slot is (seconds since the epoch). KeyError if it is not planned."""
        due: datetime = self._scheduled_jobs[check].next_run_time
        return due.timestamp()

    async def due(self, check: str, scheduled: bool) -> None:
        """It is time for a look. Returns at once: the look is a task of its own."""
        course = self._courses.get(check)
        if course is None or self._draining:
            return
        now = self._wall()
        lag = course.lag(scheduled, now)
        if lag is not None:
            self._lagged(check, lag)
        turn = course.turn(scheduled, now)
        if turn is Turn.LOOK:
            self._start_look(check, course, scheduled)
        elif turn is Turn.WAIT:
            course.waiting = scheduled
        elif turn is not Turn.YIELD:
            self._skipped(check, turn.value)

    def follow_clock(self) -> None:
        """When the wall clock was set, either way, computes anew when each job is next due.

        Without this, a clock set back by an hour is an hour without a look (apscheduler#752).
        """
        seconds = self._clock.step()
        if not seconds:
            return
        self._stepped(seconds)
        now = self._wall()
        for check, job in self._scheduled_jobs.items():
            job.modify(next_run_time=_moment(self._courses[check].next_after(now)))
        for job in self._extra_jobs.values():
            job.modify(next_run_time=_moment(job.trigger.grid.after(now)))

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_CHECK_S)
            self.follow_clock()

    def _place(self, check: str, slot: Slot) -> None:
        """A check that is new, or has a new slot. Its looks in flight go on."""
        if check in self._courses:
            self._scheduled_jobs.pop(check).remove()
        course = self._courses.setdefault(check, Course(slot))
        course.slot = slot
        first = course.next_after(self._wall())
        self._scheduled_jobs[check] = self._add_job(check, slot.grid, first, True)

    def _remove(self, check: str) -> None:
        self._drop_extra(check)
        self._scheduled_jobs.pop(check).remove()
        course = self._courses.pop(check)
        for task in [t for t, c in self._flights.items() if c is course]:
            task.cancel()  # nothing comes late from a check that is no longer watched

    def _follow_pace(self, check: str, course: Course, wanted_s: float) -> None:
        """Begins, changes or ends the extra looks at one check."""
        slot = course.slot
        every_s = max(wanted_s, slot.recheck_s)
        present_s = course.extra.every_s if course.extra else slot.every_s
        if min(every_s, slot.every_s) == present_s:
            return
        self._drop_extra(check)
        if every_s < slot.every_s:
            first = course.first_extra(every_s, self._wall(), self._monotonic())
            course.extra = Grid(every_s, first % every_s)
            job = self._add_job(check, course.extra, first, False)
            self._extra_jobs[check] = job

    def _drop_extra(self, check: str) -> None:
        job = self._extra_jobs.pop(check, None)
        if job is not None:
            job.remove()
            self._courses[check].extra = None

    def _add_job(self, check: str, grid: Grid, first: float, scheduled: bool) -> Any:
        return self._apscheduler.add_job(
            self.due,
            _GridTrigger(grid),
            args=(check, scheduled),
            next_run_time=_moment(first),
        )

    def _start_look(self, check: str, course: Course, scheduled: bool) -> None:
        course.began(self._monotonic())
        task = asyncio.create_task(self._look(check, scheduled), name=check)
        self._flights[task] = course
        task.add_done_callback(partial(self._look_ended, check))

    async def _look(self, check: str, scheduled: bool) -> None:
        try:
            await self._launch(check, scheduled)
        except Exception:  # a bug of ours costs one look, never the schedule
            log.exception("a look broke", check=check)

    def _look_ended(self, check: str, task: asyncio.Task[None]) -> None:
        course = self._flights.pop(task)
        waiting = course.ended()
        watched = self._courses.get(check) is course and not self._draining
        if waiting is not None and watched:
            self._start_look(check, course, waiting)
