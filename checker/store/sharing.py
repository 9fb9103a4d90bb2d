"""What daemons on one store have in common: leases, looks in order, who is there, the pace, and a bell.

Nothing here passes the fence: every daemon does these things, whether it leads or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from checker.core.model import Observation
from checker.store import bell, leases, looks, pace, presence
from checker.store.bell import Heard, Word
from checker.store.database import Database
from checker.store.leases import Holder, Term
from checker.store.moment import Clock
from checker.store.presence import Presence
from checker.store.rows import Read, Unread

EACH_MAX = 1000  # looks of each daemon that are read at a time


class Sharing:
    """One daemon's part in it. Every method may raise StoreUnavailable.

    Times are by the database's clock where that is a server, else by `clock`: seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Clock, monotonic: Clock) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._number = 0

    # ── leases ────────────────────────────────────────────────────────────────────────────────

    async def take(self, name: str, owner: str, ttl_s: float) -> Term | None:
        """The lease for `ttl_s`, if nobody else has it; None if somebody has.

        While `owner` has it, or when it has run out and nobody took it, it keeps its epoch.
        """
        asked = self._monotonic()
        epoch = await self._database.write(
            lambda c: leases.take(c, name, owner, ttl_s, self._clock)
        )
        return None if epoch is None else Term(name, owner, epoch, asked + ttl_s)

    async def renew(self, term: Term, ttl_s: float) -> Term:
        """For `ttl_s` more from now. Fenced when it is another's by now."""
        asked = self._monotonic()
        await self._database.write(lambda c: leases.renew(c, term, ttl_s, self._clock))
        return replace(term, until=asked + ttl_s)

    async def release(self, term: Term) -> None:
        """Gives it up, and tells all who would have it; harmless when it is lost already."""

        async def give(connection: AsyncConnection) -> None:
            await leases.release(connection, term)
            await bell.ring(connection, Word.LEASE)

        await self._database.write(give)

    async def holder(self, name: str) -> Holder | None:
        """Who has the lease, or had it last; None: nobody ever."""
        return await self._database.read(lambda c: leases.holder(c, name, self._clock))

    # ── looks ─────────────────────────────────────────────────────────────────────────────────

    async def put_looks(self, replica: str, seen: Sequence[Observation]) -> None:
        """A batch of looks, for whoever leads. A power cut may take the last ones.

        One batch after the other. After StoreUnavailable put the same looks again, with those that have come since:
        what is there already is not written twice. They are read from the first `say` of that replica on.
        """
        after, self._number = self._number, self._number + len(seen)

        async def put(connection: AsyncConnection) -> None:
            await looks.append(connection, seen, replica, after)
            await bell.ring(connection, Word.LOOKS)

        if seen:
            await self._database.write(put, durable=False)

    async def unread(self, read: Read, since: float = 0.0, each: int = EACH_MAX) -> list[Unread]:
        """Looks of all daemons that are not in `read`, each daemon's in its own order, none ever left out.

        Only those that started at `since` or later; at most `each` of each daemon, and the rest next time. Of daemons
        that have said nothing for ten minutes, none.
        """

        async def find(connection: AsyncConnection) -> list[Unread]:
            writers = await presence.here(connection, self._clock)
            return await looks.unread(connection, writers, read, since, each)

        return await self._database.read(find)

    # ── who is there, and how fast ────────────────────────────────────────────────────────────

    async def say(self, here: Presence) -> float:
        """How this daemon is doing, over what it said before; `offset_s` and `ago_s` are found out.

        Returns how far its clock is ahead of the database's, seconds; too little by as long as the way there takes.
        """
        return await self._database.write(
            lambda c: presence.say(c, here, self._clock), durable=False
        )

    async def everyone(self) -> list[Presence]:
        """All daemons of the last day, by location and name."""
        return await self._database.read(lambda c: presence.everyone(c, self._clock))

    async def pace(self) -> dict[str, float]:
        """The pace that the leader wants: check → seconds between looks, for those in doubt."""
        return await self._database.read(pace.wanted)

    # ── the bell ──────────────────────────────────────────────────────────────────────────────

    async def listen(self, heard: Heard) -> None:
        """For ever: calls `heard` with what there is to read, as soon as somebody says so, and once a second anyway.

        A server that is away is only worth a line in the log; `heard` must not block, and reads by itself.
        """
        await bell.listen(self._database.place, heard)

    async def forget(self) -> None:
        """Forgets daemons that have said nothing for a day."""
        await self._database.write(lambda c: presence.forget(c, self._clock), durable=False)
