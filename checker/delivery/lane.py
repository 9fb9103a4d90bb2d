"""What must be done in order by one responder for one incident, and when to try again."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from checker.core.model import RINGS, Duty, Effect
from checker.store.rows import Pending

LANE_MAX = 500  # waiting effects; beyond, the oldest posts go
FIRST_S = 1.0  # the longest wait after a first failure; doubles with each further one
LONGEST_S = 60.0  # and never grows beyond this
# What a Retry-After is believed. A page comes back after a minute whatever the other side asked:
# PagerDuty's limits are by the minute, and a page held back for longer is a page lost.
ASKED_MAX_S = 900.0

RINGING = frozenset({*RINGS, Duty.RESOLVE})
NEWER = "a newer one replaces it"
FULL = f"given up: more than {LANE_MAX} effects were waiting"


class Key(NamedTuple):
    """What rings has a lane apart from what talks: it waits for nothing else."""

    responder: str
    incident: str
    rings: bool

    @classmethod
    def of(cls, effect: Effect) -> Key:
        return cls(effect.responder, effect.incident, effect.duty in RINGING)


Gone = list[tuple[Pending, str]]  # what need not be done any more, and why


@dataclass(slots=True)
class Lane:
    """Effects in the order in which they were decided; only the first is ever tried."""

    key: Key
    queue: deque[Pending] = field(default_factory=deque)
    trying: Pending | None = None  # taken from the queue while the try runs
    task: asyncio.Task[None] | None = None
    failures: int = 0  # tries in a row that did not end well
    wait_s: float = 0.0  # before the next try

    def all(self) -> Iterator[Pending]:
        """Everything that is not settled, in order."""
        if self.trying is not None:
            yield self.trying
        yield from self.queue

    def take(self, new: Pending) -> Gone:
        """Appends `new`; an id that is here already changes nothing."""
        if any(one.effect.id == new.effect.id for one in self.all()):
            return []
        older = [one for one in self.queue if _replaces(new, one)]
        for one in older:
            self.queue.remove(one)
        # An older one of unknown fate may stand there: whoever sends this one must look first.
        unsure = new.unsure or any(one.unsure for one in older)
        self.queue.append(replace(new, unsure=unsure))
        return [(one, NEWER) for one in older] + self._overflow()

    def begin(self, now: float) -> Pending:
        """The first in line, to be tried now."""
        first = self.queue.popleft()
        since = now if first.first_tried_at is None else first.first_tried_at
        self.trying = replace(first, tries=first.tries + 1, first_tried_at=since)
        return self.trying

    def put_back(self, pending: Pending) -> Gone:
        """The try failed: it stays the first in line, unless it was replaced meanwhile."""
        self.trying = None
        for place, newer in enumerate(self.queue):
            if _replaces(newer, pending):
                unsure = newer.unsure or pending.unsure
                self.queue[place] = replace(newer, unsure=unsure)
                return [(pending, NEWER)]
        self.queue.appendleft(pending)
        return []

    def resume(self, now: float) -> None:
        """Takes up the retry clock where the last process left it."""
        first = self.queue[0]
        self.failures = first.tries
        # Bounded, for the wall clock may have been set back meanwhile.
        self.wait_s = min(max(0.0, first.not_before - now), self._asked_max())

    def postpone(self, asked_s: float | None, jitter: float) -> None:
        """Sets `wait_s`: exponential with full jitter, and not less than the other side asked for.

        `jitter` is in [0, 1).
        """
        self.failures += 1
        ceiling = min(LONGEST_S, FIRST_S * 2.0 ** min(self.failures - 1, 10))
        self.wait_s = max(jitter * ceiling, min(asked_s or 0.0, self._asked_max()))

    def stop(self) -> None:
        """Ends the waiting; what waits stays in the queue."""
        if self.task is not None:
            self.task.cancel()
            self.task = None

    def _asked_max(self) -> float:
        return LONGEST_S if self.key.rings else ASKED_MAX_S

    def _overflow(self) -> Gone:
        posts = (one for one in self.queue if one.effect.duty is Duty.POST)
        oldest = next(posts, None) if len(self.queue) > LANE_MAX else None
        if oldest is None:  # never a page, a resolve, a room or a summary
            return []
        self.queue.remove(oldest)
        return [(oldest, FULL)]


def _replaces(newer: Pending, older: Pending) -> bool:
    """Whether the older need not be done any more: nobody is told, or woken for, what is no longer so."""
    if older.effect.duty in RINGS and newer.effect.duty is Duty.RESOLVE:
        return not older.unsure and _is_of(newer.effect, older.effect)
    if older.effect.duty in RINGS:  # it says more, and rings whether or not the older one has
        return newer.effect.duty is older.effect.duty
    if older.effect.duty is Duty.PUBLISH:  # one that may stand there must find itself again
        return newer.effect.duty in (Duty.PUBLISH, Duty.WITHDRAW) and not older.unsure
    return newer.effect.duty is older.effect.duty is Duty.SUMMARY


def _is_of(end: Effect, page: Effect) -> bool:
    """Whether it is the end of that page, which then need not ring any more."""
    return "key" in page.payload and end.payload.get("key") == page.payload["key"]
