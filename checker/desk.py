"""Where a person reads incidents and has a word with the daemon: through the store they share."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from checker.config.outlets import FALLBACK as CONSOLE
from checker.core.events import (
    Cancelled,
    Closed,
    Declared,
    Dismissed,
    Event,
    Joined,
    Led,
    Noted,
    Planned,
    Published,
    Redone,
    SeveritySet,
    StatusSaid,
    SyncTaken,
    Uneventful,
)
from checker.core.incident import IllegalMove, Move, advance
from checker.core.maintenance import wrong_with
from checker.core.model import Entry, Incident, Maintenance, Severity
from checker.core.wording import stamp
from checker.core.words import About
from checker.store.place import Url
from checker.store.rows import Tracked
from checker.store.store import Store
from checker.unrung import paged, warning

HEARD_WITHIN_S = 5.0  # a daemon that runs drains its inbox every second
LOOK_AGAIN_S = 0.2

MOVES: Mapping[type[About], Move] = {
    Noted: Move.NOTE,
    StatusSaid: Move.SAY,
    Led: Move.LEAD,
    SeveritySet: Move.SET,
    Closed: Move.CLOSE,
    Cancelled: Move.CANCEL,
    Uneventful: Move.NOTE,
    SyncTaken: Move.NOTE,
    Joined: Move.NOTE,
    Published: Move.PUBLISH,
    Dismissed: Move.PUBLISH,
}


class Refusal(Exception):
    """What was asked cannot be done; the message says why and what to do."""


class StillFails(Refusal):
    """It was not closed, for its checks still fail: whoever closes it is asked once more."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident.id
        self.failing = ", ".join(symptom.check for symptom in incident.symptoms)
        super().__init__(f"{self.incident} is not closed yet: {self.failing} still fails.")


class Declaration(NamedTuple):
    """What came of a person's declaring."""

    incident: str  # its id; empty where no daemon has heard it yet
    said: str  # that, and whether nobody is rung


@dataclass(frozen=True, slots=True)
class Story:
    """An incident with everything that is known of it."""

    incident: Incident
    timeline: tuple[Entry, ...]
    effects: tuple[Tracked, ...]


class Desk:
    """Beside a running daemon, within it, or without one."""

    def __init__(
        self,
        store: Store,
        beat: Callable[[], None] = lambda: None,
        heard_within_s: float = HEARD_WITHIN_S,
    ) -> None:
        """`beat` asks a daemon in this process to look into its inbox now."""
        self._store = store
        self._beat = beat
        self._looks = round(heard_within_s / LOOK_AGAIN_S)

    @classmethod
    @asynccontextmanager
    async def at(cls, url: Url) -> AsyncIterator[Desk]:
        """At the store of that URL. StoreMissing when no daemon has made it yet."""
        store = await Store.open_shared(url)
        try:
            yield cls(store)
        finally:
            await store.close()

    async def newest(self, limit: int) -> list[Incident]:
        """Newest first."""
        return await self._store.incidents(limit)

    async def story(self, id_: str) -> Story:
        """Refusal if there is no such incident."""
        incident = await self._find(id_)
        timeline = await self._store.timeline(id_)
        effects = await self._store.effects(id_)
        return Story(incident, tuple(timeline), tuple(effects))

    @staticmethod
    def now() -> float:
        """Seconds since the epoch."""
        return time.time()

    async def declare(
        self,
        target: str,
        by: str,
        what: str,
        severity: Severity,
        inbox_id: str = "",
        prints: Collection[str] = (CONSOLE,),
    ) -> Declaration:
        """Have the daemon open an incident, or join the one that is open. Whom `prints` tell is not rung."""
        before = await self._newest(target)
        if not await self._put(Declared(self.now(), target, by, what, severity), inbox_id):
            return Declaration(
                "", f"{target}: will be declared as soon as a daemon runs on this store."
            )
        after = await self._newest(target)
        if after is None:
            raise Refusal(f"Nothing was declared: no target {target!r} is watched here.")
        verb = "is open already; you joined it" if after == before else "is declared"
        told = await self.story(after)
        unrung = warning(paged(told.effects), told.incident.severity, prints)
        return Declaration(after, f"{after} {verb}. {unrung}".rstrip())

    async def _newest(self, target: str) -> str | None:
        found = [i.id for i in await self._store.incidents(50) if i.target == target]
        return found[0] if found else None

    async def say(self, word: About, inbox_id: str = "", anyway: bool = False) -> str:
        """Have the daemon hear it; what came of that, in a sentence. Refusal if it cannot be.

        `inbox_id` names it where it may be brought again: the same is heard once. `anyway`: a close is meant, though
        checks still fail; without it StillFails is raised then.
        """
        incident = await self._find(word.incident)
        word = replace(word, incident=incident.id)
        try:
            advance(incident.phase, MOVES[type(word)])
        except IllegalMove as refusal:
            raise Refusal(f"{incident.id}: {refusal}") from None
        if isinstance(word, Closed) and incident.symptoms and not anyway:
            raise StillFails(incident)
        if not await self._put(word, inbox_id):
            return f"{incident.id}: will be heard as soon as a daemon runs on this store."
        now = await self._find(word.incident)
        if isinstance(word, Published | Dismissed):
            return _told(now, word.outlet)
        return f"{now.id} is {now.phase}, {now.severity.word}, led by {now.lead or 'nobody yet'}.{_still(now)}"

    async def plan(self, planned: Maintenance, inbox_id: str = "") -> str:
        """Have the daemon know of planned work, once under `inbox_id`. Refusal if it cannot be planned."""
        wrong = wrong_with(planned, self.now())
        if wrong:
            raise Refusal(wrong)
        span = (
            f"{planned.target} is worked on from {stamp(planned.begins)} to {stamp(planned.ends)}"
        )
        heard = await self._put(Planned(self.now(), planned), inbox_id)
        return f"{span}." if heard else f"{span}: known as soon as a daemon runs on this store."

    async def end_work(self, target: str) -> str:
        """Have the daemon end what people announced for the target, now or to come. Refusal if there is nothing."""
        ahead = [planned for planned in await self.planned() if planned.target == target]
        if not ahead:
            raise Refusal(
                f"Nobody has announced work at {target}. What the config plans ends there:"
                " take it out of `maintenance`, and reload."
            )
        now, heard = self.now(), True
        for planned in ahead:  # one announced again at its beginning replaces the older
            over = replace(planned, ends=now)
            heard = await self._put(Planned(now, over), "") and heard
        ended = f"Work at {target} is over, and it is judged as ever"
        return f"{ended}." if heard else f"{ended} as soon as a daemon runs on this store."

    async def redo(self, found: Redone, inbox_id: str) -> bool:
        """Have the daemon do again what was found undone, once under `inbox_id`; whether one has heard it."""
        return await self._put(found, inbox_id)

    async def planned(self) -> list[Maintenance]:
        """What people have announced and is not over; the config's is in the config."""
        return [m for m in await self._store.maintenance() if m.ends > self.now()]

    async def _find(self, id_: str) -> Incident:
        incident = await self._store.incident(id_) or await self._store.incident(id_.lower())
        if incident is not None:
            return incident
        known = ", ".join(i.id for i in await self._store.incidents(5)) or "none yet"
        raise Refusal(f"There is no incident {id_!r}. The newest: {known}.")

    async def _put(self, event: Event, inbox_id: str) -> bool:
        """Put it where the daemon looks, and wait a little until it has taken it."""
        inbox_id = inbox_id or f"desk/{uuid.uuid4()}"
        await self._store.put_inbox(inbox_id, event, event.at)
        self._beat()
        for _ in range(self._looks):
            waiting = {waiting for waiting, _ in await self._store.inbox()}
            if inbox_id not in waiting and not self._store.owed:  # taken, and written
                return True
            await asyncio.sleep(LOOK_AGAIN_S)
        return False


def _told(incident: Incident, outlet: str) -> str:
    """What customers are told by that outlet now; Refusal where there is none of that name."""
    stands = {word.outlet: word.stands for word in incident.public}
    if outlet not in stands:
        known = ", ".join(stands) or "none"
        raise Refusal(
            f"Customers cannot be told by {outlet!r}. For {incident.id} there are: {known}."
        )
    return f"{incident.id}: what customers are told by {outlet} is {stands[outlet]}."


def _still(ended: Incident) -> str:
    """What whoever ended it must know: it fails all the same."""
    if ended.closed_at is None or not ended.symptoms:
        return ""
    failing = ", ".join(symptom.check for symptom in ended.symptoms)
    return (
        f" But {failing} still fails: that is declared again in half an hour, unless it recovers."
    )
