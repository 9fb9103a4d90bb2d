"""What is looked at, with which eyes, and in what turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from checker.assembly import slot_of
from checker.config.settings import Settings
from checker.core.model import Observation
from checker.lookout import Lookout
from checker.metrics import Metrics
from checker.observe import Observer
from checker.scheduler import Scheduler
from checker.several.roster import Place
from checker.stall import Pulse
from checker.store.store import Store
from probes.wire.fetch import Wire


class Watch:
    """One location's looks: `saw` is told of each; `is_settled`: whether a check's state is known."""

    def __init__(
        self,
        metrics: Metrics,
        pulse: Pulse,
        saw: Callable[[Observation], None],
        is_settled: Callable[[str], bool],
    ) -> None:
        self._metrics = metrics
        self._pulse = pulse
        self._lookout = Lookout(metrics, saw, is_settled, time.monotonic)
        self.memories = self._lookout.memories
        self.scheduler = Scheduler(
            self._lookout.look,
            lagged=metrics.lagged,
            skipped=metrics.skipped,
            stepped=metrics.clock_stepped,
        )
        self.place = Place(is_looking=True)

    def use(self, settings: Settings) -> None:
        """Look at what `settings` name from now on; at nothing while another looks from here."""
        plan = {check.name: check for check in settings.checks}
        wire = Wire(
            ca_file=Path(settings.ca_file) if settings.ca_file else None,
            source_address=settings.source_address,
        )
        observer = Observer(
            settings.location, wire, self._pulse, lambda: datetime.now(UTC), time.monotonic
        )
        place = self.place
        self._metrics.watch(settings.checks, settings.policy.routes)
        self._lookout.follow(plan, observer, max(place.locations, settings.locations))
        slots = {name: slot_of(check, place) for name, check in plan.items()}
        self.scheduler.plan(slots if place.is_looking else {})

    async def move(self, place: Place, settings: Settings, store: Store) -> None:
        """Another turn among the locations, or among those in this one. StoreError: not yet."""
        if place.is_looking and not self.place.is_looking:
            self.memories.restore(await store.memories(settings.location))
        self.place = place
        self.use(settings)
