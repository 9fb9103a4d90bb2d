"""The world of a story: what each look finds, from the series that are written for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from checker.config.settings import PlannedCheck
from checker.observe import probe_of
from checker.rehearsal.series import Answers, Ends, Errors, Lag, Piece, Slow, State
from probes.contract import Io, Outcome, Reason, Timing, Verdict
from probes.wire.exchange import Exchange, Request, verdict_of

QUICK_S = 0.2  # what a look takes where the story does not say
FOREVER_S = float("inf")  # it hangs: whoever looks ends it at the timeout

Found = tuple[Outcome, float]
"""What a look finds, and how long it takes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A series for the checks and locations that its patterns name."""

    check: str  # "us/flags", "us/*", "control/*", "*"
    location: str  # "iad", or "*"
    pieces: tuple[Piece, ...]

    def shows(self, check: str, location: str) -> bool:
        return fnmatchcase(check, self.check) and fnmatchcase(location, self.location)


@dataclass(slots=True)
class Stage:
    """A World. Where several scenes name a look, the last of them decides; where none does, all is right."""

    scenes: Sequence[Scene]
    checks: Mapping[str, PlannedCheck]
    begins: float  # of the story, seconds since the epoch
    _shown: dict[tuple[str, str], tuple[Piece, ...]] = field(default_factory=dict)
    _known: dict[tuple[str, State], Found] = field(default_factory=dict)

    def __call__(self, check: str, location: str, at: float) -> Found:
        """What a look finds that starts `at` (seconds since the epoch)."""
        since = at - self.begins
        for piece in self._pieces(check, location):
            if piece.begins <= since < piece.ends:
                return self._found(self.checks[check], location, at, piece, since)
        return self._known_end(self.checks[check], Ends())

    def _pieces(self, check: str, location: str) -> tuple[Piece, ...]:
        key = check, location
        if key not in self._shown:
            named = [scene.pieces for scene in self.scenes if scene.shows(check, location)]
            self._shown[key] = named[-1] if named else ()
        return self._shown[key]

    def _found(
        self, check: PlannedCheck, location: str, at: float, piece: Piece, since: float
    ) -> Found:
        match piece.state:
            case Errors(share, seed, end):
                draw = Random(  # noqa: S311  the dice of a story
                    f"{seed} {check.name} {location} {at:.3f}"
                ).random()
                return self._known_end(check, end if draw < share else Ends())
            case Slow(takes_s):
                return slow(check, takes_s), takes_s
            case Lag() as lag:
                part = (since - piece.begins) / (piece.ends - piece.begins)
                return behind(check, lag, part, (piece.ends - piece.begins) / 60), QUICK_S
            case end:
                return self._known_end(check, end)

    def _known_end(self, check: PlannedCheck, end: Ends | Answers) -> Found:
        key = check.name, end
        if key not in self._known:
            hangs = end == Ends(Reason.TIMEOUT)
            self._known[key] = ended(check, end), FOREVER_S if hangs else QUICK_S
        return self._known[key]


def ended(check: PlannedCheck, end: Ends | Answers) -> Outcome:
    """What a look at `check` comes to."""
    if isinstance(end, Answers):
        return asyncio.run(answered(check, end.status))
    return Outcome(verdict_of(end.reason), end.reason)


async def answered(check: PlannedCheck, status: int) -> Outcome:
    """What the check's own probe says to answers that are nothing but this status."""
    answer = Exchange(status=status, phases={Timing.PROCESSING: QUICK_S})

    async def fetch(request: Request) -> Exchange:
        return answer

    async def dial(host: str, port: int) -> Exchange:
        return answer

    async def resolve(name: str) -> Exchange:
        return answer

    def now() -> datetime:
        return datetime.fromtimestamp(0, UTC)

    io = Io(check.target, check.timeout_s, fetch, dial, resolve, now)
    return await probe_of(check.kind)(check.params, io)


def slow(check: PlannedCheck, takes_s: float) -> Outcome:
    """Right after so long: over the check's own limit that is slow."""
    limit_s = _setting(check, "slow_s")
    if limit_s is None or takes_s <= limit_s:
        return Outcome(Verdict.PASSED)
    return Outcome(Verdict.DEGRADED, Reason.SLOW, f"took {takes_s:g} s, over {limit_s:g} s")


def measures_lag(check: PlannedCheck) -> bool:
    """Whether the check's kind knows how far a pipeline is behind."""
    return _setting(check, "late_s") is not None


def behind(check: PlannedCheck, lag: Lag, part: float, minutes: float) -> Outcome:
    """A pipeline that is behind, by the limits of the check: late, or growing."""
    now_s = lag.from_s + (lag.to_s - lag.from_s) * part
    grows = (lag.to_s - lag.from_s) / minutes
    detail = f"{now_s:.0f} s behind"
    if now_s > check.params.late_s:  # type: ignore[attr-defined]  # see measures_lag
        return Outcome(Verdict.FAILED, Reason.LATE, detail)
    if grows > check.params.growing_s_per_min and now_s > check.params.growing_from_s:  # type: ignore[attr-defined]
        return Outcome(Verdict.DEGRADED, Reason.GROWING, detail)
    return Outcome(Verdict.PASSED)


def _setting(check: PlannedCheck, name: str) -> Any:
    return getattr(check.params, name, None)
