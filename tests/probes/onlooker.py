"""The Io of one look over the real wire, at hosts on loopback; and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from probes.contract import Io, Outcome, Reason, Target, Verdict
from probes.wire.fetch import Wire
from tests.world.door import Door

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:1"
PROJECT_KEY = "phc_canary"
PERSONAL_KEY = "phx_canary"


class Watch:
    """A clock that is moved by hand."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def target(app: str = NOWHERE, ingest: str = NOWHERE, *, personal: bool = True) -> Target:
    """One PostHog with all keys, or with the public one alone."""
    return Target(
        "us",
        app,
        ingest,
        project_id="1",
        project_key=SecretStr(PROJECT_KEY),
        personal_key=SecretStr(PERSONAL_KEY) if personal else None,
    )


def io_for(
    wire: Wire,
    at: Target | None = None,
    *,
    memory: Mapping[str, Any] = MappingProxyType({}),
    now: Watch | None = None,
    timeout_s: float = 10.0,
) -> Io:
    line = wire.line(timeout_s)
    return Io(
        target=at,
        timeout_s=timeout_s,
        fetch=line.fetch,
        dial=line.dial,
        resolve=line.resolve,
        now=now or Watch(),
        memory=memory,
    )


def merged(memory: Mapping[str, Any], patch: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is remembered after `patch`: RFC 7386, as the store does it."""
    result = dict(memory)
    for key, value in (patch or {}).items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            held = result.get(key)
            result[key] = merged(held if isinstance(held, Mapping) else {}, value)
        else:
            result[key] = value
    return result


@asynccontextmanager
async def serving(*routes: Iterable[web.RouteDef]) -> AsyncIterator[str]:
    """The origin where these routes are answered, for as long as the block lasts."""
    app = web.Application()
    for table in routes:
        app.router.add_routes(list(table))
    door = Door(app)
    await door.open()
    try:
        yield door.address
    finally:
        await door.close()


def found(outcome: Outcome) -> tuple[Verdict, Reason | None]:
    return outcome.verdict, outcome.reason
