"""How things stand right now: what `/metrics`, the landing page and the API are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checker.config.settings import Off
from checker.core.model import Incident, Phase, State
from checker.core.pace import in_doubt
from checker.core.rules import Policy, Watched
from checker.delivery import Figures
from checker.roll import Roll
from probes.contract import Outcome

CONTROL = "control"  # the `target` label of a check that has no target
LIVE = (Phase.OPEN, Phase.RECOVERED)


@dataclass(frozen=True, slots=True)
class LastLook:
    """The newest look of this daemon at one check, by the look's start."""

    at: float  # seconds since the epoch
    duration_s: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Room:
    """Where people meet about an incident."""

    name: str
    link: str


@dataclass(frozen=True, slots=True)
class View:
    """One moment of one daemon. Frozen through and through, so that a thread may read it."""

    at: float  # seconds since the epoch
    location: str
    version: str
    policy: Policy
    state: State
    delivery: Figures
    looks: Mapping[str, LastLook]  # from Metrics.looks(); who was not looked at yet is missing
    off: tuple[Off, ...] = ()
    owed: int = 0  # commits that the store has refused so far
    refused: str = ""  # why the config as it stands is not the one that runs
    lost: str = ""  # what is wrong with the database
    rooms: Mapping[str, Room] = field(default_factory=dict)  # incident → where people meet
    roll: Roll | None = None  # who else is there; None while nobody knows

    def in_doubt(self, check: str) -> bool:
        """Whether the check is looked at faster now, to settle something."""
        return in_doubt(self.policy, self.state, check)

    def live(self) -> list[Incident]:
        """Incidents that no person has ended yet, worst first, then oldest."""
        live = [i for i in self.state.incidents.values() if i.phase in LIVE]
        return sorted(live, key=lambda i: (-i.severity, i.declared_at))


def labels_of(watched: Watched) -> tuple[str, str]:
    """The labels `check` and `target`: "us/app" is ("app", "us")."""
    return watched.name.partition("/")[2] or watched.name, watched.target or CONTROL
