"""Where canaries are kept in tests: PostHog's events on loopback, our probes, and one virtual time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from aiohttp import web
from pydantic import SecretStr

from checker.memory import Memories, key_of
from probes import capture, ingestion, stored
from probes.contract import Io, Outcome, Reason, Target
from probes.wire.fetch import Wire
from tests.world.door import Door
from tests.world.posthog_events import Events

KEY = key_of("us/ingestion", "canaries")
SENDING, LOOKING, KEEPING = capture.Params(), ingestion.Params(), stored.Params()


def target_at(origin: str) -> Target:
    """A PostHog there, of which we know what the fake's defaults are."""
    return Target(
        name="us",
        app_origin=origin,
        ingest_origin=origin,
        project_id="1",
        project_key=SecretStr("phc_canary"),
        personal_key=SecretStr("phx_canary"),
    )


class Aviary:
    """One location and one target. `passes` is the only thing that moves time."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._time = datetime(2026, 11, 23, 3, tzinfo=UTC).timestamp()
        self._wall_error_s = 0.0
        self._booted_at = self._time - 5000.0
        self._run = "first"
        self.events = Events(lambda: self._time)
        self.memories = Memories()
        app = web.Application()
        app.add_routes(self.events.routes())
        self._door = Door(app)

    @property
    def target(self) -> Target:
        return target_at(self._door.address)

    def passes(self, seconds: float) -> None:
        self._time += seconds

    def set_wall_clock(self, seconds: float) -> None:
        """Our own clock is set forward, or back."""
        self._wall_error_s += seconds

    def restart(self) -> None:
        """Our program starts anew, perhaps on another machine; what it remembers went through JSON."""
        kept = json.loads(json.dumps({KEY: dict(self.memories.get(KEY))}))
        self.memories = Memories()
        self.memories.restore(kept)
        self._run += " again"
        self._booted_at = self._time - 7.0

    def io(self) -> Io:
        line = self._wire.line(10.0)
        return Io(
            target=self.target,
            timeout_s=10.0,
            fetch=line.fetch,
            dial=line.dial,
            resolve=line.resolve,
            now=lambda: (
                datetime.fromtimestamp(self._time, UTC) + timedelta(seconds=self._wall_error_s)
            ),
            memory=self.memories.get(KEY),
            monotonic=lambda: self._time - self._booted_at,
            run=self._run,
        )

    async def send(self, params: capture.Params = SENDING) -> Outcome:
        return self._kept(await capture.probe(params, self.io()))

    async def look(self, params: ingestion.Params = LOOKING) -> Outcome:
        return self._kept(await ingestion.probe(params, self.io()))

    async def look_for_old(self, params: stored.Params = KEEPING) -> Outcome:
        return self._kept(await stored.probe(params, self.io()))

    async def live(
        self,
        seconds: float,
        *,
        send_every_s: int = 15,
        look_every_s: int = 60,
        sending: capture.Params = SENDING,
        looking: ingestion.Params = LOOKING,
    ) -> list[Outcome]:
        """Time passes as on a schedule; what the look-ups found."""
        found = []
        for second in range(send_every_s, int(seconds) + 1, send_every_s):
            self.passes(send_every_s)
            await self.send(sending)
            if second % look_every_s == 0:
                found.append(await self.look(looking))
        return found

    def _kept(self, outcome: Outcome) -> Outcome:
        if outcome.memory is not None:
            json.dumps(outcome.memory, allow_nan=False)
            assert self.memories.apply(KEY, outcome.memory) == ""
        return outcome

    async def __aenter__(self) -> Self:
        await self._door.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._door.close()


def reasons(outcomes: Sequence[Outcome]) -> list[Reason | None]:
    return [outcome.reason for outcome in outcomes]
