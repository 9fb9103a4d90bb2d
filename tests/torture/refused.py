"""Those who are told say no, in each of their ways: for a while, or for good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.torture import ways
from tests.torture.case import Case, Seen
from tests.torture.hurried import DEADLINE_S, PAGED, SCALE, hurried
from tests.torture.stage import Stage
from tests.torture.story import Story
from tests.torture.verdict import all_told, misses
from tests.torture.ways import RETRY_AFTER_S, Spoilt, Way
from tests.world.faults import Answer, status

WHILE_S = 600.0 / SCALE
MINUTE_S = 60.0 / SCALE
A_MINUTE_MAX = 20  # requests to one of them
SOON_S = 10.0
ONE_TOO_MANY_S = 3.0  # in which a second one would come

SLACK: dict[str, Way] = {
    "“token_revoked”": ways.says("token_revoked"),
    "“invalid_auth”": ways.says("invalid_auth"),
    "“ratelimited”, with 200 and no Retry-After": ways.says("ratelimited"),
    "“fatal_error”": ways.says("fatal_error"),
    f"429 with Retry-After: {RETRY_AFTER_S}": ways.throttled,
    "200 and somebody's HTML": ways.html,
    "200 and nothing": ways.empty,
    "nothing, though it does as it is asked": ways.lost,
}
SHOWN = {"“token_revoked”": "token_revoked", "“invalid_auth”": "invalid_auth"}  # in the incident
PAGERDUTY: dict[str, Way] = {
    "401": ways.status(401),
    "403": ways.status(403),
    "429 without Retry-After": ways.status(429),
    "200 and somebody's HTML": ways.html,
    "200 and nothing": ways.empty,
}
FOR_GOOD = {"is_archived": "unarchive it", "channel_not_found": "the channel is gone"}


def cases() -> Iterator[Case]:
    said = f"for 10 min (time 1:{SCALE})"
    told = f"rung at once; each thing once when it is mended; ≤ {A_MINUTE_MAX} requests a minute"
    for name, way in SLACK.items():
        yield Case(
            "responders",
            f"Slack answers {name} {said}",
            told,
            partial(slack, way, SHOWN.get(name, "")),
        )
    for word, hint in FOR_GOOD.items():
        told = "rung all the same; each message tried once, and what to do is said; then it goes on"
        row = f"Slack answers “{word}” for what is said in the room"
        yield Case("responders", row, told, partial(for_good, word, hint))
    told = "told a second way after 2 min, once; rung once when it is mended"
    for name, way in PAGERDUTY.items():
        row = f"PagerDuty answers {name} {said}"
        yield Case("responders", row, told, partial(pagerduty, way))
    told = "the bare page is sent, and rings"
    yield Case("responders", "PagerDuty answers 400 to all but the bare page", told, bare)
    told = "sent twice, whole and bare; then the second way at once, once"
    yield Case("responders", "PagerDuty answers 400 to any page", told, never)


# ── Slack ─────────────────────────────────────────────────────────────────────────────────────


async def slack(way: Way, shown: str, folder: Path) -> Seen:
    async with hurried(folder) as here:
        spoilt = Spoilt(here, way, "slack")
        await here.keep()
        story = Story(here)
        await story.open()
        await asyncio.sleep(WHILE_S)
        spoilt.is_over = True
        effects = (await here.incident())["effects"]
        await story.from_the_page_on()
        await story.end()
        most, wrong = spoilt.most_in(MINUTE_S), await misses(here)
    if shown and not any(shown in effect["why"] for effect in effects):
        wrong.append("nobody is told why")
    if way is ways.throttled and spoilt.most_in(RETRY_AFTER_S - 0.1, "slack conv") > 1:
        wrong.append("asked again before the time")
    return _judged(wrong, most)


def _judged(wrong: list[str], most: int) -> Seen:
    if most > A_MINUTE_MAX:
        wrong.append(f"{most} requests in a minute")
    return Seen("; ".join(wrong) or f"the same; at most {most} requests in a minute", not wrong)


async def for_good(word: str, hint: str, folder: Path) -> Seen:
    """Somebody archives the room, or deletes it, in the middle of an incident; and brings it back."""
    async with hurried(folder) as here:
        story = Story(here)
        await here.keep()
        await story.open()
        await story.settle()
        spoilt = Spoilt(here, ways.says(word), "slack chat.")
        await story.acknowledge(1)
        await story.join()
        await story.escalate()
        await story.settle()
        spoilt.is_over = True
        await story.note(1)
        await story.settle()
        told = await here.incident()
        room = here.world.slack.workspace.channels[0]
    refused = [one for one in told["effects"] if one["fate"] == "refused"]
    wrong = [f"{one['id']}: {one['why']}" for one in refused if hint not in one["why"]]
    if not refused or len(spoilt.asked) != len(refused):
        wrong.append(f"{len(spoilt.asked)} requests for {len(refused)} messages")
    if room.messages[-1].text.count("tried number 1") != 1:
        wrong.append(f"the last message is {room.messages[-1].text}")
    return Seen("; ".join(wrong) or f"the same; {len(refused)} messages refused", not wrong)


# ── PagerDuty ─────────────────────────────────────────────────────────────────────────────────


async def pagerduty(way: Way, folder: Path) -> Seen:
    async with hurried(folder, second_way=True) as here:
        spoilt = Spoilt(here, way, "pagerduty enqueue")
        await here.keep()
        await Story(here).begin()
        await here.until(lambda: told_directly(here) == 1, DEADLINE_S + SOON_S, "the second way")
        await asyncio.sleep(WHILE_S - DEADLINE_S)
        spoilt.is_over = True
        wrong = await _rung(here)
        most = spoilt.most_in(MINUTE_S)
    return _judged(wrong, most)


async def _rung(here: Stage, rings: int = 1, directly: int = 1) -> list[str]:
    """What is wrong when all that waits has been done, and there was time for one too many."""
    await here.until(lambda: len(here.world.pagerduty.rings) >= rings, SOON_S, "the ring")
    await Story(here).settle()
    await asyncio.sleep(ONE_TOO_MANY_S)
    wrong = []
    if len(here.world.pagerduty.rings) != rings:
        wrong.append(f"{len(here.world.pagerduty.rings)} rings, not {rings}")
    if told_directly(here) != directly:
        wrong.append(f"told directly {told_directly(here)} times, not {directly}")
    return wrong


def told_directly(here: Stage) -> int:
    direct = here.world.slack.workspace.directs.get(PAGED)
    return len(direct.messages) if direct else 0


async def bare(folder: Path) -> Seen:
    async with hurried(folder, second_way=True) as here:
        Spoilt(here, _but_the_bare_page, "pagerduty enqueue")
        await here.keep()
        await Story(here).begin()
        wrong = [*await _rung(here, directly=0), *await all_told(here)]
        said = [
            e["text"] for e in (await here.incident())["timeline"] if "summary only" in e["text"]
        ]
    wrong += [] if len(said) == 1 else [f"said {len(said)} times"]
    return Seen("; ".join(wrong) or "the same, and the timeline says so", not wrong)


async def _but_the_bare_page(request: web.Request, answer: Answer) -> web.StreamResponse:
    event: dict[str, Any] = await request.json()
    if "custom_details" in event.get("payload", {}):
        return await ways.refused_event(request, answer)
    return await answer()


async def never(folder: Path) -> Seen:
    asked: list[str] = []

    async def refuse(request: web.Request, answer: Answer) -> web.StreamResponse:
        asked.append((await request.json())["event_action"])
        return await ways.refused_event(request, answer)

    async with hurried(folder, second_way=True) as here:
        Spoilt(here, refuse, "pagerduty enqueue")
        await here.keep()
        await here.world.hurt("us", "signup", status(503))
        await here.until(lambda: told_directly(here) == 1, SOON_S, "the second way")
        wrong = await _rung(here, rings=0)
    pages = asked.count("trigger")
    wrong += [] if pages == 2 else [f"sent {pages} times"]
    return Seen("; ".join(wrong) or "the same", not wrong)
