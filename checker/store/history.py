"""The table of observations read from end to end, for whoever replays it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from statistics import median
from typing import Protocol, TypeVar

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.model import Observation
from checker.store.faults import StoreDamaged
from checker.store.tables import observations as table
from probes.contract import Outcome, Reason, Verdict

T = TypeVar("T")

SLICE_ROWS = 20_000  # looks that are in memory at a time: some ten megabytes
PACE_LOOKS = 200  # the newest looks of a check, from which its pace is told


class Read(Protocol):
    """Runs work on one unchanging view of the database."""

    def __call__(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Span:
    """What there is of one check: start of its first and last scheduled look, and their usual distance."""

    first: float
    last: float
    every_s: float | None  # of one location; None: too few looks to tell


async def slices(read: Read, since: float, until: float) -> AsyncIterator[list[Observation]]:
    """Looks that started from `since` to before `until`, oldest first, never more than SLICE_ROWS at a time.

    Their outcomes hold verdict and reason only. A view of its own for each slice, so that a daemon beside it is
    not held up for long.
    """
    after, seq = since, -1
    while True:
        rows = await read(partial(_slice, after=after, seq=seq, until=until))
        if not rows:
            return
        after, seq = rows[-1][:2]
        yield [
            Observation(check, where, at, _outcome(verdict, reason), took_s, scheduled)
            for at, _, check, where, verdict, reason, took_s, scheduled in rows
        ]


Row = tuple[float, int, str, str, str, str | None, float, bool]


async def _slice(connection: AsyncConnection, after: float, seq: int, until: float) -> list[Row]:
    c = table.c
    found = await connection.execute(
        select(
            c.at, c.seq, c.check_name, c.location, c.verdict, c.reason, c.duration_s, c.scheduled
        )
        .where(tuple_(c.at, c.seq) > tuple_(after, seq), c.at < until, c.verdict.is_not(None))
        .order_by(c.at, c.seq)
        .limit(SLICE_ROWS)
    )
    return found.all()  # type: ignore[return-value]


@lru_cache(maxsize=256)
def _outcome(verdict: str, reason: str | None) -> Outcome:
    try:
        return Outcome(Verdict(verdict), None if reason is None else Reason(reason))
    except ValueError as error:
        raise StoreDamaged(
            f"an observation is {verdict!r} for {reason!r}: no such thing"
        ) from error


async def spans(connection: AsyncConnection, since: float, until: float) -> dict[str, Span]:
    """Every check that was looked at in that time. Reads a few hundred rows of each."""
    found = {name: await _span(connection, name, since, until) for name in await _names(connection)}
    return {name: span for name, span in found.items() if span}


async def _names(connection: AsyncConnection) -> list[str]:
    """By leaps through the index, from each name to the next."""
    names: list[str] = []
    while True:
        later = table.c.check_name > (names[-1] if names else "")
        name = await connection.scalar(select(func.min(table.c.check_name)).where(later))
        if name is None:
            return names
        names.append(name)


async def _span(connection: AsyncConnection, name: str, since: float, until: float) -> Span | None:
    mine = (table.c.check_name == name, table.c.at >= since, table.c.at < until)
    newest = await connection.execute(
        select(table.c.at, table.c.location)
        .where(*mine, table.c.scheduled)
        .order_by(table.c.at.desc())
        .limit(PACE_LOOKS)
    )
    looks = newest.all()
    if not looks:
        return None
    last, where = looks[0]
    gaps = [late - early for late, early in pairwise(at for at, at_ in looks if at_ == where)]
    first = await connection.scalar(select(func.min(table.c.at)).where(*mine))
    return Span(first or last, last, median(gaps) if gaps else None)
