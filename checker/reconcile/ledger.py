"""What the store says of one incident: what was called for, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checker.core.effects import again, original
from checker.core.incident import is_live
from checker.core.model import RINGS, Duty, Effect, Incident
from checker.store.rows import Fate, Tracked

UNFINISHED = (Fate.PENDING, Fate.SENDING)


@dataclass(frozen=True, slots=True)
class Ledger:
    """`effects` in the order in which they were decided."""

    incident: Incident
    effects: tuple[Tracked, ...]

    @property
    def is_live(self) -> bool:
        return is_live(self.incident)

    def newest(self, responder: str, *duties: Duty) -> list[Tracked]:
        """Of each thing that was to be done, the newest time that it was called for."""
        found = {
            original(one.effect.id): one
            for one in self.effects
            if one.effect.responder == responder and one.effect.duty in duties
        }
        return list(found.values())

    def once_more(self, effect: Effect, at: float) -> Effect:
        """The effect, to be done again, under the next id that is free."""
        return again(effect, self.times(original(effect.id)), at)

    def times(self, first: str) -> int:
        """How often what has this id was called for."""
        return sum(original(one.effect.id) == first for one in self.effects)

    def keys(self) -> set[str]:
        """Of every page that was sent or ended."""
        return {str(one.effect.payload["key"]) for one in self.effects if _has_key(one.effect)}

    def is_ending(self, key: str) -> bool:
        """Whether the end of that page is on its way."""
        ends = (one for one in self.effects if one.effect.duty is Duty.RESOLVE)
        return any(one.fate in UNFINISHED and one.effect.payload["key"] == key for one in ends)

    def receipts(self, responder: str) -> Mapping[str, Mapping[str, Any]]:
        """What that responder left behind, by effect."""
        return {
            one.effect.id: one.receipt
            for one in self.effects
            if one.effect.responder == responder and one.receipt is not None
        }

    def waiting(self) -> Iterator[Tracked]:
        """What is on its way: nobody need compare that."""
        return (one for one in self.effects if one.fate in UNFINISHED)


def _has_key(effect: Effect) -> bool:
    return effect.duty in (*RINGS, Duty.RESOLVE)
