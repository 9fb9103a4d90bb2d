"""What a location holds true: of each check from its looks, and of itself from its controls.

A failed look adds to a check's score, a good one takes away, "could not tell" changes nothing. A
location most of whose controls fail is blind: what it cannot reach says nothing about the target.

Every look costs O(1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from checker.core.model import Observation, Policy, Standing, State, Thresholds, Vantage
from probes.contract import Verdict


def weigh(standing: Standing, look: Observation, limits: Thresholds) -> Standing:
    """`standing` after one more look. Looks overlap, so an older one may come after a newer one."""
    verdict, at = look.outcome.verdict, look.at
    looked_at = max(standing.looked_at, at)
    if verdict is Verdict.INCONCLUSIVE:
        return replace(standing, looked_at=looked_at)
    failed = verdict is Verdict.FAILED
    newest = at >= standing.last_at
    score = standing.score + (limits.failed if failed else -limits.passed)
    score = min(max(score, 0), limits.ceiling)
    if score == 0:
        clean_since = standing.clean_since if standing.score == 0 else None
        return Standing(
            last_at=max(standing.last_at, at),
            last_verdict=verdict if newest else standing.last_verdict,
            clean_since=at if clean_since is None else clean_since,
            looked_at=looked_at,
        )
    since = standing.since
    if since is None or (failed and at < since):
        since = at
    sees = score >= limits.sees_at
    return Standing(
        score=score,
        since=since,
        looks=standing.looks + 1,
        failures=standing.failures + failed,
        last_at=max(standing.last_at, at),
        last_verdict=verdict if newest else standing.last_verdict,
        last_reason=look.outcome.reason if failed else standing.last_reason,
        sees_since=(standing.sees_since or at) if sees else None,
        looked_at=looked_at,
    )


def listen(vantage: Vantage, look: Observation) -> Vantage:
    """What the location knows of itself after one more look at one of its controls."""
    if look.at < vantage.looked_at.get(look.check, 0.0):
        return vantage
    passed = look.outcome.verdict in (Verdict.PASSED, Verdict.DEGRADED)
    controls = {**vantage.controls, look.check: passed}
    blind = sum(controls.values()) * 2 < len(controls)  # most of them fail
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
        if mine and mine.since is not None and (passed_at is None or mine.since > passed_at):
            standings[check] = {**held, location: Standing(looked_at=mine.looked_at)}
    return standings


def is_blind(state: State, location: str) -> bool:
    """Whether most controls of the location fail: what it sees is its own network."""
    vantage = state.vantages.get(location)
    return vantage is not None and vantage.blind_since is not None
