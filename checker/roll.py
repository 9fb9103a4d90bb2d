"""Who is there: every daemon on the store, who looks, who leads, and what is wrong at a location."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from checker.core.wording import lasting
from checker.store.faults import StoreError
from checker.store.leases import CORE
from checker.store.presence import Presence
from checker.store.store import Store

GONE_S = 15.0  # who has said nothing for so long is gone; by then another has taken over
BEHIND_S = 10.0  # so late, a third of the usual pace is gone
CLOCK_S = 2.0  # evidence of several locations is put together by their clocks
READ_S = 5.0  # how often a running daemon calls the roll
STALE_S = 20.0  # what was true so long ago is not told as if it were true


@dataclass(frozen=True, slots=True)
class Daemon:
    """One daemon on the store, as it was when it last said so."""

    replica: str  # a name of that very process
    version: str
    looks: bool  # False: it stands by
    leads: bool  # it judges, for all
    blind: bool
    behind_s: float  # how late its looks begin
    clock_offset_s: float  # how far its clock is ahead of the store's
    heard_ago_s: float
    gone: bool


@dataclass(frozen=True, slots=True)
class Location:
    """A place that daemons look from: those that are there, or the last one that was."""

    name: str
    daemons: tuple[Daemon, ...]  # who looks first; never empty
    troubles: tuple[str, ...]  # what is wrong there, in words; empty: nothing

    @property
    def looker(self) -> Daemon | None:
        """Who looks from there now."""
        return next((one for one in self.daemons if one.looks and not one.gone), None)


@dataclass(frozen=True, slots=True)
class Roll:
    """All that were there within a day, as somebody who asked the store was told."""

    at: float  # seconds since the epoch
    locations: tuple[Location, ...]  # by name

    @property
    def daemons(self) -> list[Daemon]:
        return [daemon for location in self.locations for daemon in location.daemons]

    @property
    def leader(self) -> Daemon | None:
        return next((one for one in self.daemons if one.leads), None)

    @property
    def here(self) -> list[str]:
        """The locations that somebody looks from."""
        return [location.name for location in self.locations if location.looker]

    def troubles(self) -> list[str]:
        """All that is wrong, a line for each; empty: nothing."""
        found = [f"{one.name}: {trouble}" for one in self.locations for trouble in one.troubles]
        if all(one.gone for one in self.daemons):
            found.append("No daemon runs on this store.")
        elif self.leader is None:
            found.append("Nobody leads, so nothing is judged. Another takes over within 15 s.")
        return found


async def call(store: Store, at: float) -> Roll:
    """The roll as it is now. StoreError if the store is away."""
    everyone = await store.sharing.everyone()
    if not store.is_shared:  # it is one daemon's own, and that one leads: the last to be heard
        newest = min(everyone, key=lambda one: one.ago_s, default=None)
        return roll_of(everyone, newest.replica if newest else None, at)
    holder = await store.sharing.holder(CORE)
    return roll_of(everyone, holder.owner if holder and holder.left_s > 0 else None, at)


def roll_of(everyone: Iterable[Presence], leader: str | None, at: float) -> Roll:
    """The roll of these, by location, of whom `leader` has the lease of the core."""
    by_place = groupby(sorted(everyone, key=lambda one: one.location), lambda one: one.location)
    return Roll(at, tuple(_location(name, list(found), leader) for name, found in by_place))


def _location(name: str, found: Sequence[Presence], leader: str | None) -> Location:
    """Whoever was replaced is nobody's concern; of a location that is gone the last one is."""
    newest = sorted(found, key=lambda one: one.ago_s)
    there = [one for one in newest if one.ago_s <= GONE_S] or newest[:1]
    daemons = [_daemon(one, leader) for one in there]
    daemons.sort(key=lambda one: (not one.looks, one.replica))
    return Location(name, tuple(daemons), tuple(_troubles(daemons)))


def _daemon(one: Presence, leader: str | None) -> Daemon:
    gone = one.ago_s > GONE_S
    return Daemon(
        replica=one.replica,
        version=one.version,
        looks=one.is_looking,
        leads=one.replica == leader and not gone,
        blind=one.is_blind,
        behind_s=one.behind_s,
        clock_offset_s=one.offset_s,
        heard_ago_s=max(0.0, one.ago_s),
        gone=gone,
    )


def _troubles(daemons: Sequence[Daemon]) -> Iterator[str]:
    if daemons[0].gone:
        yield f"gone, or cut off from the store: not heard for {lasting(daemons[0].heard_ago_s)}"
        return
    if not daemons[0].looks:
        yield "nobody looks from there; whoever stands by begins within 15 s"
    if daemons[0].blind:
        yield "blind: most of its controls fail"
    if daemons[0].behind_s > BEHIND_S:
        yield f"its looks begin {lasting(daemons[0].behind_s)} late"
    worst = max((one.clock_offset_s for one in daemons), key=abs)
    if abs(worst) > CLOCK_S:
        yield f"a clock is {abs(worst):.1f} s {'ahead' if worst > 0 else 'behind'}"


class RollCall:
    """The roll, kept up to date in a running daemon. `failed` is told when the store could not say."""

    def __init__(
        self,
        store: Store,
        failed: Callable[[str], None],
        here: Callable[[], Presence],
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`here`: what this daemon says of itself where it has the store for itself; else it has said so already."""
        self._store = store
        self._failed = failed
        self._here = here
        self._wall = wall
        self._monotonic = monotonic
        self._roll: Roll | None = None
        self._called_at = 0.0

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.read()
            await asyncio.sleep(READ_S)

    async def read(self) -> None:
        """Call the roll once."""
        try:
            if not self._store.is_shared:
                await self._store.sharing.say(self._here())
            self._roll = await call(self._store, self._wall())
        except StoreError:
            self._failed("roll")
        else:
            self._called_at = self._monotonic()

    def roll(self) -> Roll | None:
        """As it was lately; None while nobody knows."""
        is_stale = self._monotonic() - self._called_at > STALE_S
        return None if is_stale else self._roll
