"""Those who are told are away for half an hour: what is done meanwhile, and what people find when they are back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.torture import ways
from tests.torture.case import Case, Seen
from tests.torture.hurried import SCALE, hurried
from tests.torture.stage import Stage
from tests.torture.story import KEYS, Story
from tests.torture.verdict import all_told, misses
from tests.torture.ways import Spoilt, Way
from tests.world.faults import refuse, status
from tests.world.slack_workspace import Message

AWAY_S = 1800.0 / SCALE
MINUTE_S = 60.0 / SCALE
A_MINUTE_MAX = 20  # requests; PagerDuty allows 120 a minute, and seldom-used methods of Slack 20
BACK_S = 15.0  # within which all is done when they are back
MESSAGES_MAX = 4  # the summary, what happened meanwhile, what is asked, that it ended
NOTES = 20

WAYS: dict[str, Way | None] = {
    "refuses connections": None,
    "never answers": ways.hung,
    "answers 503": ways.status(503),
}


def cases() -> Iterator[Case]:
    said = f"for 30 min (time 1:{SCALE})"
    told = "rung once when it is back; the room is not kept waiting; ≤ 20 requests a minute"
    for name, way in WAYS.items():
        row = f"PagerDuty {name} {said}"
        yield Case("responders", row, told, partial(no_pagerduty, way))
    told = f"rung at once; then one room, and in it all that happened in {MESSAGES_MAX} messages"
    for name, way in WAYS.items():
        row = f"Slack {name} {said}, while much happens"
        yield Case("responders", row, told, partial(no_slack, way))
    row = f"Slack answers 503 {said}, from the middle of an incident on"
    told = f"the same, in {MESSAGES_MAX} messages more"
    yield Case("responders", row, told, no_slack_any_more)
    row = f"PagerDuty and Slack are both away {said}, over kill -9, {NOTES} notes and a raise"
    told = f"one ring, the room and all that was said in {MESSAGES_MAX} messages"
    yield Case("responders", row, told, partial(all_gone, False))
    told = "the same, but the page is low and told as past"
    yield Case("responders", f"{row}; it recovers meanwhile", told, partial(all_gone, True))


# ── the pager ─────────────────────────────────────────────────────────────────────────────────


async def no_pagerduty(way: Way | None, folder: Path) -> Seen:
    async with hurried(folder) as here:
        away = await _away(here, way, "pagerduty")
        await here.keep()
        await here.world.hurt("us", "signup", status(503))
        rooms = here.world.slack.workspace.channels
        await here.until(lambda: bool(rooms and rooms[0].pins), BACK_S, "the room")
        await asyncio.sleep(AWAY_S)
        too_soon = len(here.world.pagerduty.rings)
        await _back(here, away, "pagerduty")
        await here.until(lambda: bool(here.world.pagerduty.rings), BACK_S, "the ring")
        story = Story(here)
        await story.from_the_page_on()
        await story.end()
        wrong = [*await misses(here), *_busy(away), *(["rung too soon"] if too_soon else [])]
    return Seen("; ".join(wrong) or _as_told(away), not wrong)


def _busy(away: Spoilt) -> Iterator[str]:
    most = away.most_in(MINUTE_S)
    if most > A_MINUTE_MAX:
        yield f"{most} requests in a minute"


def _as_told(away: Spoilt) -> str:
    most = away.most_in(MINUTE_S)
    return "the same" + (f"; at most {most} requests in a minute" if most else "")


# ── the room ──────────────────────────────────────────────────────────────────────────────────


async def no_slack(way: Way | None, folder: Path) -> Seen:
    async with hurried(folder) as here:
        away = await _away(here, way, "slack")
        await here.keep()
        await asyncio.gather(Story(here).until_closed(), asyncio.sleep(AWAY_S))
        await _back(here, away, "slack")
        await Story(here).end()
        messages = here.world.slack.workspace.channels[0].messages
        wrong = [*await misses(here), *_busy(away), *too_many(messages)]
    return Seen("; ".join(wrong) or f"{_as_told(away)}; {len(messages)} messages", not wrong)


async def no_slack_any_more(folder: Path) -> Seen:
    async with hurried(folder) as here:
        await here.keep()
        story = Story(here)
        await story.open()
        await story.settle()
        messages = here.world.slack.workspace.channels[0].messages
        before = len(messages)
        away = await _away(here, ways.status(503), "slack")
        await asyncio.gather(story.from_the_page_on(), asyncio.sleep(AWAY_S))
        await _back(here, away, "slack")
        await story.end()
        wrong = [*await misses(here), *_busy(away), *too_many(messages, before)]
    text = f"{_as_told(away)}; {len(messages)} messages, {before} of them before"
    return Seen("; ".join(wrong) or text, not wrong)


def too_many(messages: list[Message], before: int = 0) -> Iterator[str]:
    """`before`: how many there were when Slack went away."""
    ours = [message for message in messages if message.metadata]
    if len(ours) > MESSAGES_MAX + before:
        yield f"{len(ours)} messages: " + ", ".join(message.text for message in ours)


# ── both, and a restart ───────────────────────────────────────────────────────────────────────


async def all_gone(is_over: bool, folder: Path) -> Seen:
    """Much happens meanwhile, and the daemon dies in the middle of it."""
    async with hurried(folder) as here:
        away = await _away(here, ways.status(503), "pagerduty", "slack")
        await here.keep()
        await asyncio.gather(_a_busy_night(here, is_over), asyncio.sleep(AWAY_S))
        too_soon = len(here.world.pagerduty.rings)
        await _back(here, away)
        await Story(here).settle()
        messages = here.world.slack.workspace.channels[0].messages
        wrong = [*_busy(away), *too_many(messages), *await all_told(here)]
        rings = [(ring.page, ring.severity) for ring in here.world.pagerduty.rings]
    if too_soon or rings != [(KEYS[1], "warning" if is_over else "critical")]:
        wrong.append(f"rings: {rings}")
    rung = f"one ring, {rings[0][1]}" if rings else "no ring"
    return Seen("; ".join(wrong) or f"{rung}; {len(messages)} messages", not wrong)


async def _a_busy_night(here: Stage, is_over: bool) -> None:
    story = Story(here)
    await story.begin()
    await story.note(NOTES)
    here.daemon.signal(signal.SIGKILL)
    await story.worsen()
    await story.join()
    if is_over:
        await story.recover()


# ── away, and back ────────────────────────────────────────────────────────────────────────────


async def _away(here: Stage, way: Way | None, *places: str) -> Spoilt:
    spoilt = Spoilt(here, way or ways.cut, *places)
    if way is None:
        spoilt.is_over = True  # nothing comes through that it could see
        for place in places:
            await here.world.hurt(place, "*", refuse())
    return spoilt


async def _back(here: Stage, spoilt: Spoilt, *places: str) -> None:
    spoilt.is_over = True
    for place in places:
        await here.world.mend(place)
