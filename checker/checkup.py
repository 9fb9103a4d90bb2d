"""One look at each check, all at once, for a person who wants to know now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from checker.config.settings import PlannedCheck, Settings
from checker.core.model import Observation, nothing
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

    async def look(check: PlannedCheck) -> Observation:
        seen = await observer.look(
            check.name, check.kind, check.params, check.target, check.timeout_s, nothing(), True
        )
        advance()
        return seen

    beating = asyncio.create_task(pulse.run())
    try:
        return list(await asyncio.gather(*map(look, checks)))
    finally:
        beating.cancel()
