"""From standings to symptoms: is it down, and is it them or us?

Two live witnesses that see it, over a long enough span, make a symptom; a location that stands alone
needs more. A blind location is no witness, and one that has long been seeing it alone is one only
beside another that is sure. The rule is a CUSUM with a quorum; docs/explanation/detection.md tells its
story and its figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from checker.core.held import Standing, Track, nothing
from checker.core.model import Kind, State, Symptom
from checker.core.partial import partial_share, recent_share
from checker.core.rules import Policy, Thresholds, Watched
from checker.core.standing import is_blind
from checker.core.suspicion import FAILING, ORDER, STRAINING, Suspicion

LATENESS_S = (
    0.1  # two looks 30 s apart by plan may start a little less apart, and must not cost a third
)
SHARE_STEP = 0.02  # a partial outage is told anew when it has grown by this much

Held = Mapping[str, Standing]  # location →


def is_live(policy: Policy, state: State, location: str, now: float) -> bool:
    """Whether a control answered this location lately."""
    vantage = state.vantages.get(location)
    if vantage is None or vantage.blind_since is not None or vantage.passed_at is None:
        return False
    return now - vantage.passed_at <= policy.thresholds.live_for_s


def live_standings(policy: Policy, state: State, check: str, now: float) -> Held:
    """The standings that count: those of locations that are not cut off themselves."""
    held = state.standings.get(check, {})
    return {where: s for where, s in held.items() if is_live(policy, state, where, now)}


def _impartial(state: State, check: str, held: Held) -> Held:
    """Without the location that has a local problem with the check."""
    local = state.local.get(check)
    return held if local is None else {where: s for where, s in held.items() if where != local}


# ── symptoms ──────────────────────────────────────────────────────────────────────────────────


def judge(policy: Policy, state: State, check: str, now: float) -> Symptom | None:
    """What is wrong with `check` now, None if nothing is.

    A symptom holds until it has recovered. It may turn out to be worse, never to be better: failing
    becomes down, partial becomes failing.
    """
    watched, held = policy.watched[check], state.symptoms.get(check)
    live = live_standings(policy, state, check, now)
    found = _found(state, watched, live, now)
    if held is None:
        return found
    if found is not None and is_worse(found.kind, held.kind):
        return replace(found, since=min(held.since, found.since))
    if found is not None and found.share > held.share + SHARE_STEP:
        return replace(held, share=found.share, evidence=found.evidence)
    return found if _has_recovered(watched, held, _impartial(state, check, live), now) else held


def is_worse(one: Kind, other: Kind) -> bool:
    """Kinds are listed worst first."""
    return ORDER[one] < ORDER[other]


def is_over(held: Symptom, found: Symptom | None) -> bool:
    """Whether looks that failed are the past, now that `found` is what is wrong in place of `held`."""
    return held.kind not in STRAINING.kinds and (found is None or is_worse(held.kind, found.kind))


def _found(state: State, watched: Watched, live: Held, now: float) -> Symptom | None:
    """The worst that can be said of the check by what is held true now."""
    failing = _tripped(state, watched, live, FAILING)
    if failing is not None:
        return failing
    others = _impartial(state, watched.name, live).values()
    share = partial_share(others, now, watched.thresholds)
    if share is not None:
        said = f"{share:.0%} of the scheduled looks of the last 30 min failed"
        return Symptom(watched.name, Kind.PARTIAL, now, said, share)
    return _tripped(state, watched, live, STRAINING)


def _tripped(state: State, watched: Watched, live: Held, suspicion: Suspicion) -> Symptom | None:
    limits = watched.thresholds
    line = limits.sees_at if len(live) > 1 else limits.alone_at
    seers = {
        where: standing
        for where, standing in live.items()
        if _bears_witness(state, where, standing, suspicion, line)
    }
    if not seers:
        return None
    others = _impartial(state, watched.name, seers)
    tracks = [suspicion.track(standing) for standing in others.values()]
    if not _are_enough(tracks, len(live), beside=len(seers) > len(others), limits=limits):
        return None
    since = min(track.since for track in tracks if track.since is not None)
    span = max(standing.last_at for standing in others.values()) - since
    if span < limits.declare_after_s - LATENESS_S:
        return None
    kind = suspicion.kind(tracks, limits)
    return Symptom(watched.name, kind, since, evidence(state, watched.name, suspicion))


def _are_enough(tracks: Sequence[Track], live: int, *, beside: bool, limits: Thresholds) -> bool:
    """Two witnesses, or one where one location is all there is.

    One `beside` a local problem must be as sure as if it were alone: a few unlucky looks must not
    make an outage of what has been known for long.
    """
    if len(tracks) >= min(2, live):
        return True
    return beside and any(track.score >= limits.alone_at for track in tracks)


def _bears_witness(
    state: State, location: str, standing: Standing, suspicion: Suspicion, line: int
) -> bool:
    track, passed_at = suspicion.track(standing), state.vantages[location].passed_at
    return (
        track.score >= line
        and standing.last_verdict is suspicion.verdict
        and track.since is not None
        and passed_at is not None
        and passed_at > track.since
    )


def _has_recovered(watched: Watched, held: Symptom, others: Held, now: float) -> bool:
    """Every location that speaks for more than itself has been at 0 for long enough.

    None does: could not tell.
    """
    limits = watched.thresholds
    suspicion = STRAINING if held.kind in STRAINING.kinds else FAILING
    tracks = [suspicion.track(standing) for standing in others.values()]
    if held.kind is Kind.PARTIAL and recent_share(others.values(), now) > limits.partial_recent:
        return False
    return bool(tracks) and all(
        t.clean_since is not None and now - t.clean_since >= limits.recover_after_s for t in tracks
    )


# ── local problems ────────────────────────────────────────────────────────────────────────────


def problem_of_one(policy: Policy, state: State, check: str, now: float) -> str | None:
    """The location that alone has seen it for a while, all others being clean: a local problem.

    It stays one for as long as it sees it and somebody else looks, whatever they come to suspect. One
    that is blind by now may have seen it too: it is clean only if it suspected nothing.
    """
    held, marked = state.standings.get(check, nothing()), state.local.get(check)
    seers = [where for where, s in held.items() if s.failing.sees_since is not None]
    if not seers:
        return None
    if marked in seers and len(held) > 1:
        return marked
    clean = [where for where, s in held.items() if s.failing.score == 0]
    if len(seers) != 1 or len(clean) != len(held) - 1:
        return None
    live = live_standings(policy, state, check, now)
    if seers[0] not in live or live.keys().isdisjoint(clean):
        return None
    since = held[seers[0]].failing.sees_since
    waited = since is not None and now - since >= policy.watched[check].thresholds.local_after_s
    return seers[0] if waited else None


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def evidence(state: State, check: str, suspicion: Suspicion = FAILING) -> str:
    """The sums in on-call words: "l1 10 of 10 failed since 14:02:10 (timeout), l2 good"."""
    held = sorted(state.standings.get(check, {}))
    return ", ".join(f"{where} {_sum(state, check, where, suspicion)}" for where in held)


def _sum(state: State, check: str, where: str, suspicion: Suspicion) -> str:
    track = suspicion.track(state.standings[check][where])
    if is_blind(state, where):
        return "blind"
    if track.since is None:
        return "good"
    sums = f"{track.bad} of {track.looks} {suspicion.word}"
    why = because(track.reason, track.said)
    alone = "; at first alone" if state.local.get(check) == where else ""
    return f"{sums} since {clock(track.since)} ({why}{alone})"


def because(reason: str | None, said: str) -> str:
    """The reason and what the look had to say, which often begins with it: "status 503 at /login"."""
    told = said.startswith(reason) if reason else True
    return said if said and told else ": ".join(filter(None, (reason, said)))


def clock(at: float) -> str:
    """Time of day, UTC: 14:02:10."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
