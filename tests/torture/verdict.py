"""What people must find when the story is over, however often the daemon died in it: each thing once, and nothing lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from checker.core.model import Duty, Effect
from checker.desk import Desk
from tests.torture.stage import Stage
from tests.torture.story import KEYS
from tests.world.slack_limits import texts
from tests.world.slack_workspace import Channel, Message
from tests.world.world import World

# What the timeline tells, and how often; what changes from run to run is left out.
TOLD = {
    "declared": 1,
    "acknowledged": 2,
    "note": 1,
    "joined": 1,
    "escalated": 1,
    "customers": 3,
    "recovered": 2,
    "reopened": 1,
    "closed": 1,
}
STANDS = (Duty.ROOM, Duty.POST)  # what people read
MARKS = 2  # on PagerDuty's timeline: change events, which have no key and ring nobody …
MARKS_MAX = 2 * MARKS  # … and so may stand there twice


async def misses(
    stage: Stage, marks: int = MARKS_MAX, replaced: Sequence[str] = ("summary",)
) -> list[str]:
    """What is not as it should be, in words; empty if all is.

    `marks`: on PagerDuty's timeline, at most. `replaced`: duties of which a newer effect may take the place of an
    older one that is not done, or not known to be.
    """
    told = await stage.incident()
    known = (await stage.get("/api/v1/incidents"))["incidents"]
    async with Desk.at(f"sqlite:///{stage.store}") as desk:
        effects = [tracked.effect for tracked in (await desk.story("us-1")).effects]
    return [
        *_differs("incidents", [one["id"] for one in known], ["us-1"]),
        *_timeline(told),
        *_effects(told, replaced),
        *_paged(stage.world, marks),
        *_room(stage.world, effects),
        *_customers(stage.world),
    ]


async def all_told(stage: Stage) -> list[str]:
    """The same of any story: one incident, one room, nothing left to do, and each thing said in it once."""
    told = await stage.incident()
    known = (await stage.get("/api/v1/incidents"))["incidents"]
    async with Desk.at(f"sqlite:///{stage.store}") as desk:
        effects = [tracked.effect for tracked in (await desk.story("us-1")).effects]
    rooms = stage.world.slack.workspace.channels
    return [
        *_differs("incidents", [one["id"] for one in known], ["us-1"]),
        *_effects(told, ("summary", "page")),
        *_differs("channels", len(rooms), 1),
        *(wrong for room in rooms for wrong in _said(room, effects)),
    ]


def _differs(what: str, seen: Any, wanted: Any) -> Iterator[str]:
    if seen != wanted:
        yield f"{what}: {seen}, not {wanted}"


def _timeline(told: dict[str, Any]) -> Iterator[str]:
    seen = Counter(entry["what"] for entry in told["timeline"])
    for what, times in TOLD.items():
        yield from _differs(f"“{what}” in the timeline", seen[what], times)


def _effects(told: dict[str, Any], replaced: Sequence[str]) -> Iterator[str]:
    for effect in told["effects"]:
        is_replaced = effect["fate"] == "superseded" and effect["duty"] in replaced
        if effect["fate"] != "confirmed" and not is_replaced:
            yield f"{effect['id']} is {effect['fate']}: {effect['why']}"


def _paged(world: World, marks_max: int) -> Iterator[str]:
    yield from _differs("rings", [ring.page for ring in world.pagerduty.rings], list(KEYS))
    left = [one.key for one in world.pagerduty.incidents if one.state != "resolved"]
    yield from _differs("pages that still ring", left, [])
    marks = len(world.pagerduty.changes)
    if not MARKS <= marks <= marks_max:
        yield f"marks on PagerDuty's timeline: {marks}, not {MARKS}"


def _room(world: World, effects: Sequence[Effect]) -> Iterator[str]:
    rooms = world.slack.workspace.channels
    yield from _differs("channels", len(rooms), 1)
    for room in rooms[:1]:
        yield from _said(room, effects)
        yield from _differs("people in it", len(room.members), 3)
        yield from _differs("pins", len(room.pins), 1)
        yield from _differs("topic", bool(room.topic), True)
        yield from _differs("documents", sum(bool(m.files) for m in room.messages), 1)
        yield from _differs("summary", room.messages[0].text, "✅ us-1 closed by ada")


def _said(room: Channel, effects: Sequence[Effect]) -> Iterator[str]:
    """Each message of ours stands there once, or was added to one that does."""
    seen = Counter(mark_of(message.metadata) for message in room.messages if message.metadata)
    added = "\n".join(words_of(message) for message in room.messages if message.edits)
    wanted = {effect.id: effect.payload for effect in effects if effect.duty in STANDS}
    for name in sorted(wanted | seen):
        if name in wanted and not seen[name]:
            title = wanted[name]["notice"]["title"]
            yield from _differs(
                f"{name} ({title}) is said", escape(title, quote=False) in added, True
            )
        else:
            yield from _differs(f"messages of {name}", seen[name], int(name in wanted))


def words_of(message: Message) -> str:
    """All that a person reads in it."""
    return "\n".join([message.text, *texts(message.blocks)])


def mark_of(metadata: dict[str, Any] | None) -> str:
    return str((metadata or {}).get("event_payload", {}).get("id"))


def _customers(world: World) -> Iterator[str]:
    yield from _differs("the banner", world.us.banner.shows(), None)
    pages = [(one["type"], one["title"]) for one in world.uptimerobot.announcements]
    yield from _differs("the status page", pages, [("Info", "us: working again")])
    said = [message.text.partition(":")[0] for message in world.announcements.messages]
    yield from _differs("#announcements", said, ["✅ us"])
