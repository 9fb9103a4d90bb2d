"""Makes a location's looks: has one made when it is due, and passes on what it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from checker.config.settings import PlannedCheck
from checker.core.model import Observation, nothing
from checker.observe import Observer


class Counts(Protocol):
    """The part of the metrics that looks are counted in."""

    def looked(self, observation: Observation, kind: str, target: str | None) -> None: ...


class Lookout:
    """Holds the plan. `seen` is told of every look, in the order in which they end."""

    def __init__(self, counts: Counts, seen: Callable[[Observation], None]) -> None:
        self._counts = counts
        self._seen = seen
        self._plan: Mapping[str, PlannedCheck] = {}
        self._observer: Observer | None = None

    def follow(self, plan: Mapping[str, PlannedCheck], observer: Observer) -> None:
        """Look at these from now on, with these eyes."""
        self._plan, self._observer = plan, observer

    async def look(self, check: str, scheduled: bool) -> None:
        """One look at `check`, from its start until what it saw has been passed on."""
        planned, observer = self._plan.get(check), self._observer
        if planned is None or observer is None:
            return  # removed by a reload a moment ago
        memory: Mapping[str, Any] = nothing()
        observation = await observer.look(
            planned.name,
            planned.kind,
            planned.params,
            planned.target,
            planned.timeout_s,
            memory,
            scheduled,
        )
        target = planned.target.name if planned.target else None
        self._counts.looked(observation, planned.kind, target)
        self._seen(observation)
