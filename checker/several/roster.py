"""Who is there, from where each of them looks, and in what turn.

Each daemon says every few seconds how it is doing. Of several in one location one looks, by a lease; the others stand
by, and may still lead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from checker.store.faults import Fenced, StoreError
from checker.store.leases import Term, looking_from
from checker.store.presence import Presence

SAY_S = 2.0
TTL_S = 10.0  # of the lease to look: another replica looks after this
HERE_S = 30.0  # whoever has said nothing for so long has no turn; longer than a restart takes
AWAY_S = 10.0  # the store has failed for so long: it is away

log = structlog.get_logger(__name__)


class Sharing(Protocol):
    """The part of `store.sharing` that a roster needs."""

    async def say(self, here: Presence) -> float: ...
    async def everyone(self) -> list[Presence]: ...
    async def take(self, name: str, owner: str, ttl_s: float) -> Term | None: ...
    async def release(self, term: Term) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """How this daemon looks: whether at all, and in what turn among the locations."""

    is_looking: bool = False
    rank: int = 0
    locations: int = 1


def turn_of(location: str, everyone: Sequence[Presence]) -> tuple[int, int]:
    """The rank by name among those that are here, and how many there are; this location is always."""
    here = {location, *(one.location for one in everyone if one.ago_s < HERE_S)}
    return sorted(here).index(location), len(here)


class Roster:
    """This daemon's line in it. `moved` is told, and waited for, when its place has changed."""

    def __init__(
        self,
        sharing: Sharing,
        here: Callable[[bool], Presence],
        moved: Callable[[Place], Awaitable[None]],
        *,
        monotonic: Callable[[], float],
        locations: Callable[[], int],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`here` is given whether this daemon looks; `locations`: how many there are to be."""
        self._sharing = sharing
        self._here = here
        self._moved = moved
        self._monotonic = monotonic
        self._locations = locations
        self._pause = pause
        self._term: Term | None = None
        self._fails_since: float | None = None
        self.place = Place()
        self.everyone: Sequence[Presence] = ()  # as it was said last

    @property
    def is_away(self) -> bool:
        """Whether the store has been of no use for a while."""
        since = self._fails_since
        return since is not None and self._monotonic() - since >= AWAY_S

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.turn()
            await self._pause(SAY_S)

    async def turn(self) -> None:
        """Once. While the store is away, everybody goes on as they did."""
        asked = self._monotonic()
        try:
            await self._sharing.say(self._here(self.place.is_looking))
            self.everyone = await self._sharing.everyone()
            await self._look_or_stand_by()
        except Fenced:  # cannot be: nothing here passes the fence
            raise
        except StoreError:
            self._fails_since = asked if self._fails_since is None else self._fails_since
        else:
            self._fails_since = None

    async def _look_or_stand_by(self) -> None:
        me = self._here(True)
        self._term = await self._sharing.take(looking_from(me.location), me.replica, TTL_S)
        rank, there = turn_of(me.location, self.everyone)
        place = Place(self._term is not None, rank, max(there, self._locations()))
        if place != self.place:
            log.info(
                "looks" if place.is_looking else "stands by",
                rank=place.rank,
                locations=place.locations,
            )
            await self._moved(place)
            self.place = place

    async def leave(self) -> None:
        """Another replica may look at once."""
        if self._term is not None:
            await self._sharing.release(self._term)
