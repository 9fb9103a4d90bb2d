"""The wall clock was set back: nothing is held of a time that has not come yet.

A look counts as the newest only if it began after the one before. Beside a newest look that lies an hour ahead, an
hour of looks that fail would be none, and an hour of controls that fail would not make us blind; a page would wait an
hour longer for its second way. So what lies ahead is taken to be of now, as soon as time is heard of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from checker.core.held import Standing, Track, Vantage
from checker.core.model import Incident, State

AHEAD_S = 5.0  # clocks of locations differ by less, or CheckerClockOff rings


def until_now(state: State, now: float) -> State:
    """The state without a future; the same one where it has none."""
    ahead = now + AHEAD_S
    return _with_changed(
        state,
        standings={
            check: {**held, **changed}
            for check, held in state.standings.items()
            if (changed := {w: _standing(s, now) for w, s in held.items() if s.looked_at > ahead})
        },
        vantages={
            where: _vantage(known, now)
            for where, known in state.vantages.items()
            if max(known.looked_at.values(), default=0.0) > ahead
        },
        incidents={
            id_: _incident(known, now)
            for id_, known in state.incidents.items()
            if _newest_of(known) > ahead
        },
    )


def _with_changed(
    state: State,
    standings: Mapping[str, Mapping[str, Standing]],
    vantages: Mapping[str, Vantage],
    incidents: Mapping[str, Incident],
) -> State:
    if not standings and not vantages and not incidents:
        return state
    return replace(
        state,
        standings={**state.standings, **standings},
        vantages={**state.vantages, **vantages},
        incidents={**state.incidents, **incidents},
    )


def _standing(known: Standing, now: float) -> Standing:
    return replace(
        known,
        failing=_track(known.failing, now),
        straining=_track(known.straining, now),
        last_at=min(known.last_at, now),
        looked_at=min(known.looked_at, now),
        window=tuple(bucket for bucket in known.window if bucket[0] <= now // 60),
    )


def _track(known: Track, now: float) -> Track:
    return replace(
        known,
        since=_by(known.since, now),
        sees_since=_by(known.sees_since, now),
        clean_since=_by(known.clean_since, now),
    )


def _vantage(known: Vantage, now: float) -> Vantage:
    return replace(
        known,
        looked_at={control: min(at, now) for control, at in known.looked_at.items()},
        passed_at=_by(known.passed_at, now),
        blind_since=_by(known.blind_since, now),
    )


def _newest_of(known: Incident) -> float:
    """Of the times that something is still reckoned from."""
    waits = (known.paged_at, known.dismissed_at, known.closed_at)
    return max(known.raised_at, known.reminded_at, *(at or 0.0 for at in waits))


def _incident(known: Incident, now: float) -> Incident:
    return replace(
        known,
        paged_at=_by(known.paged_at, now),
        dismissed_at=_by(known.dismissed_at, now),
        closed_at=_by(known.closed_at, now),
        raised_at=min(known.raised_at, now),
        reminded_at=min(known.reminded_at, now),
    )


def _by(at: float | None, now: float) -> float | None:
    return None if at is None else min(at, now)
