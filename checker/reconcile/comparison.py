"""One comparison: everything recent in the ledger beside what each responder shows. Reads only, and is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, TypeVar

from checker.core.model import Incident
from checker.core.rules import Policy
from checker.reconcile.difference import Difference, Found, Unasked, Unseen
from checker.reconcile.ledger import Ledger
from checker.reconcile.pages import Pages, incident_of, showing, wanted, worth_asking
from checker.reconcile.refused import refused
from checker.reconcile.rooms import opening, room
from checker.reconcile.unasked import absent, unread
from checker.responders.contract import ReadsBack, Responder, Shown, Unread
from checker.responders.contract_seen import ShowsPages, ShowsRooms
from checker.store.rows import Tracked

INCIDENTS_MAX = 20  # the newest, live ones first
RECENT_S = 7 * 86400.0  # how long what has ended is looked after
LOOKED_UP_MAX = 20  # pages of one responder that are asked for one by one
OTHERS_MAX = 20  # incidents that are read because a page of theirs shows
ANSWER_S = 15.0  # whoever takes longer has not answered

T = TypeVar("T")


class Books(Protocol):
    """The part of the store that is read."""

    async def incidents(self, limit: int = 50) -> list[Incident]: ...

    async def incident(self, incident_id: str) -> Incident | None: ...

    async def effects(self, incident_id: str) -> list[Tracked]: ...


@dataclass(slots=True)
class _Round:
    """One comparison in the making."""

    books: Books
    policy: Policy
    at: float
    ledgers: dict[str, Ledger]
    differences: list[Difference]
    unseen: list[Unseen]
    unasked: list[Unasked]
    pages: int = 0
    rooms: int = 0

    def found(self) -> Found:
        return Found(
            tuple(self.differences),
            tuple(self.unseen),
            self.pages,
            self.rooms,
            sum(1 for ledger in self.ledgers.values() for _ in ledger.waiting()),
            tuple(self.unasked),
        )


async def compare(
    books: Books,
    responders: Mapping[str, Responder],
    policy: Policy,
    at: float,
    off: Mapping[str, str] = MappingProxyType({}),
) -> Found:
    """Every difference. StoreError if the ledger cannot be read. `off`: why a responder that is not there is off."""
    chosen = _recent(await books.incidents(), at)
    ledgers = {one.id: Ledger(one, tuple(await books.effects(one.id))) for one in chosen}
    this = _Round(books, policy, at, ledgers, [], [], [])
    for name, responder in responders.items():
        for ledger in ledgers.values():
            this.differences += refused(ledger, name, at)
        if isinstance(responder, ShowsPages) and isinstance(responder, ReadsBack):
            await _pages(this, name, responder, responder)
        if isinstance(responder, ShowsRooms):
            await _rooms(this, name, responder)
    this.unasked += absent(responders.keys(), ledgers.values(), off)
    return this.found()


def _recent(newest: Sequence[Incident], at: float) -> list[Incident]:
    kept = [i for i in newest if i.closed_at is None or at - i.closed_at < RECENT_S]
    return sorted(kept, key=lambda i: i.closed_at is not None)[:INCIDENTS_MAX]


# ── pages ─────────────────────────────────────────────────────────────────────────────────────


async def _pages(this: _Round, name: str, shows: ShowsPages, reads: ReadsBack) -> None:
    open_ = await _answer(shows.open_pages(this.policy.deployment))
    if isinstance(open_, Unread):
        lacks_a_token_by_choice = reads.reads_every_s is None  # no fault, and no answer either
        if lacks_a_token_by_choice:
            this.unasked += unread(name, open_.why, this.ledgers.values())
        else:
            this.unseen.append(Unseen(name, open_.why))
        return
    seen: dict[str, Shown | None] = dict(open_)
    for key in _unsettled(this, name, seen):
        shown = await _answer(reads.look_up(key))
        if isinstance(shown, Unread):
            this.unseen.append(Unseen(name, shown.why))
            return  # whoever does not answer one question is not asked the rest
        seen[key] = shown
    await _read_others(this, open_)
    this.pages += len(seen)
    for ledger in this.ledgers.values():
        this.differences += wanted(ledger, name, seen, this.at)
    this.differences += showing(name, open_, this.ledgers, this.policy, this.at)


def _unsettled(this: _Round, name: str, seen: Pages) -> list[str]:
    """Pages that do not show as open, and of which it matters what they are."""
    asked = [key for one in this.ledgers.values() for key in worth_asking(one, name)]
    return [key for key in asked if key not in seen][:LOOKED_UP_MAX]


async def _read_others(this: _Round, open_: Pages) -> None:
    """The ledgers of incidents of long ago that still show a page."""
    ids = {incident_of(key) for key in open_} - this.ledgers.keys()
    for id_ in sorted(ids)[:OTHERS_MAX]:
        incident = await this.books.incident(id_)
        if incident is not None:
            this.ledgers[id_] = Ledger(incident, tuple(await this.books.effects(id_)))


# ── rooms ─────────────────────────────────────────────────────────────────────────────────────


async def _rooms(this: _Round, name: str, shows: ShowsRooms) -> None:
    for ledger in this.ledgers.values():
        made = opening(ledger, name)
        if made is None:
            continue
        seen = await _answer(shows.see_room(ledger.receipts(name)))
        if isinstance(seen, Unread):
            this.unseen.append(Unseen(name, seen.why))
            return
        this.rooms += 1
        this.differences += room(ledger, made, seen, this.at)


async def _answer(asked: Awaitable[T | Unread]) -> T | Unread:
    """What the responder says; silence and bugs are no answer."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await asked
    except TimeoutError:
        return Unread(f"no answer within {ANSWER_S:g} s")
    except Exception as fault:
        # The kind only: the text of a foreign error may hold a token.
        return Unread(f"the responder broke: {type(fault).__name__}")
