"""One look at each check, all at once, for a person who wants to know now.

Only looks that share a memory go one after another, in the order of the config: so `ingestion` can look
for the canary that `capture` has sent a moment ago.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from checker.config.settings import PlannedCheck, Settings
from checker.core.model import Observation
from checker.memory import Memories, key_of
from checker.observe import Observer
from checker.stall import Pulse
from probes.wire.fetch import Wire


async def look_once(
    settings: Settings, checks: Iterable[PlannedCheck], advance: Callable[[], None]
) -> list[Observation]:
    """What each look saw, in the order of `checks`; `advance` is called as each of them ends."""
    wire = Wire(
        ca_file=Path(settings.ca_file) if settings.ca_file else None,
        source_address=settings.source_address,
    )
    pulse = Pulse(time.monotonic)
    observer = Observer(settings.location, wire, pulse, lambda: datetime.now(UTC), time.monotonic)

    memories = Memories()
    turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def look(check: PlannedCheck) -> Observation:
        key = key_of(check.name, check.params.remembers)
        async with turns[key]:
            seen = await observer.look(
                check.name,
                check.kind,
                check.params,
                check.target,
                check.timeout_s,
                memories.get(key),
                True,
            )
            memories.apply(key, seen.outcome.memory or {})
        advance()
        return seen

    beating = asyncio.create_task(pulse.run())
    try:
        return list(await asyncio.gather(*map(look, checks)))
    finally:
        beating.cancel()
