"""A step in the making: the one mutable thing of the core, alive for one call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from checker.core import wording
from checker.core.choices import Action, Lines
from checker.core.effects import Case, call_for, offer, refresh, speak
from checker.core.incident import Move
from checker.core.model import Effect, Entry, Incident, State, Step
from checker.core.rules import Policy

WORDS = {
    Move.OPEN: "declared",
    Move.JOIN: "joined",
    Move.ESCALATE: "escalated",
    Move.SET: "severity",
    Move.LEAD: "lead",
    Move.SAY: "status",
    Move.NOTE: "note",
    Move.REMIND: "reminder",
    Move.RING: "paged again",
    Move.RECOVER: "recovered",
    Move.REOPEN: "reopened",
    Move.CLOSE: "closed",
    Move.CANCEL: "cancelled",
}


@dataclass(slots=True)
class Draft:
    """A step in the making; lives for one call of `step`."""

    policy: Policy
    state: State
    at: float
    effects: list[Effect] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def done(self) -> Step:
        said = tuple(self.effects), tuple(self.entries), tuple(self.notes)
        return Step(self.state, *said, self.left_out)

    def move(self, moved: Incident, move: Move, said: str = "") -> Incident:
        """Keep the incident as it is after `move`, note it, and call for what must be done.

        `said` is what a person said with it, and then what the timeline holds.
        """
        state = replace(self.state, incidents={**self.state.incidents, moved.id: moved})
        told, effects = call_for(Case(self.policy, state, self.at, said), moved, move)
        self.effects += effects
        self.enter(told, WORDS[move], said or wording.title(self.policy, told, move))
        return self.keep(told)

    def say(self, current: Incident, what: str, text: str) -> Incident:
        """Something that people must know and that moves nothing: a line, and a message in the room."""
        told, effects = speak(Case(self.policy, self.state, self.at, text), current)
        self.effects += effects
        self.enter(told, what, text)
        return self.keep(told)

    def offer(
        self, current: Incident, title: str, lines: Lines, actions: Iterable[Action]
    ) -> Incident:
        """A message in the room that asks people to choose."""
        told, effects = offer(
            Case(self.policy, self.state, self.at, title), current, lines, actions
        )
        self.effects += effects
        return self.keep(told)

    def refresh(self, current: Incident) -> Incident:
        """The summary as it is now, without a word."""
        told, effects = refresh(Case(self.policy, self.state, self.at), current)
        self.effects += effects
        return self.keep(told)

    def keep(self, current: Incident) -> Incident:
        """Put the incident into the state as it is now."""
        incidents = {**self.state.incidents, current.id: current}
        self.state = replace(self.state, incidents=incidents)
        return current

    def enter(self, current: Incident, what: str, text: str) -> None:
        """One more line of its timeline."""
        self.entries.append(Entry(current.id, self.at, what, text))
