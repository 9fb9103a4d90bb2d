"""Where the ledger and the world differ: a sentence, what to do about it, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass

from checker.core.model import Effect

MEND = "`checker incident reconcile --repair`"
NAMED_MAX = 5  # incidents that are named in one line


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
class Unasked:
    """A responder that could not be asked what it holds, why, and what was not compared for that."""

    responder: str
    why: str
    incidents: tuple[str, ...]
    pages: int = 0
    rooms: int = 0

    @property
    def held(self) -> str:
        """ "1 page of us-1", "2 pages and 1 room of us-1, us-2"."""
        counts = {"page": self.pages, "room": self.rooms}
        held = " and ".join(counted(number, what) for what, number in counts.items() if number)
        named = ", ".join(self.incidents[:NAMED_MAX])
        more = len(self.incidents) - NAMED_MAX
        return f"{held} of {named}{f' and {more} more' if more > 0 else ''}"

    @property
    def says(self) -> str:
        """One line."""
        were = "was" if self.pages + self.rooms == 1 else "were"
        return f"{self.responder} was not asked: {self.why}; {self.held} {were} not compared."


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Found:
    """What one comparison came to. `pages` and `rooms`: how many were looked at; `waiting`: effects on their way."""

    differences: tuple[Difference, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    pages: int = 0
    rooms: int = 0
    waiting: int = 0
    unasked: tuple[Unasked, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether everybody showed what they hold."""
        return not self.unseen and not self.unasked

    @property
    def wants_somebody(self) -> bool:
        """Whether anything is to be done, or nobody knows whether it is."""
        return not self.is_whole or any(one.to_do for one in self.differences)
