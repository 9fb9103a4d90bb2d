"""What PagerDuty says it took and never shows; what comes too late; and a name that leads nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.torture import ways
from tests.torture.case import Case, Seen
from tests.torture.hurried import DEADLINE_S, SCALE, hurried
from tests.torture.names import Mood, name_server
from tests.torture.refused import ONE_TOO_MANY_S, SOON_S, told_directly
from tests.torture.stage import Stage, rewrite, stage
from tests.torture.story import KEYS, Story
from tests.torture.verdict import all_told
from tests.torture.ways import Spoilt, Way
from tests.world.daemon import Process
from tests.world.faults import lose, refuse, status
from tests.world.pagerduty import plain

NOWHERE = "https://pager.example:1"
MOODS: dict[Mood, str] = {"nxdomain": "there is no such name", "silent": "nobody answers"}

ENDS: dict[str, tuple[Way | None, int]] = {  # and how often it may ring
    "it refuses connections": (None, 0),
    "its answers are lost": (ways.lost, 1),
    "it answers 503": (ways.status(503), 1),
}


def cases() -> Iterator[Case]:
    told = "told a second way after 2 min, once; the next page rings"
    row = f"PagerDuty says 202 and drops the page (time 1:{SCALE})"
    yield Case("responders", row, told, dropped)
    for name, (way, rings) in ENDS.items():
        told = f"no page after its end, none is left open; {'one ring' if rings else 'no ring'}"
        row = f"the incident is closed while PagerDuty is away: {name} (time 1:{SCALE})"
        yield Case("responders", row, told, partial(ended, way, rings))
    for mood, what in MOODS.items():
        row = f"PagerDuty's name leads nowhere, {what}; then the address is mended"
        yield Case("responders", row, "the room is there; rung once", partial(no_name, mood))


# ── accepted and dropped ──────────────────────────────────────────────────────────────────────


async def dropped(folder: Path) -> Seen:
    async with hurried(folder, second_way=True) as here:
        await here.world.hurt("pagerduty", "enqueue", lose())
        await here.keep()
        story = Story(here)
        await story.begin()
        await here.until(lambda: told_directly(here) == 1, DEADLINE_S + SOON_S, "the second way")
        await asyncio.sleep(ONE_TOO_MANY_S)
        await here.world.mend("pagerduty")
        told = told_directly(here)
        await here.world.hurt("us", "app", status(503))
        await here.until(lambda: bool(here.world.pagerduty.rings), SOON_S, "the next page")
        await story.settle()
        wrong = await all_told(here)
        rings = [ring.page for ring in here.world.pagerduty.rings]
    if told != 1 or rings != [KEYS[1]]:
        wrong.append(f"told directly {told} times, rings: {rings}")
    return Seen("; ".join(wrong) or "the same", not wrong)


# ── the order of a page and its end ───────────────────────────────────────────────────────────


async def ended(way: Way | None, rings: int, folder: Path) -> Seen:
    async with hurried(folder) as here:
        spoilt = Spoilt(here, way or ways.cut, "pagerduty enqueue")
        if way is None:
            await here.world.hurt("pagerduty", "*", refuse())
        await here.keep()
        story = Story(here)
        await story.begin()
        await story.recover()
        await story.close()
        await asyncio.sleep(ONE_TOO_MANY_S)
        spoilt.is_over = True
        await here.world.mend("pagerduty")
        await story.end()
        await asyncio.sleep(ONE_TOO_MANY_S)
        wrong = [*await all_told(here), *_out_of_order(here)]
        rung = len(here.world.pagerduty.rings)
    wrong += [] if rung == rings else [f"{rung} rings"]
    return Seen("; ".join(wrong) or "the same", not wrong)


def _out_of_order(here: Stage) -> Iterator[str]:
    """Pages after their end, and pages that are open still."""
    over: set[str] = set()
    for event in here.world.pagerduty.events:
        key = plain(event["dedup_key"])
        if event["event_action"] == "resolve":
            over.add(key)
        elif key in over:
            yield f"{key} paged after its end"
    for page in here.world.pagerduty.incidents:
        if page.state != "resolved":
            yield f"{page.key} is {page.state}"


# ── a name ────────────────────────────────────────────────────────────────────────────────────


async def no_name(mood: Mood, folder: Path) -> Seen:
    async with stage(folder) as here, name_server(folder) as names:
        names.mood = mood
        here.daemon = Process(folder, names.entry)
        address = here.world.pagerduty.address
        rewrite(folder, partial(_pager_at, NOWHERE))
        await here.keep()
        story = Story(here)
        await story.begin()
        rooms = here.world.slack.workspace.channels
        await here.until(lambda: bool(rooms and rooms[0].pins), SOON_S, "the room")
        rewrite(folder, partial(_pager_at, address))
        await here.until(lambda: bool(here.world.pagerduty.rings), 2 * SOON_S, "the ring")
        await story.settle()
        await asyncio.sleep(ONE_TOO_MANY_S)
        wrong = await all_told(here)
        rings = len(here.world.pagerduty.rings)
    wrong += [] if rings == 1 else [f"{rings} rings"]
    return Seen("; ".join(wrong) or "the same", not wrong)


def _pager_at(address: str, config: dict[str, Any]) -> None:
    config["responders"]["pagerduty"] |= {"base_url": address, "rest_url": address}
