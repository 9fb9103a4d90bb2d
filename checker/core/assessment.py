"""From standings to symptoms: is it down, and is it them or us?

Two live witnesses that see it, over a long enough span, make a symptom; a location that stands alone
needs more. A blind location is no witness. The rule is a CUSUM with a quorum; its defaults were
simulated (design §5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from checker.core.model import (
    Kind,
    Policy,
    Standing,
    State,
    Symptom,
    Thresholds,
    Watched,
)
from checker.core.standing import is_blind
from probes.contract import Verdict

LATENESS_S = (
    0.1  # two looks 30 s apart by plan may start a little less apart, and must not cost a third
)


def is_live(policy: Policy, state: State, location: str, now: float) -> bool:
    """Whether a control answered this location lately."""
    vantage = state.vantages.get(location)
    if vantage is None or vantage.blind_since is not None or vantage.passed_at is None:
        return False
    return now - vantage.passed_at <= policy.thresholds.live_for_s


def live_standings(policy: Policy, state: State, check: str, now: float) -> dict[str, Standing]:
    """The standings that count: those of locations that are not cut off themselves."""
    held = state.standings.get(check, {})
    return {where: s for where, s in held.items() if is_live(policy, state, where, now)}


def _bears_witness(state: State, location: str, standing: Standing, line: int) -> bool:
    passed_at = state.vantages[location].passed_at
    return (
        standing.score >= line
        and standing.last_verdict is Verdict.FAILED
        and standing.since is not None
        and passed_at is not None
        and passed_at > standing.since
    )


def judge(policy: Policy, state: State, check: str, now: float) -> Symptom | None:
    """What is wrong with `check` now, None if nothing is. A symptom holds until it has recovered."""
    held = state.symptoms.get(check)
    watched = policy.watched[check]
    if held is not None:
        if has_recovered(policy, state, check, now):
            return None
        return _sharpened(state, watched, held)
    witnesses = _witnesses(policy, state, watched, now)
    if not witnesses:
        return None
    since = min(s.since for s in witnesses.values() if s.since is not None)
    span = max(s.last_at for s in witnesses.values()) - since
    if span < watched.thresholds.declare_after_s - LATENESS_S:
        return None
    kind = _kind(witnesses.values(), watched.thresholds)
    return Symptom(check, kind, since, evidence(state, check))


def _witnesses(policy: Policy, state: State, watched: Watched, now: float) -> dict[str, Standing]:
    """Those who see it, if they are enough: two of several live locations, or one that stands alone."""
    live = live_standings(policy, state, watched.name, now)
    limits = watched.thresholds
    needed, line = (2, limits.sees_at) if len(live) > 1 else (1, limits.alone_at)
    seers = {where: s for where, s in live.items() if _bears_witness(state, where, s, line)}
    return seers if len(seers) >= needed else {}


def _kind(standings: Iterable[Standing], limits: Thresholds) -> Kind:
    looks = failures = 0
    for standing in standings:
        looks += standing.looks
        failures += standing.failures
    return Kind.DOWN if failures >= limits.down_share * looks else Kind.FAILING


def _sharpened(state: State, watched: Watched, held: Symptom) -> Symptom:
    """The same symptom, or a worse one: failing may turn out to be down, never the other way."""
    seers = [
        s
        for where, s in state.standings.get(watched.name, {}).items()
        if s.score >= watched.thresholds.sees_at and not is_blind(state, where)
    ]
    if held.kind is Kind.FAILING and seers and _kind(seers, watched.thresholds) is Kind.DOWN:
        return replace(held, kind=Kind.DOWN, evidence=evidence(state, watched.name))
    return held


def has_recovered(policy: Policy, state: State, check: str, now: float) -> bool:
    """Every live location has been at 0 for long enough. Nobody live: could not tell."""
    live = live_standings(policy, state, check, now)
    wait = policy.watched[check].thresholds.recover_after_s
    return bool(live) and all(
        s.clean_since is not None and now - s.clean_since >= wait for s in live.values()
    )


def problem_of_one(policy: Policy, state: State, check: str, now: float) -> str | None:
    """The location that alone has seen it for a while, others being clean: a local problem."""
    live = live_standings(policy, state, check, now)
    seers = [where for where, s in live.items() if s.sees_since is not None]
    clean = [where for where, s in live.items() if s.score == 0]
    if len(seers) != 1 or not clean or len(clean) != len(live) - 1:
        return None
    since = live[seers[0]].sees_since
    waited = since is not None and now - since >= policy.watched[check].thresholds.local_after_s
    return seers[0] if waited or state.local.get(check) == seers[0] else None


def evidence(state: State, check: str) -> str:
    """The sums in on-call words: "l1 10 of 10 failed since 14:02:10 (timeout), l2 good"."""
    parts = []
    for where, standing in sorted(state.standings.get(check, {}).items()):
        if is_blind(state, where):
            parts.append(f"{where} blind")
        elif standing.since is None:
            parts.append(f"{where} good")
        else:
            parts.append(
                f"{where} {standing.failures} of {standing.looks} failed"
                f" since {clock(standing.since)} ({standing.last_reason})"
            )
    return ", ".join(parts)


def clock(at: float) -> str:
    """Time of day, UTC: 14:02:10."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
