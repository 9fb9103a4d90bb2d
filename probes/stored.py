"""Events that were there are still there: a few old canaries are kept, and looked for by uuid.

For "loss of data" that nobody notices: data that is deleted weeks after it arrived. "Insights
returning incorrect data" is no incident, so a keepsake is lost only if it is missing by its uuid,
twice, in answers that do hold recent canaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import Field

from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Verdict
from probes.wire import by_hand as shell
from probes.wire.canaries import EVENT, Held, SteadyClock, read
from probes.wire.sighting import Sighting, hogql, look_up

RECENT_S = 3600.0  # canaries sent within this tell whether recent data is fine

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.LOST: "events that could be seen are gone, while recent ones are there",
        Reason.LOOK_UP: "it cannot be told yet, or events cannot be looked up",
        Reason.OWN_KEY: "our personal key or project id is refused",
        Reason.OWN_LIMIT: "we have asked more often than our rate limit allows",
        Reason.OWN_FAULT: "PostHog does not understand our query",
        Reason.CHALLENGE: "our address or user agent is taken for a bot's",
    }
)


class Params(ProbeParams):
    """What is kept. Needs `capture` and `ingestion` at the same target: their canaries are kept."""

    fastest_s: ClassVar = 60.0
    needs: ClassVar = ("personal_key", "project_id")
    remembers: ClassVar = "canaries"
    spends: ClassVar = MappingProxyType({"query": 1})

    keep_every_s: float = Field(86400.0, gt=0, description="seconds between two keepsakes")
    keep: int = Field(60, ge=1, le=400, description="keepsakes; the oldest makes room")
    lost_for_s: float = Field(
        86400.0, gt=0, description="seconds for which a lost one is held against PostHog"
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up shows of the keepsakes, by uuid."""

    gone: frozenset[str]  # missing
    twice: frozenset[str]  # missing now, and in an earlier look
    recent: bool  # whether all that were seen lately are there


async def probe(params: Params, io: Io) -> Outcome:
    """Look for all keepsakes, and for what was seen lately, in one query."""
    clock = SteadyClock(io)
    held = read(io.memory)
    recent = _recent(held, clock.now())
    if not recent:
        detail = "no canary has been seen lately, so there is nothing to compare with"
        return Outcome(Verdict.INCONCLUSIVE, Reason.LOOK_UP, detail, memory=clock.patch or None)
    seen = await look_up(io, clock, held, {**held.keepsakes, **recent})
    if seen.failure is not None:
        memory = dict(clock.patch)
        if seen.ask_again_at is not None:
            memory["ask_again_at"] = seen.ask_again_at
        return seen.exchange.outcome(seen.failure.reason, seen.failure.detail, memory=memory)
    found = find(held, recent, seen)
    reason, detail = judge(found)
    memory = {**clock.patch, "ask_again_at": None}
    if found.recent:
        memory |= remembered(params, held, recent, found, seen.asked_at)
    values = {
        "keepsakes": float(len(held.keepsakes)),
        "keepsakes_missing": float(len(found.gone)),
        "keepsakes_lost": float(len(found.twice)),
    }
    return seen.exchange.outcome(reason, detail, values=values, memory=memory)


def by_hand(params: Params, target: Target) -> str:
    """How many canaries each day still has: is one of the days short of them, or gone?"""
    days = (
        f"select toDate(timestamp) as day, count() from events where event = '{EVENT}'"  # noqa: S608
        f" group by day order by day desc limit {params.keep}"
    )
    return shell.curl(hogql(shell.veiled(target), days, f"by-hand-{shell.SECONDS}"))


def find(held: Held, recent: Mapping[str, float], seen: Sighting) -> Found:
    """Which keepsakes are missing."""
    gone = frozenset(uuid for uuid in held.keepsakes if not seen.copies.get(uuid))
    return Found(gone, gone & held.missed.keys(), all(seen.copies.get(uuid) for uuid in recent))


def judge(found: Found) -> tuple[Reason | None, str]:
    """Lost is a critical word: it takes two looks, and recent data that is fine."""
    if not found.recent:
        return Reason.LOOK_UP, "recent canaries are missing from the answer too"
    if found.twice:
        return Reason.LOST, f"{len(found.twice)} old canaries are gone, missed twice by uuid"
    if found.gone:
        return Reason.LOOK_UP, f"{len(found.gone)} old canaries are missing; the next look decides"
    return None, ""


def remembered(
    params: Params, held: Held, recent: Mapping[str, float], found: Found, now: float
) -> dict[str, Any]:
    """The merge patch: what is missed and what no longer is, and the next keepsake."""
    over = {u for u in found.twice if now - held.missed[u] > params.lost_for_s}
    back = held.missed.keys() - found.gone
    missed: dict[str, float | None] = dict.fromkeys(found.gone - held.missed.keys(), now)
    kept = {u: sent for u, sent in held.keepsakes.items() if u not in over}
    new = _next_keepsake(params, held, recent, now)
    room = sorted(kept, key=lambda u: kept[u])[: max(len(kept) + len(new) - params.keep, 0)]
    return {
        "missed": missed | dict.fromkeys((*over, *back, *room)),
        "keepsakes": {**new, **dict.fromkeys((*over, *room))},
    }


def _recent(held: Held, now: float) -> dict[str, float]:
    """What `ingestion` has seen of late, and is not kept: uuid → when it was sent."""
    return {
        uuid: canary.sent
        for uuid, (canary, _) in held.recent.items()
        if now - canary.sent <= RECENT_S and uuid not in held.keepsakes
    }


def _next_keepsake(
    params: Params, held: Held, recent: Mapping[str, float], now: float
) -> dict[str, float]:
    """The newest canary that was seen, if it is time for one more."""
    newest = max(held.keepsakes.values(), default=None)
    if newest is not None and now - newest < params.keep_every_s:
        return {}
    uuid = max(recent, key=lambda each: recent[each])
    return {uuid: recent[uuid]}
