"""Makes a location's looks: has one made when it is due, and passes on what it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

import structlog

from checker.budget import Budget, Scheduled
from checker.config.settings import PlannedCheck
from checker.core.model import Observation
from checker.memory import Memories, key_of
from checker.observe import Observer

log = structlog.get_logger()


class Counts(Protocol):
    """The part of the metrics that looks are counted in."""

    def looked(self, observation: Observation, kind: str, target: str | None) -> None: ...
    def skipped(self, check: str, why: str) -> None: ...
    def bounded(self, what: str) -> None: ...


class Lookout:
    """Holds the plan, the probes' memories, and the budget of each target's rate limits."""

    def __init__(
        self,
        counts: Counts,
        seen: Callable[[Observation], None],
        settled: Callable[[str], bool],
        monotonic: Callable[[], float],
    ) -> None:
        """`seen` is told of every look, in the order they end; `settled`: whether a check's state is known."""
        self.memories = Memories()
        self._counts = counts
        self._seen = seen
        self._settled = settled
        self._monotonic = monotonic
        self._locations = 1
        self._budget = Budget()
        self._plan: Mapping[str, PlannedCheck] = {}
        self._observer: Observer | None = None

    def follow(
        self, plan: Mapping[str, PlannedCheck], observer: Observer, locations: int = 1
    ) -> None:
        """Look at these from now on, with these eyes; so many locations share the rate limits."""
        self._plan, self._observer = plan, observer
        if locations != self._locations:
            self._locations, self._budget = locations, Budget(locations)
        self._budget.plan(
            Scheduled(check.target.name, check.params.spends, check.every_s)
            for check in plan.values()
            if check.target
        )
        for said in self._budget.overdrawn():
            log.warning("rate_limit_near", what=said)

    async def look(self, check: str, scheduled: bool) -> None:
        """One look at `check`, from its start until what it saw has been passed on."""
        planned, observer = self._plan.get(check), self._observer
        if planned is None or observer is None:
            return  # removed by a reload a moment ago
        if not self._may_spend(planned, scheduled):
            self._counts.skipped(check, "budget")
            return
        key = key_of(planned.name, planned.params.remembers)
        observation = await observer.look(
            planned.name,
            planned.kind,
            planned.params,
            planned.target,
            planned.timeout_s,
            self.memories.get(key),
            scheduled,
        )
        self._pass_on(planned, self._remembered(key, observation))

    def _may_spend(self, planned: PlannedCheck, scheduled: bool) -> bool:
        """What the target's rate limits hold back is extra looks, first at what is settled."""
        if planned.target is None or not planned.params.spends:
            return True
        settled = self._settled(planned.name)
        now = self._monotonic()
        spends = planned.params.spends
        return self._budget.allow(planned.target.name, spends, now, not scheduled, settled)

    def _remembered(self, key: str, observation: Observation) -> Observation:
        """The observation without its memory, which goes where the next look finds it."""
        patch = observation.outcome.memory
        if patch is None:
            return observation
        refused = self.memories.apply(key, patch)
        if refused:
            log.error("not remembered", why=refused)
            self._counts.bounded("memory")
        return replace(observation, outcome=replace(observation.outcome, memory=None))

    def _pass_on(self, planned: PlannedCheck, observation: Observation) -> None:
        target = planned.target.name if planned.target else None
        self._counts.looked(observation, planned.kind, target)
        self._seen(observation)
