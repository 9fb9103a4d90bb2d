"""A world and a daemon in it that somebody starts again whenever it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from tests.world.daemon import Process
from tests.world.pagerduty_rest import SERVICE
from tests.world.world import World

LOOK_S = 0.3  # between two looks at whether something has happened
REST_S = 0.1  # between two lives
LIVES_MAX = 50
TOKEN = {"Authorization": "Bearer token-of-the-world"}
PEOPLE = {"Grace Hopper": "grace@example.com", "Katherine Johnson": "katherine@example.com"}

# Two failed looks declare, one good look ends it: patience is tried elsewhere, crashes here.
PACE = {"every": "1s", "timeout": "1s", "recheck": "200ms"}
HASTY = {
    "failed": 25,
    "passed": 60,
    "declare_after": "50ms",
    "recover_after": "1s",
    "live_for": "5s",
    "repage_after": "1s",
    "page_deadline": "60s",
}


class Stage:
    """Where a case is played. `lives` counts how often the daemon was started."""

    def __init__(self, world: World, daemon: Process) -> None:
        self.world = world
        self.daemon = daemon
        self.lives = 0
        self._keeper: asyncio.Task[None] | None = None

    @property
    def store(self) -> Path:
        return self.daemon.config / "checker.db"

    # ── the daemon ──

    async def keep(self) -> None:
        """Start it, and start it again whenever it ends, as a supervisor does; until `leave`."""
        await self._start()
        self._keeper = asyncio.create_task(self._again())

    async def _again(self) -> None:
        while self.lives < LIVES_MAX:
            await self.daemon.ended()
            await asyncio.sleep(REST_S)
            await self._start()

    async def _start(self) -> None:
        self.lives += 1
        await self.daemon.spawn()

    async def leave(self) -> None:
        """Start it no more; it goes on if it runs."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])

    async def until(
        self, holds: Callable[[], bool | Awaitable[bool]], within_s: float, what: str
    ) -> None:
        """Wait until `holds`, and take a daemon that does not answer for not yet. TimeoutError names `what`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while not await self._now(holds):
            if loop.time() > end:
                raise TimeoutError(f"waited {within_s:.0f} s in vain for {what}")
            await asyncio.sleep(LOOK_S)

    async def _now(self, holds: Callable[[], bool | Awaitable[bool]]) -> bool:
        try:
            answer = holds()
            return answer if isinstance(answer, bool) else await answer
        except (aiohttp.ClientError, TimeoutError, LookupError):
            return False

    # ── what it says ──

    async def get(self, path: str) -> Any:
        """The JSON of one GET; LookupError if that is refused."""
        return await self._ask("GET", path)

    async def post(self, path: str, body: Mapping[str, Any], key: str = "") -> Any:
        """The JSON of one POST with the token; LookupError if that is refused."""
        return await self._ask("POST", path, body, {"Idempotency-Key": key} if key else {})

    async def _ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        timeout = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession(headers=TOKEN, timeout=timeout) as session,
            session.request(
                method, f"{self.daemon.address}{path}", json=body, headers=headers
            ) as answer,
        ):
            text = await answer.text()
        if answer.status >= 300:
            raise LookupError(f"{method} {path}: {answer.status} {text[:200]}")
        return json.loads(text)

    async def incident(self, name: str = "us-1") -> dict[str, Any]:
        """The incident with its timeline and effects; LookupError if there is none."""
        told: dict[str, Any] = await self.get(f"/api/v1/incidents/{name}")
        return told

    async def metrics(self) -> str:
        return (await self.daemon.get("/metrics"))[1]


@asynccontextmanager
async def stage(
    folder: Path, *, config: Mapping[str, Any] | None = None, **process: Any
) -> AsyncIterator[Stage]:
    """A world with people in it and a daemon that does not run yet; `config` replaces whole top-level keys."""
    async with World() as world:
        world.slack.workspace.emails |= {
            mail: f"U{number:04}" for number, mail in enumerate(PEOPLE.values())
        }
        world.slack.workspace.people |= {"U0000": "grace", "U0001": "katherine"}
        world.config(folder, public=True, **{"thresholds": HASTY, "pace": PACE, **(config or {})})
        if not config or "responders" not in config:
            rewrite(folder, lambda told: told["responders"].update(responders(world)))
        here = Stage(world, Process(folder, **process))
        try:
            yield here
        finally:
            await here.leave()
            await here.daemon.kill()


def responders(world: World) -> dict[str, Any]:
    """PagerDuty that can be asked, and a Slack that knows people."""
    pagerduty = {
        "routing_key": world.pagerduty.routing_key,
        "base_url": world.pagerduty.address,
        "rest_token": world.pagerduty.rest_token,
        "rest_url": world.pagerduty.address,
        "read_every": "1s",
        "service": SERVICE,
    }
    slack = {"token": world.slack.token, "base_url": world.slack.api, "people": PEOPLE}
    return {"pagerduty": pagerduty, "slack": slack}


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the config that stands in the folder."""
    path = folder / "checker.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
