"""A ledger as the core would have written it, and responders that show what they are told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from checker.core.events import Cancelled, Closed
from checker.core.model import Duty, Effect, Incident
from checker.reconcile.ledger import Ledger
from checker.responders.contract import Answer, Attempt, Done, Shown, Unread
from checker.responders.contract_seen import RoomSeen
from checker.store.rows import Fate, Tracked
from tests.core.story import T0, Story, broken, make_policy

NOW = T0 + 3600.0
KEY = "posthog-checker/us-1/1"
ROUTES = {
    Duty.PAGE: ("pager",),
    Duty.RESOLVE: ("pager",),
    Duty.CHANGE: ("pager",),
    Duty.ROOM: ("slack",),
    Duty.POST: ("slack",),
    Duty.SUMMARY: ("slack",),
    Duty.PUBLISH: ("banner",),
    Duty.WITHDRAW: ("banner",),
}
POLICY = make_policy(routes=ROUTES)


def tracked(effect: Effect, fate: Fate = Fate.CONFIRMED, why: str = "", **receipt: Any) -> Tracked:
    """Settled half a minute after it was called for, if it is."""
    settled = effect.at + 30 if fate not in (Fate.PENDING, Fate.SENDING) else None
    return Tracked(effect, fate, 1, effect.at, settled, why, receipt or None)


def receipt_of(effect: Effect, number: int) -> dict[str, Any]:
    """As the slack responder leaves them: each message has a ts, the room's first one is the summary."""
    if effect.duty is Duty.ROOM:
        return {"channel": "C1", "name": "inc-us-1", "ts": "100.0", "summary_ts": "100.0"}
    if effect.duty is Duty.SUMMARY:
        return {"channel": "C1", "summary_ts": "100.0"}
    return {"channel": "C1", "ts": f"{100 + number}.0"} if effect.duty is Duty.POST else {}


def ledger_of(story: Story, **fates: Fate) -> Ledger:
    """All that was called for, done; but what is named in `fates`, by its duty."""
    effects = [
        tracked(e, fates.get(e.duty, Fate.CONFIRMED), "no such channel", **receipt_of(e, n))
        for n, e in enumerate(story.effects)
    ]
    return Ledger(story.incident(), tuple(effects))


def open_story() -> Story:
    return Story(policy=POLICY).play(broken("us/app"), 90)


def ended_story(how: type[Closed] | type[Cancelled] = Closed) -> Story:
    story = open_story()
    words = ("a disk", "a bigger one") if how is Closed else ("it was nothing",)
    story.tell(how(T0 + 600, "us-1", "ada", *words))
    return story


def room_of(ledger: Ledger, **changes: Any) -> RoomSeen:
    """The room as it should be."""
    said = {
        str(one.receipt["ts"]): one.effect.id
        for one in ledger.effects
        if one.receipt and "ts" in one.receipt
    }
    return replace(RoomSeen("#inc-us-1", False, said, True), **changes)


@dataclass
class Books:
    """The store, where it is read."""

    ledgers: list[Ledger] = field(default_factory=list)

    async def incidents(self, limit: int = 50) -> list[Incident]:
        return [one.incident for one in self.ledgers][:limit]

    async def incident(self, incident_id: str) -> Incident | None:
        return next((i for i in await self.incidents() if i.id == incident_id), None)

    async def effects(self, incident_id: str) -> list[Tracked]:
        return [t for one in self.ledgers if one.incident.id == incident_id for t in one.effects]


@dataclass
class Pager:
    """`open` and `ended`: what it shows; `asked`: the keys that it was asked for one by one."""

    open: dict[str, Shown] | Unread = field(default_factory=dict)
    ended: dict[str, Shown | Unread | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reads_every_s: float | None = 30.0

    async def carry_out(self, attempt: Attempt) -> Answer:
        return Done({})

    async def close(self) -> None:
        pass

    async def look_up(self, key: str) -> Shown | Unread | None:
        self.asked.append(key)
        return self.ended.get(key)

    async def open_pages(self, deployment: str) -> Mapping[str, Shown] | Unread:
        return self.open


@dataclass
class Rooms:
    """`seen`: what it shows."""

    seen: RoomSeen | Unread | None = None
    looks: int = 0

    async def carry_out(self, attempt: Attempt) -> Answer:
        return Done({})

    async def close(self) -> None:
        pass

    async def see_room(self, receipts: Mapping[str, Mapping[str, Any]]) -> RoomSeen | Unread | None:
        self.looks += 1
        return self.seen
