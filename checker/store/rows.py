"""What the store gives back beside the core's own values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from checker.core.model import Effect, Observation, State

Read = Mapping[str, int]
"""How far the looks of each daemon are part of the State: the daemon's name → the number of its newest."""


class Fate(StrEnum):
    """What became of an effect. PENDING and SENDING are unfinished, the others final."""

    PENDING = "pending"
    SENDING = "sending"  # a try began; after a crash nobody knows how it ended
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    SUPERSEDED = "superseded"  # a newer effect says it better


@dataclass(frozen=True, slots=True)
class Pending:
    """An effect of the outbox that is not finished."""

    effect: Effect
    tries: int = 0
    first_tried_at: float | None = None  # seconds since the epoch
    not_before: float = 0.0  # seconds since the epoch; 0: at once
    unsure: bool = False  # an earlier try has an unknown fate


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a responder needs to find again what it did."""

    incident: str
    responder: str
    effect: str
    receipt: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tracked:
    """An effect and what became of it: for people who ask what was done."""

    effect: Effect
    fate: Fate
    tries: int
    first_tried_at: float | None
    settled_at: float | None  # when it became final
    why: str  # of the newest refusal or postponement
    receipt: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Restored:
    """All that a daemon needs to go on where the last one stopped."""

    state: State
    outbox: tuple[Pending, ...]  # in the order in which they were decided
    receipts: tuple[Receipt, ...]  # of the incidents in `state` and `outbox`
    read: Read = field(default_factory=dict)  # which looks of other daemons are in `state`


@dataclass(frozen=True, slots=True)
class Unread:
    """A look that some daemon has stored, and that no State holds yet."""

    observation: Observation
    writer: str  # the replica that made it
    number: int  # its how many-th that is
