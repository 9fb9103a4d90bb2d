"""What a location holds true: of each check from its looks, and of itself from its controls.

A failed look adds to a check's score, a good one takes away, "could not tell" changes nothing. A
location most of whose controls fail is blind: what it cannot reach says nothing about the target.

Every look costs O(1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from checker.core.held import Bucket, Standing, Track, Vantage, nothing
from checker.core.model import Observation, State
from checker.core.rules import Policy, Thresholds
from probes.contract import Verdict

WINDOW_MINUTES = 30
SAID_MAX = 80  # characters of a look's detail that are kept for the message
CONTROLS_MIN = 3  # fewer cannot tell our network from theirs; config asks for as many


def weigh(standing: Standing, look: Observation, limits: Thresholds) -> Standing:
    """`standing` after one more look. Looks overlap, so an older one may come after a newer one."""
    verdict, at = look.outcome.verdict, look.at
    looked_at = max(standing.looked_at, at)
    if verdict is Verdict.INCONCLUSIVE:
        return replace(standing, looked_at=looked_at)
    failed = verdict is Verdict.FAILED
    failing = bear(standing.failing, failed, look, limits)
    straining = standing.straining
    if not failed:  # a look that failed says nothing of how slow it would have been
        straining = bear(straining, verdict is Verdict.DEGRADED, look, limits)
    return Standing(
        failing=failing,
        straining=straining,
        last_at=max(standing.last_at, at),
        last_verdict=verdict if at >= standing.last_at else standing.last_verdict,
        looked_at=looked_at,
        window=roll(standing.window, at, failed) if look.scheduled else standing.window,
    )


def bear(track: Track, bad: bool, look: Observation, limits: Thresholds) -> Track:
    """`track` after one more look that was bad, or was not."""
    at = look.at
    if not bad and track.score == 0:
        return track if track.clean_since is not None else Track(clean_since=at)
    score = track.score + (limits.failed if bad else -limits.passed)
    if score <= 0:
        return Track(clean_since=at)
    since = track.since if track.since is not None else at
    return Track(
        score=min(score, limits.ceiling),
        since=min(since, at) if bad else since,
        looks=track.looks + 1,
        bad=track.bad + bad,
        streak=track.streak + 1 if bad else 0,
        reason=look.outcome.reason if bad else track.reason,
        said=look.outcome.detail[:SAID_MAX] if bad else track.said,
        sees_since=(track.sees_since or at) if score >= limits.sees_at else None,
    )


def roll(window: tuple[Bucket, ...], at: float, failed: bool) -> tuple[Bucket, ...]:
    """The window with one more scheduled look, counted in the newest minute that it can belong to."""
    minute = int(at // 60)
    if window and minute <= window[-1][0]:
        last, looks, bad = window[-1]
        return (*window[:-1], (last, looks + 1, bad + failed))
    first = minute - WINDOW_MINUTES
    kept = (
        window if not window or window[0][0] > first else tuple(b for b in window if b[0] > first)
    )
    return (*kept, (minute, 1, int(failed)))


def begun_anew(state: State, check: str) -> State:
    """Without the looks of the last half hour: they have been told of.

    Else the outage that is over would still fill the window, and one unlucky look would be a relapse.
    """
    held = state.standings.get(check, nothing())
    emptied = {where: replace(standing, window=()) for where, standing in held.items()}
    return replace(state, standings={**state.standings, check: emptied})


def listen(vantage: Vantage, look: Observation) -> Vantage:
    """What the location knows of itself after one more look at one of its controls."""
    if look.at < vantage.looked_at.get(look.check, 0.0):
        return vantage
    passed = look.outcome.verdict in (Verdict.PASSED, Verdict.DEGRADED)
    controls = {**vantage.controls, look.check: passed}
    most_fail = sum(controls.values()) * 2 < len(controls)
    blind = most_fail and len(controls) >= CONTROLS_MIN
    return Vantage(
        controls=controls,
        looked_at={**vantage.looked_at, look.check: look.at},
        passed_at=max(vantage.passed_at or look.at, look.at) if passed else vantage.passed_at,
        blind_since=(vantage.blind_since or look.at) if blind else None,
    )


def take(policy: Policy, state: State, look: Observation) -> State:
    """The state with one more observation in its standings."""
    watched = policy.watched[look.check]
    if watched.target is None:
        return _take_control(state, look)
    if look.outcome.verdict is Verdict.FAILED and is_blind(state, look.location):
        return state  # what a blind location cannot reach says nothing about the target
    here = state.standings.get(look.check, {})
    standing = weigh(here.get(look.location, Standing()), look, watched.thresholds)
    held = {**here, look.location: standing}
    return replace(state, standings={**state.standings, look.check: held})


def _take_control(state: State, look: Observation) -> State:
    before = state.vantages.get(look.location, Vantage())
    after = listen(before, look)
    state = replace(state, vantages={**state.vantages, look.location: after})
    if after.blind_since is not None and before.blind_since is None:
        return replace(state, standings=_voided(state, look.location, after.passed_at))
    return state


def _voided(
    state: State, location: str, passed_at: float | None
) -> Mapping[str, Mapping[str, Standing]]:
    """Without what the location came to suspect since a control last answered: that was our network."""
    standings = dict(state.standings)
    for check, held in state.standings.items():
        mine = held.get(location)
        if mine and _began_after(mine, passed_at):
            standings[check] = {**held, location: Standing(looked_at=mine.looked_at)}
    return standings


def _began_after(standing: Standing, passed_at: float | None) -> bool:
    since = standing.failing.since
    return since is not None and (passed_at is None or since > passed_at)


def is_blind(state: State, location: str) -> bool:
    """Whether most controls of the location fail: what it sees is its own network."""
    vantage = state.vantages.get(location)
    return vantage is not None and vantage.blind_since is not None
