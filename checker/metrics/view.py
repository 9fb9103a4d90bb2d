"""How things stand right now: what `/metrics`, the landing page and the API are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checker.core.model import State, Watched, nothing
from probes.contract import Outcome


@dataclass(frozen=True, slots=True)
class Pending:
    """Effects that wait in the outbox for one responder. `oldest_at`: when the oldest was decided."""

    effects: int = 0
    oldest_at: float | None = None  # seconds since the epoch; None when nothing waits


@dataclass(frozen=True, slots=True)
class Off:
    """Something that the config names and that does not run, and what it lacks."""

    what: str  # "us/insights", or a responder's name
    why: str  # "needs project_id"


@dataclass(frozen=True, slots=True)
class LastLook:
    """The newest look of this daemon at a check, by the look's start."""

    at: float  # seconds since the epoch
    duration_s: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class View:
    """One moment of one daemon. Frozen through and through, so that a thread may read it."""

    at: float  # seconds since the epoch
    location: str
    version: str
    state: State
    watched: Mapping[str, Watched]  # "us/app" →
    in_doubt: frozenset[str] = frozenset()  # checks that are looked at faster now
    outbox: Mapping[str, Pending] = field(default_factory=nothing)  # responder →
    off: tuple[Off, ...] = ()
    looks: Mapping[str, LastLook] = field(
        default_factory=nothing
    )  # "us/app" →; left empty by the app: Metrics knows them
