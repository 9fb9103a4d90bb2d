"""Where a person reads incidents and has a word with the daemon: through the store they share."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from checker.core.events import Closed, Event
from checker.core.incident import IllegalMove, Move, advance
from checker.core.model import Entry, Incident
from checker.store.rows import Tracked
from checker.store.store import Store

HEARD_WITHIN_S = 5.0  # a daemon that runs drains its inbox every second
LOOK_AGAIN_S = 0.2


class Refusal(Exception):
    """What was asked cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Story:
    """An incident with everything that is known of it."""

    incident: Incident
    timeline: tuple[Entry, ...]
    effects: tuple[Tracked, ...]


class Desk:
    """Beside a running daemon, or without one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str) -> AsyncIterator[Desk]:
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

    async def close_incident(self, id_: str, by: str, cause: str, fix: str) -> str:
        """Have the daemon close it; what came of that, in a sentence."""
        incident = await self._find(id_)
        try:
            advance(incident.phase, Move.CLOSE)
        except IllegalMove as refusal:
            raise Refusal(f"{id_}: {refusal}") from None
        heard = await self._say(Closed(time.time(), id_, by, cause, fix))
        if not heard:
            return f"{id_} will be closed as soon as a daemon runs on this store."
        return f"{id_} is {(await self._find(id_)).phase}."

    async def _find(self, id_: str) -> Incident:
        incident = await self._store.incident(id_)
        if incident is not None:
            return incident
        known = ", ".join(i.id for i in await self._store.incidents(5)) or "none yet"
        raise Refusal(f"There is no incident {id_!r}. The newest: {known}.")

    async def _say(self, event: Event) -> bool:
        """Put it where the daemon looks, and wait a little until it has taken it."""
        inbox_id = f"desk/{uuid.uuid4()}"
        await self._store.put_inbox(inbox_id, event, event.at)
        for _ in range(round(HEARD_WITHIN_S / LOOK_AGAIN_S)):
            if inbox_id not in {waiting for waiting, _ in await self._store.inbox()}:
                return True
            await asyncio.sleep(LOOK_AGAIN_S)
        return False
