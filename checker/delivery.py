"""The outbox at work: carries out effects, each lane on its own retry clock, until all are settled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from checker.core.model import Duty, Effect, Event
from checker.responders.contract import Responder
from checker.store.rows import Pending, Receipt


class Marks(Protocol):
    """The part of the store that delivery writes to (checker/store/store.py)."""

    async def sending(self, effect_id: str, at: float) -> None: ...

    async def confirmed(self, effect_id: str, at: float, receipt: Mapping[str, Any]) -> None: ...

    async def refused(self, effect_id: str, at: float, why: str) -> None: ...

    async def postponed(
        self, effect_id: str, not_before: float, why: str, unsure: bool
    ) -> None: ...

    async def superseded(self, effect_id: str, at: float, why: str) -> None: ...


class Failure(StrEnum):
    """Why a try did not end in Done: a closed set, safe as a metric label."""

    THROTTLED = "throttled"  # the other side named a time
    UNSURE = "unsure"  # the answer was lost
    RETRY = "retry"  # not done, worth another try
    TIMEOUT = "timeout"  # no answer in time
    FAULT = "fault"  # the responder itself broke: a bug of ours
    REFUSED = "refused"  # for good


@dataclass(frozen=True, slots=True)
class Figures:
    """What metrics say of delivery. Keyed by responder's name; counts since the start."""

    pending: Mapping[str, int]
    oldest_s: Mapping[str, float]  # age of the oldest pending effect, seconds
    attempts: Mapping[tuple[str, Duty], int]
    failures: Mapping[tuple[str, Failure], int]
    stranded: int  # pending for a responder that is not configured any more
    dropped: int  # posts given up because a lane was full
    unmarked: int  # settled, but the store could not be told yet


class Delivery:
    """Carries out the outbox. Built once; `use` swaps the responders after a reload."""

    def __init__(
        self,
        marks: Marks,
        responders: Mapping[str, Responder],
        say: Callable[[Event], Awaitable[None]],
        clock: Callable[[], float],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        attempt_s: float = 15.0,
    ) -> None:
        """`say` gets Delivered and Refused; `clock` is seconds since the epoch; `jitter` is in [0, 1)."""
        raise NotImplementedError

    def restore(self, outbox: Iterable[Pending], receipts: Iterable[Receipt]) -> None:
        """What the last daemon left undone; before `start`."""
        raise NotImplementedError

    def start(self) -> None:
        """Begins to carry out what waits."""
        raise NotImplementedError

    def put(self, effects: Sequence[Effect]) -> None:
        """Takes effects once the commit that decided them is written. Never waits."""
        raise NotImplementedError

    def use(self, responders: Mapping[str, Responder]) -> None:
        """After a reload: the responders from now on. Tries under way end with the old ones."""
        raise NotImplementedError

    async def drain(self, deadline_s: float) -> None:
        """For SIGTERM: lets tries under way end, begins none; what waits is in the store."""
        raise NotImplementedError

    def figures(self) -> Figures:
        raise NotImplementedError
