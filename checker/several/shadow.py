"""What a daemon makes of its own looks alone: for its pace at a first failure, and for when it is alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from checker.core.engine import step
from checker.core.events import Event
from checker.core.model import State, Step
from checker.core.pace import pace
from checker.core.rules import Policy

log = structlog.get_logger(__name__)


def careful_step(policy: Policy, state: State, event: Event) -> Step:
    """The core's step; what a bug of ours breaks is said, and comes to nothing."""
    try:
        return step(policy, state, event)
    except Exception:
        log.critical("the core broke", word=type(event).__name__, exc_info=True)
        return Step(state)


def own_of(state: State, location: str) -> State:
    """What is held true from that location, and nothing else."""
    standings = {
        check: {location: held[location]}
        for check, held in state.standings.items()
        if location in held
    }
    vantages = {name: known for name, known in state.vantages.items() if name == location}
    return State(standings=standings, vantages=vantages)


class Shadow:
    """The same core, by the line for one location, without a rule: symptoms, and no incidents."""

    def __init__(self, policy: Callable[[], Policy], state: State) -> None:
        self._policy = policy
        self.state = state

    def take(self, event: Event) -> None:
        self.state = careful_step(self._bare(), self.state, event).state

    def pace(self, known: State, location: str) -> Mapping[str, float]:
        """The pace that our own looks call for, but for what is settled for all in `known`."""
        wanted = pace(self._bare(), self.state)
        settled = known.symptoms.keys() | {c for c, w in known.local.items() if w == location}
        policy = self._policy()
        asked = {c: s for c, s in wanted.items() if c not in settled}
        doubted = any(policy.watched[check].target is not None for check in asked)
        return asked if doubted else {}

    def _bare(self) -> Policy:
        return replace(self._policy(), rules=(), ages=(), routes={})
