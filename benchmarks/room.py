"""How soon after a declaration PagerDuty has the page, and people have a room with its first message.

    python -m benchmarks.room [incidents]

PagerDuty and Slack answer after 50 ms, as they do in life. One check fails, or forty in the same second; each incident
has a world and a daemon of its own. And however many fail together, there is one page, one channel, one opening.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from checker.desk import Desk
from tests.world import watching
from tests.world.daemon import Process, until
from tests.world.faults import refuse, slow
from tests.world.slack_workspace import Channel
from tests.world.world import World

ANSWER_S = 0.05
PAGE_GOAL_S, ROOM_GOAL_S = 1.0, 3.0  # at the 95th percentile
QUIET_S = 5.0  # in which a second page or room would come


async def incident(checks: int, folder: Path) -> tuple[float, float, str]:
    """Seconds from the declaration to the page and to the room's first message; and what there was too much of."""
    async with World() as world:
        pages = {f"app-{n}": watching.page("app", f"/login?{n}") for n in range(checks)}
        pace = {"every": "2s", "timeout": "1s", "recheck": "500ms"}
        daemon = Process(world.config(folder, checks=pages, pace=pace))
        for place in ("pagerduty", "slack"):
            await world.hurt(place, "*", slow(ANSWER_S))
        try:
            await daemon.start()
            await asyncio.sleep(3)
            await world.hurt("us", "app", refuse())
            await until(lambda: bool(rooms(world)), 60, "the room")
            await asyncio.sleep(QUIET_S)
            async with Desk.at(f"sqlite:///{folder}/checker.db") as desk:
                declared_at = (await desk.story("us-1")).incident.declared_at
            (opening, *_) = rooms(world)[0].messages
            page_s = world.pagerduty.rings[0].at - declared_at
            return page_s, float(opening.ts) - declared_at, surplus(world)
        finally:
            await daemon.kill()


def rooms(world: World) -> list[Channel]:
    """The channels in which something was said."""
    return [channel for channel in world.slack.workspace.channels if channel.messages]


def surplus(world: World) -> str:
    """What there was more than one of, or nothing."""
    openings = [m for room in rooms(world) for m in room.messages if "/room/" in str(m.metadata)]
    counts = {"pages": world.pagerduty.rings, "rooms": rooms(world), "openings": openings}
    return ", ".join(f"{len(found)} {what}" for what, found in counts.items() if len(found) != 1)


def line(what: str, seconds: list[float], goal_s: float) -> str:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    middle = ordered[len(ordered) // 2]
    verdict = "ok" if p95 <= goal_s else "MISSED"
    return f"{what:42} p50 {middle:5.2f} s  p95 {p95:5.2f} s  goal {goal_s:.0f} s {verdict}"


async def main(incidents: int) -> int:
    told: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for checks in (1, 20, 40):
            found = [
                await incident(checks, Path(folder) / f"{checks}-{n}") for n in range(incidents)
            ]
            pages, opened, over = zip(*found, strict=True)
            told.append(line(f"{checks} failing: declared to page accepted", pages, PAGE_GOAL_S))
            told.append(
                line(f"{checks} failing: declared to room with a message", opened, ROOM_GOAL_S)
            )
            told += [f"{checks} failing: MISSED, {each}" for each in over if each]
            print("\n".join(told[-2 - sum(map(bool, over)) :]), flush=True)
    return 1 if any("MISSED" in each for each in told) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else 10)))
