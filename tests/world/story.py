"""`make story`: one outage with people in it, and what is left of it: the room, the page, the document.

Ada is on call and takes the lead; Bob joins by command and is handed it; they take a note, tell customers, and close.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from tests.world.daemon import Process, until
from tests.world.demo import as_read
from tests.world.engineer import Engineer
from tests.world.faults import status
from tests.world.pagerduty_rest import SERVICE
from tests.world.slack_socket import APP_TOKEN, SlackSocket
from tests.world.slack_workspace import Channel
from tests.world.world import World

WITHIN_S = 30.0
GROUP, TIM, JAMES = "S0INFRA", "U000TIM", "U00JAMES"
RUNBOOK = "https://runbooks.example/app"


@dataclass
class Told:
    """What the story leaves behind."""

    world: World
    slack: SlackSocket
    room: Channel
    banner_meanwhile: str = ""
    announced: list[str] = field(default_factory=list)
    incident: dict[str, Any] = field(default_factory=dict)


def stage(world: World, slack: SlackSocket, folder: Path) -> Path:
    """The config, with everybody who should be there."""
    slack.workspace.groups[GROUP] = ["U0INFRA1"]
    path = world.config(folder, public=True)
    checks = {"app": {**_written(path, "checks")["app"], "owners": ["infra"], "runbook": RUNBOOK}}
    responders = _written(path, "responders")
    responders["pagerduty"] |= {
        "rest_token": world.pagerduty.rest_token,
        "rest_url": world.pagerduty.address,
        "service": SERVICE,
        "read_every": "1s",
    }
    responders["slack"] |= {
        "app_token": APP_TOKEN,
        "invite": [TIM, JAMES],
        "people": {"infra": GROUP},
        "sync_owner": TIM,
        "call_url": "https://zoom.example/j/1",
    }
    return world.config(folder, public=True, checks=checks, responders=responders)


def _written(path: Path, key: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((path / "checker.yaml").read_text())[key]
    return found


async def live(folder: Path) -> Told:
    """The whole outage, from the first failure to the document."""
    slack = SlackSocket()
    async with World(slack=slack) as world:
        slack.workspace.address = slack.address
        ada = Engineer(slack, "U000ADA", "ada", "Ada Lovelace")
        bob = Engineer(slack, "U000BOB", "bob")
        world.pagerduty.service.on_call = [(1, "Ada Lovelace")]
        daemon = Process(stage(world, slack, folder))
        try:
            await daemon.start()
            await slack.linked()
            await world.hurt("us", "app", status(503))
            await until(lambda: bool(slack.workspace.channels), WITHIN_S, "the room")
            told = Told(world, slack, slack.workspace.channels[0])
            await meet(told, ada, bob)
            await tell_customers(told, bob)
            await world.mend("us", "app")
            await end(told, daemon, bob)
            told.incident = await shown(daemon)
            told.announced = [m.text for m in world.announcements.messages]
            return told
        finally:
            await daemon.kill()


async def meet(told: Told, ada: Engineer, bob: Engineer) -> None:
    """Whoever is on call answers and leads; another joins and is handed the lead; what is tried is noted."""
    await ada.presses("Take the lead", told.room)
    told.world.pagerduty.acknowledge(told.world.pagerduty.rings[0].key, by="Ada Lovelace")
    await heard(told, "page acknowledged by Ada Lovelace")
    await bob.types("join us-1")
    await heard(told, "bob joins us-1")
    await ada.says(f"lead <@{bob.id}>", told.room)
    await heard(told, "handed over by Ada Lovelace")
    await ada.says("note restarted the pods, no change", told.room)
    await heard(told, "Ada Lovelace: restarted the pods")


async def tell_customers(told: Told, bob: Engineer) -> None:
    await bob.presses("Publish on banner", told.room)
    await heard(told, "bob tells customers by banner")
    banner = told.world.us.banner
    await until(lambda: "we see problems" in str(banner.shows()), WITHIN_S, "the banner")
    told.banner_meanwhile = banner.shows() or ""


async def end(told: Told, daemon: Process, bob: Engineer) -> None:
    async def has_recovered() -> bool:
        return bool((await shown(daemon))["incident"]["phase"] == "recovered")

    await until(has_recovered, 60, "the recovery")
    forms = len(told.slack.workspace.views)
    await bob.presses("Close …", told.room)
    await until(lambda: len(told.slack.workspace.views) > forms, WITHIN_S, "the form")
    await bob.fills_in(told.room, cause="a bad deploy", fix="rolled back")
    await until(lambda: bool(told.slack.workspace.files), WITHIN_S, "the document")
    pages = told.world.pagerduty.incidents
    await until(lambda: all(p.state == "resolved" for p in pages), WITHIN_S, "the end of the page")


async def heard(told: Told, words: str) -> None:
    """Waits until the room says so."""

    def is_said() -> bool:
        return any(words in as_read(m) or words in m.text for m in told.room.messages)

    await until(is_said, WITHIN_S, f"“{words}” in the room")


async def shown(daemon: Process) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await daemon.get("/api/v1/incidents/us-1"))[1])
    return found


def tell(told: Told) -> None:
    """Prints it as people saw it."""
    console = Console(highlight=False, soft_wrap=True, markup=False)
    room = told.room
    console.rule(f"the room: #{room.name}")
    console.print(room.topic, style="dim")
    for message in room.messages:
        console.print(as_read(message) + "\n")
    console.rule("the page")
    for ring in told.world.pagerduty.rings:
        console.print(f"{ring.severity}: {ring.summary}  ({ring.key})")
    console.rule("the banner meanwhile")
    console.print(told.banner_meanwhile)
    console.rule("the document")
    console.print((told.slack.workspace.files[0].content or b"").decode())


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        tell(await live(Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
