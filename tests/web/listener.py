"""A store whose daemon hears at once: the core itself, and nothing on disk; and who calls it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from checker.core.engine import step
from checker.core.events import Declared, Event
from checker.core.incident import IllegalMove
from checker.core.model import Duty, Effect, Entry, Incident, Severity, State
from checker.core.public import UnknownOutlet
from checker.core.rules import Policy
from checker.core.words import UnknownIncident
from checker.desk import Desk
from checker.store.faults import StoreUnavailable
from checker.store.rows import Fate, Tracked
from tests.core.story import T0, Story, broken, make_policy
from tests.web.site import BEARER, Daemon, Site, site

INCIDENTS = "/api/v1/incidents"
PLAN = {
    "target": "us",
    "begins": "2023-11-15T00:00:00Z",
    "ends": "2023-11-15T02:00:00+01:00",
    "by": "tim",
    "why": "upgrade",
}


class Listener:
    """Stands in for the store, where a desk asks it."""

    owed = 0  # commits that wait for the disk

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or with_a_banner()
        self.state = State()
        self.entries: list[Entry] = []
        self.called_for: list[Effect] = []
        self.heard: dict[str, Event] = {}
        self.away = False

    @property
    def desk(self) -> Desk:
        return Desk(self)  # type: ignore[arg-type]

    async def say(self, inbox_id: str, event: Event) -> None:
        await self.put_inbox(inbox_id, event, event.at)

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        self._ask()
        if inbox_id in self.heard:
            return False
        self.heard[inbox_id] = event
        try:
            taken = step(self.policy, self.state, event)
        except (IllegalMove, UnknownIncident, UnknownOutlet):
            return True
        self.state = taken.state
        self.entries += taken.entries
        self.called_for += taken.effects
        return True

    async def inbox(self) -> list[tuple[str, Event]]:
        return []

    async def incidents(self, limit: int) -> list[Incident]:
        self._ask()
        found = self.state.incidents.values()
        return sorted(found, key=lambda i: i.declared_at, reverse=True)[:limit]

    async def incident(self, id_: str) -> Incident | None:
        self._ask()
        return self.state.incidents.get(id_)

    async def timeline(self, id_: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.incident == id_]

    async def effects(self, id_: str) -> list[Tracked]:
        mine = (one for one in self.called_for if one.incident == id_)
        return [Tracked(one, Fate.PENDING, 0, one.at, None, "", None) for one in mine]

    def _ask(self) -> None:
        if self.away:
            raise StoreUnavailable("the disk is full")


def with_a_banner() -> Policy:
    policy = make_policy()
    return replace(policy, routes={**policy.routes, Duty.PUBLISH: ("banner",)})


Answer = tuple[int, dict[str, Any]]


class Caller:
    """Speaks JSON, with the token."""

    def __init__(self, there: Site) -> None:
        self._there = there

    async def post(self, path: str, body: object, **headers: str) -> Answer:
        status, text = await self._there.ask("POST", path, json=body, headers=BEARER | headers)
        return status, json.loads(text)

    async def get(self, path: str) -> Answer:
        status, text = await self._there.get(path)
        return status, json.loads(text)


@asynccontextmanager
async def calling(listener: Listener, daemon: Daemon | None = None) -> AsyncIterator[Caller]:
    now = lambda: T0 + 60.0  # noqa: E731
    async with site(daemon, desk=listener.desk, say=listener.say, now=now) as there:
        yield Caller(there)


async def open_incident() -> Listener:
    listener = Listener()
    await listener.say("one", Declared(T0, "us", "ada", "exports are empty", Severity.MAJOR))
    return listener


async def failing_incident() -> Listener:
    listener = Listener()
    listener.state = Story(policy=listener.policy).play(broken("us/app"), 60).state
    return listener
