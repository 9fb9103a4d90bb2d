"""`make demo`: a cloud that breaks, and what the engineer on call would see."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from tests.world.daemon import Process, checker, until
from tests.world.faults import status
from tests.world.slack_workspace import Message
from tests.world.world import World

console = Console(highlight=False, soft_wrap=True)
START = time.monotonic()


def say(who: str, text: str, style: str = "") -> None:
    lead = f"{time.monotonic() - START:5.1f} s  {who:10}"
    for line in text.splitlines() or [""]:
        console.print(f"{lead} {line}", style=style, markup=False)
        lead = " " * len(lead)


class Onlooker:
    """Tells what arrives at PagerDuty and Slack, as it arrives."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rings = 0
        self._messages = 0

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            for ring in self._world.pagerduty.rings[self._rings :]:
                say("PagerDuty", f"rings: {ring.summary}", "bold red")
            self._rings = len(self._world.pagerduty.rings)
            told = [
                (channel.name, message)
                for channel in self._world.slack.workspace.channels
                for message in channel.messages
            ]
            for name, message in told[self._messages :]:
                say("Slack", f"#{name}\n{as_read(message)}", "cyan")
            self._messages = len(told)


def as_read(message: Message) -> str:
    """The message as a person reads it: headings, rows of label and text, what to do next."""
    lines = []
    for block in message.blocks:
        fields = [field["text"].strip("*") for field in block.get("fields", ())]
        lines += [
            f"{label}: {text}" for label, text in zip(fields[::2], fields[1::2], strict=False)
        ]
        if "text" in block:
            lines.append(block["text"]["text"])
    return "\n".join(lines) or message.text


async def phase(daemon: Process) -> str:
    """The phase of the newest incident at us, "" while there is none."""
    _, body = await daemon.get("/api/v1/status")
    incidents = [i for i in json.loads(body)["incidents"] if i["id"] == "us-1"]
    return incidents[0]["phase"] if incidents else ""


async def suspects(daemon: Process) -> bool:
    _, body = await daemon.get("/api/v1/status")
    return any(c["name"] == "us/app" and c["in_doubt"] for c in json.loads(body)["checks"])


async def play(world: World, folder: Path) -> None:
    daemon = Process(world.config(folder))
    say("world", "two PostHog clouds, three controls, a Slack and a PagerDuty on loopback")
    await daemon.start()
    say("checker", f"looks at both, every second; see {daemon.address}")
    await asyncio.sleep(4)
    await world.hurt("us", "app", status(503))
    say("world", "app.posthog.com (us) answers 503 from now on", "bold")
    await until(lambda: suspects(daemon), 10, "the first failure")
    say("checker", "the first look has failed: looking faster, and at the controls")
    await until(lambda: bool(world.pagerduty.rings), 30, "the page")
    await asyncio.sleep(4)
    await world.mend("us", "app")
    say("world", "app.posthog.com (us) works again", "bold")

    async def recovered() -> bool:
        return await phase(daemon) == "recovered"

    await until(recovered, 60, "the recovery")
    await asyncio.sleep(1)
    words = ["incident", "close", "us-1", "--cause", "a bad deploy", "--fix", "rolled back"]
    say("engineer", f"checker {shlex.join(words)}", "bold green")
    say("checker", (await checker(*words, "--by", "ada", "--config", folder))[1].strip())
    await until(
        lambda: all(i.state == "resolved" for i in world.pagerduty.incidents),
        10,
        "PagerDuty to be resolved",
    )
    await asyncio.sleep(1)
    say("engineer", "checker incident show us-1", "bold green")
    console.print((await checker("incident", "show", "us-1", "--config", folder))[1], markup=False)
    await daemon.stop()


def verdict(world: World) -> str | None:
    """What is not as it should be, None if all is."""
    rings, channels = len(world.pagerduty.rings), len(world.slack.workspace.channels)
    if (rings, channels) != (1, 1):
        return f"expected one page and one channel, saw {rings} and {channels}"
    return None


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with World() as world:
            onlooker = asyncio.create_task(Onlooker(world).watch())
            await play(world, Path(folder))
            onlooker.cancel()
            wrong = verdict(world)
    say("demo", wrong or "one incident, one page, one channel, closed", "bold")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
