"""Events that PostHog has accepted can be seen, soon, all of them, and once.

Looks for the canaries that `capture` has sent. The lag is the age of the oldest one that was accepted
and cannot be seen yet: it grows while nothing arrives, so it is never silent. It goes by our own
clock alone, from the send to the sight; PostHog's time stamps are not looked at.
"Growing (but not yet critical) ingestion lag" is minor, ">5 minute ingestion lag" is not; accepted
but not visible is delayed, and lost only if later canaries of the same lane have long been seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Verdict
from probes.wire import by_hand as shell
from probes.wire.canaries import (
    EVENT,
    Canary,
    Count,
    Held,
    Proof,
    SteadyClock,
    Word,
    of_lanes,
    read,
)
from probes.wire.exchange import Failure
from probes.wire.reckoning import Found, memory_after, reckon
from probes.wire.sighting import Sighting, hogql, look_up

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.LATE: "events arrive later than is allowed",
        Reason.GROWING: "each event takes longer than the one before",
        Reason.STALLED: "nothing arrives at all, and our quota and key are fine",
        Reason.LOST: "events are gone, for later ones of their partition are there",
        Reason.LOOK_UP: "events cannot be looked up, which says nothing about them",
        Reason.OWN_KEY: "our personal key, project id or project key is refused",
        Reason.OWN_LIMIT: "we have asked more often than our rate limit allows",
        Reason.OWN_QUOTA: "the project is over its quota, and its events are dropped",
        Reason.OWN_FAULT: "PostHog does not understand our query",
        Reason.CHALLENGE: "our address or user agent is taken for a bot's",
    }
)

# What becomes of a canary in the end; with those that are out, all that were accepted.
SETTLED = (Count.ARRIVED, Count.MISSING, Count.GIVEN_UP, Count.VOID, Count.THINNED)


class Params(ProbeParams):
    """When arriving late is too late. Ages are those of canaries that cannot be seen yet."""

    fastest_s: ClassVar = 30.0
    needs: ClassVar = ("personal_key", "project_id", "project_key")
    remembers: ClassVar = "canaries"
    spends: ClassVar = MappingProxyType({"query": 1})

    late_s: float = Field(300.0, gt=0, description="seconds: an older canary is late")
    late_canaries: int = Field(2, ge=1, description="as many late ones are needed")
    growing_s_per_min: float = Field(
        10.0, gt=0, description="the lag grows if it rises by more seconds a minute than this"
    )
    growing_from_s: float = Field(90.0, ge=0, description="seconds: under it no growth is a worry")
    growing_arrivals: int = Field(
        6, ge=4, le=100, description="as many arrivals in a row must each have taken longer"
    )
    stalled_s: float = Field(900.0, gt=0, description="seconds without any arrival: stalled")
    proven_s: float = Field(
        1800.0, gt=0, description="seconds for which v1's word on our quota and key is good"
    )
    grace_s: float = Field(
        900.0, ge=0, description="seconds since a later one of its lane was seen: lost"
    )
    lost_canaries: int = Field(3, ge=1, description="as many lost ones are needed")
    lost_for_s: float = Field(
        3600.0, gt=0, description="seconds for which a lost one is held against PostHog"
    )
    give_up_s: float = Field(
        48 * 3600.0, gt=0, description="seconds after which a canary is not asked for any more"
    )
    quiet_s: float = Field(
        300.0, gt=0, description="seconds without an accepted canary: nothing can be told"
    )


async def probe(params: Params, io: Io) -> Outcome:
    """Look for all canaries that are out, in one query."""
    clock = SteadyClock(io)
    held = read(io.memory)
    uuids = {uuid: canary.sent for uuid, (canary, _) in held.recent.items()}
    uuids |= {canary.uuid: canary.sent for canary in held.canaries}
    if not uuids or (not held.canaries and _is_quiet(params, held, clock.now())):
        detail = "nothing to look for: capture has had no canary accepted lately"
        return Outcome(Verdict.INCONCLUSIVE, Reason.LOOK_UP, detail, memory=clock.patch or None)
    seen = await look_up(io, clock, held, uuids)
    if seen.failure is not None:
        return _unseen(clock, held, seen, seen.failure)
    found = reckon(held, seen, params.grace_s, params.give_up_s, params.growing_arrivals)
    late = is_late(params, held, found)
    reason, detail = judge(params, held.proof, found, late)
    return seen.exchange.outcome(
        reason,
        detail,
        verdict=Verdict.DEGRADED if reason is Reason.GROWING else None,
        values=_values(params, held, found),
        memory={**clock.patch, **memory_after(held, found, late)},
    )


def by_hand(params: Params, target: Target) -> str:
    """The newest canaries that can be seen: how old is the first? Which ones are out, only a look knows."""
    newest = (
        f"select timestamp, dateDiff('second', timestamp, now()) as age_s, uuid from events where event = '{EVENT}'"  # noqa: S608
        " and timestamp > now() - interval 1 day order by timestamp desc limit 10"
    )
    return shell.curl(hogql(shell.veiled(target), newest, f"by-hand-{shell.SECONDS}"))


def judge(params: Params, proof: Proof, found: Found, late: bool) -> tuple[Reason | None, str]:
    """The worst of what holds. Critical words need proof that our quota and key are fine."""
    if proof.said in (Word.QUOTA, Word.KEY) and _is_good(params, proof.said_at, found):
        reason = Reason.OWN_QUOTA if proof.said is Word.QUOTA else Reason.OWN_KEY
        return reason, "capture v1 says that our events are dropped, so none can be missed"
    lost = _lost(params, proof, found)
    if len(lost) >= params.lost_canaries:
        return Reason.LOST, f"{_some(lost)} lost: later ones of the same lanes have arrived"
    silent_s = _silence(found)
    if late and silent_s >= params.stalled_s and found.waiting:
        detail = f"nothing has arrived for {_minutes(silent_s)}; {_some(found.waiting)} are out"
        if proof.said is Word.OK and _is_good(params, proof.said_at, found):
            return Reason.STALLED, detail
        return Reason.LATE, f"{detail}; capture v1 has not proven that our quota and key are fine"
    if late:
        return Reason.LATE, _lateness(params, found)
    pace = growth(found.arrivals, params.growing_arrivals)
    if pace > params.growing_s_per_min and found.lag > params.growing_from_s:
        return Reason.GROWING, f"each arrival takes longer, by {pace:.0f} s a minute"
    return None, ""


def is_late(params: Params, held: Held, found: Found) -> bool:
    """Whether enough canaries are late; once that was so, until no lane has any that is.

    A backlog drains lane by lane, so the last hot partition decides when it is over.
    """
    late = len(_late(params, found))
    if late >= params.late_canaries or not held.late:
        return late >= params.late_canaries
    return late > 0 or any(
        lane.at_least > params.late_s and found.asked_at - lane.at <= params.stalled_s
        for lane in found.lanes.values()
    )


def growth(arrivals: tuple[tuple[float, float], ...], wanted: int) -> float:
    """By how many seconds a minute the lag rises over `wanted` arrivals; 0 if it does not.

    It must never fall, and no single step be more than half of the rise: a step is not growth.
    (Equal neighbours are no fall: canaries are some seconds apart, and so are measured lags.)
    """
    if len(arrivals) < wanted:
        return 0.0
    steps = [later - earlier for (_, earlier), (_, later) in pairwise(arrivals)]
    minutes = (arrivals[-1][0] - arrivals[0][0]) / 60
    if min(steps) < 0 or max(steps) > sum(steps) / 2 or minutes <= 0:
        return 0.0
    return sum(steps) / minutes


def _unseen(clock: SteadyClock, held: Held, seen: Sighting, failure: Failure) -> Outcome:
    """A look-up that did not work: neither growth nor recovery."""
    memory = dict(clock.patch)
    if seen.ask_again_at is not None:
        memory["ask_again_at"] = seen.ask_again_at
    values = {"canaries_outstanding": float(len(held.canaries))}
    return seen.exchange.outcome(failure.reason, failure.detail, values=values, memory=memory)


def _is_quiet(params: Params, held: Held, now: float) -> bool:
    """Whether it is too long ago that a canary was accepted: no news is not good news."""
    return held.accepted_at is None or now - held.accepted_at > params.quiet_s


def _is_good(params: Params, said_at: float, found: Found) -> bool:
    return found.asked_at - said_at <= params.proven_s


def _late(params: Params, found: Found) -> list[Canary]:
    return [canary for canary in found.waiting if found.age(canary) > params.late_s]


def _lost(params: Params, proof: Proof, found: Found) -> list[Canary]:
    """Those lost lately, of which v1 has proven since that they were not dropped by our quota."""
    oldest = found.answered_at - params.grace_s - params.lost_for_s
    return [
        canary
        for canary in found.lost
        if (canary.overtaken or 0.0) >= oldest and canary.sent < (proof.ok_at or 0.0)
    ]


def _silence(found: Found) -> float:
    """Seconds in which something should have arrived, and nothing did."""
    oldest = found.waiting[0].sent if found.waiting else found.asked_at
    return found.asked_at - max(oldest, found.arrived_at or 0.0)


def _lateness(params: Params, found: Found) -> str:
    late = _late(params, found)
    if not late:
        return "the last arrivals were late: not every lane is fine yet"
    lanes = of_lanes(late).keys()
    known = of_lanes(found.waiting).keys() | found.lanes.keys()
    return (
        f"{_some(late)} not there after {params.late_s:g} s, the oldest for"
        f" {_minutes(found.lag)}, in {len(lanes)} of {len(known)} lanes"
    )


def _some(canaries: Sequence[Canary]) -> str:
    return f"{len(canaries)} canaries"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def _values(params: Params, held: Held, found: Found) -> dict[str, float]:
    """The lag and its error bar, and loki-canary's counters.

    `lag_observed_seconds` is what the newest arrival took, at most; at least `lag_error_seconds`
    less. `canaries_missing_total` can fall: what was lost may be found.
    """
    counts = {word: float(found.counts.get(word, held.count(word))) for word in Count}
    values = {
        "lag_seconds": found.lag,
        "lag_error_seconds": found.error_s,
        "lanes_late": float(len(of_lanes(_late(params, found)))),
        "canaries_outstanding": float(found.outstanding),
        "canaries_entries_total": sum(counts[word] for word in SETTLED) + found.outstanding,
        "canaries_missing_total": counts[Count.MISSING] + len(found.lost),
        "canaries_duplicate_total": counts[Count.DUPLICATE],
        "canaries_out_of_order_total": counts[Count.OUT_OF_ORDER],
        "canaries_given_up_total": counts[Count.GIVEN_UP],
    }
    if found.waiting:
        values["lag_worst_lane"] = float(found.waiting[0].lane)
    if found.arrived:
        values["lag_observed_seconds"] = found.arrivals[-1][1]
    return values
