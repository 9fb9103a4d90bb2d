"""A daemon's door on a real store, and somebody who listens to a Slack for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checker.core.events import Event
from checker.core.model import Incident, State, Symptom
from checker.door import Door, Ports
from checker.responders.slack import Settings
from checker.slack.answers import Reply
from checker.slack.inbound import ANSWER_WITHIN_S, Inbound
from checker.slack.inbound import Ports as HeardThrough
from checker.slack.payloads import Spoken, spoken
from checker.store.faults import StoreUnavailable
from checker.store.store import Store
from tests.core.story import make_policy
from tests.world.slack_socket import SlackSocket


class Counts:
    """What the door counts, uncounted."""

    def bounded(self, what: str) -> None:
        pass

    def store_committed(self, seconds: float) -> None:
        pass

    def store_failed(self, operation: str) -> None:
        pass


class Shelf:
    """The store as the inbound sees it: it can be full, be held up until it is released, or show what fails."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.full = False
        self.free = asyncio.Event()
        self.free.set()
        self.brought: list[str] = []  # inbox ids, each time
        self.failing: tuple[Symptom, ...] = ()  # at every incident

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def incident(self, id_: str) -> Incident | None:
        found = await self._store.incident(id_)
        return replace(found, symptoms=self.failing) if found and self.failing else found

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        await self.free.wait()
        self.brought.append(inbox_id)
        if self.full:
            raise StoreUnavailable("the disk is full")
        return await self._store.put_inbox(inbox_id, event, at)


@dataclass
class House:
    """`ports` is what the inbound is joined to, `bounds` what was told of limits."""

    store: Store
    shelf: Shelf
    door: Door
    inbound: Inbound
    ports: HeardThrough
    bounds: list[str]

    async def hear(self, way: str, payload: Mapping[str, Any], envelope: str = "e1") -> Reply:
        said = spoken(way, payload, envelope)
        assert isinstance(said, Spoken)
        return await self.inbound.hear(said)

    async def incident(self, id_: str = "us-1") -> Incident:
        found = await self.store.incident(id_)
        assert found is not None
        return found

    async def lines(self, what: str, id_: str = "us-1") -> list[str]:
        """The texts of the timeline's entries of this kind."""
        return [entry.text for entry in await self.store.timeline(id_) if entry.what == what]


def settings_for(slack: SlackSocket, **more: Any) -> Settings:
    return Settings(**{"token": slack.token, "base_url": slack.api} | more)


@asynccontextmanager
async def house(
    folder: Path, slack: SlackSocket, answer_within_s: float = ANSWER_WITHIN_S
) -> AsyncIterator[House]:
    store = await Store.open(f"sqlite:///{folder}/checker.db")
    shelf = Shelf(store)
    ports = Ports(
        store, lambda _: None, lambda _: None, Counts(), clock=time.time, monotonic=lambda: 0.0
    )
    door = Door(ports, make_policy(), State())
    bounds: list[str] = []
    listened = HeardThrough(
        shelf,  # type: ignore[arg-type]
        door.beat,
        lambda: door.policy.targets,
        bounds.append,
    )
    hearing = Inbound(settings_for(slack), listened, answer_within_s)
    running = asyncio.create_task(door.run())
    try:
        yield House(store, shelf, door, hearing, listened, bounds)
    finally:
        await hearing.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()
