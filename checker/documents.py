"""Writes the analysis document of what a person has closed, and says it at the door: from there it goes to the room.

The core knows no timeline, so that it cannot write it itself. Each is written once, under the inbox id
`document/<incident>`; whoever wants a newer one has `checker incident export`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog

from checker.core.events import Documented, Event
from checker.core.incident import is_closed
from checker.core.model import Duty, Incident, State
from checker.core.rules import Policy
from checker.desk import Desk, Refusal
from checker.export import document
from checker.store.faults import StoreError

LOOK_S = 2.0  # how often it is asked whether something was closed
SETTLED_S = 5.0  # after the close, so that the last effects stand in it too
TEXT_MAX = 200_000  # characters
CUT = "\n\n… cut here: `checker incident export` writes the whole document.\n"

log = structlog.get_logger(__name__)


class Documents:
    """What was closed and has no document yet. `say` gets an inbox id and an event."""

    def __init__(
        self,
        now: Callable[[], tuple[Policy, State]],
        desk: Desk,
        say: Callable[[str, Event], Awaitable[None]],
        *,
        secrets: Callable[[], Collection[str]],
        clock: Callable[[], float],
    ) -> None:
        self._now = now
        self._desk = desk
        self._say = say
        self._secrets = secrets
        self._clock = clock
        self._written: set[str] = set()

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.write()

    async def write(self) -> None:
        """The documents that are due; what the store refuses is written the next time."""
        policy, state = self._now()
        if not policy.routes.get(Duty.DOCUMENT):
            return
        for incident in list(state.incidents.values()):
            if self._is_due(incident):
                await self._write(incident.id)
        self._written &= state.incidents.keys()

    def _is_due(self, incident: Incident) -> bool:
        if incident.id in self._written or not is_closed(incident) or incident.closed_at is None:
            return False
        return self._clock() - incident.closed_at >= SETTLED_S

    async def _write(self, id_: str) -> None:
        try:
            text = document(await self._desk.story(id_), self._secrets())
        except (Refusal, StoreError) as fault:
            log.warning("no document yet", incident=id_, why=str(fault))
            return
        if len(text) > TEXT_MAX:
            text = text[: TEXT_MAX - len(CUT)] + CUT
        await self._say(f"document/{id_}", Documented(self._clock(), id_, text))
        self._written.add(id_)
