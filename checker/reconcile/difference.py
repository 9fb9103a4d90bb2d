"""Where the ledger and the world differ: a sentence, what to do about it, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass

from checker.core.model import Effect

MEND = "`checker incident reconcile --repair`"


@dataclass(frozen=True, slots=True)
class Difference:
    """One of them. Without `to_do` nobody need do anything: a person did it, or it mends itself."""

    incident: str  # empty: none that this store knows
    responder: str
    says: str  # one line
    to_do: str = ""
    effects: tuple[Effect, ...] = ()  # what mends it, ready to be called for
    renews: bool = False  # whether a new summary is what mends it

    @property
    def can_be_mended(self) -> bool:
        return bool(self.effects) or self.renews


@dataclass(frozen=True, slots=True)
class Unseen:
    """A responder that did not show what it holds, and why."""

    responder: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one comparison came to. `pages` and `rooms`: how many were looked at; `waiting`: effects on their way."""

    differences: tuple[Difference, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    pages: int = 0
    rooms: int = 0
    waiting: int = 0

    @property
    def wants_somebody(self) -> bool:
        """Whether anything is to be done, or nobody knows whether it is."""
        return bool(self.unseen) or any(one.to_do for one in self.differences)
