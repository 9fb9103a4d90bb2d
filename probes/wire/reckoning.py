"""From one look-up to what it shows of each canary, and what to remember of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from probes.wire.canaries import Canary, Count, Held, LaneSeen
from probes.wire.sighting import Sighting

RECENT_MAX = 24  # canaries that are asked for again after they were seen: copies may come later


@dataclass(frozen=True, slots=True)
class Found:
    """What is known once a look-up has worked. All canaries are in the order they were sent in."""

    asked_at: float  # steady seconds
    answered_at: float
    arrived: tuple[Canary, ...]  # seen for the first time
    waiting: tuple[Canary, ...]  # not seen, and merely late as far as we know
    lost: tuple[Canary, ...]  # not seen, and overtaken for longer than the grace
    given_up: tuple[Canary, ...]  # no longer asked for: sent too long ago
    lanes: Mapping[int, LaneSeen]
    recent: Mapping[str, tuple[Canary, int]]
    arrivals: tuple[tuple[float, float], ...]  # (when, lag) of the newest arrival of each look-up
    arrived_at: float | None
    error_s: float  # for how long before it nobody had looked: arrivals may be that much older
    counts: Mapping[str, int]

    def age(self, canary: Canary) -> float:
        """Seconds for which it had surely not arrived, or for which it has been on its way."""
        return max(self.asked_at - canary.sent, 0.0)

    @property
    def lag(self) -> float:
        """Age of the oldest canary that has not arrived; 0 when all have."""
        return self.age(self.waiting[0]) if self.waiting else 0.0

    @property
    def outstanding(self) -> int:
        return len(self.waiting) + len(self.lost)


def reckon(
    held: Held, seen: Sighting, grace_s: float, give_up_s: float, arrivals_max: int
) -> Found:
    """What `seen` shows of the canaries that were held.

    Lost is what later canaries of the same lane have overtaken for `grace_s`: order holds there.
    After `give_up_s` nobody waits any more. `arrivals_max` look-ups with an arrival are kept.
    """
    arrived = tuple(c for c in held.canaries if seen.copies.get(c.uuid))
    lanes = _lanes(held, arrived, seen)
    missing = [
        _marked(canary, lanes, seen.answered_at)
        for canary in held.canaries
        if not seen.copies.get(canary.uuid)
    ]
    kept = [c for c in missing if seen.asked_at - c.sent <= give_up_s]
    lost = tuple(
        c for c in kept if c.overtaken is not None and seen.answered_at - c.overtaken >= grace_s
    )
    given_up = tuple(c for c in missing if c not in kept)
    recent = _recent(held, arrived, seen)
    return Found(
        asked_at=seen.asked_at,
        answered_at=seen.answered_at,
        arrived=arrived,
        waiting=tuple(c for c in kept if c not in lost),
        lost=lost,
        given_up=given_up,
        lanes=lanes,
        recent=recent,
        arrivals=_arrivals(held, arrived, seen)[-arrivals_max:],
        arrived_at=seen.answered_at if arrived else held.arrived_at,
        error_s=_error(held, seen),
        counts=_counts(held, arrived, given_up, recent),
    )


def memory_after(held: Held, found: Found, late: bool) -> dict[str, Any]:
    """The merge patch that a look-up which worked comes to."""
    gone = [canary.uuid for canary in (*found.arrived, *found.given_up)]
    marked = [c for c in (*found.waiting, *found.lost) if c.overtaken == found.answered_at]
    return {
        "canaries": dict.fromkeys((*gone, *held.garbled)) | {c.uuid: c.row() for c in marked},
        "lanes": {
            str(lane): [seen.seq, seen.at_least, seen.at]
            for lane, seen in found.lanes.items()
            if held.lanes.get(lane) != seen
        },
        "recent": dict.fromkeys(held.recent.keys() - found.recent.keys())
        | {
            uuid: [canary.lane, canary.seq, canary.sent, copies]
            for uuid, (canary, copies) in found.recent.items()
            if held.recent.get(uuid) != (canary, copies)
        },
        "arrivals": [list(each) for each in found.arrivals],
        "arrived_at": found.arrived_at,
        "looked_at": found.asked_at,
        "late": True if late else None,
        "ask_again_at": None,
        "counts": dict(found.counts),
    }


def _lanes(held: Held, arrived: tuple[Canary, ...], seen: Sighting) -> dict[int, LaneSeen]:
    """The newest of each lane that was seen, now or before."""
    lanes = dict(held.lanes)
    for canary in arrived:
        known = lanes.get(canary.lane)
        if known is None or canary.seq >= known.seq:
            # It had not arrived when we last asked; before the first time, nothing is certain.
            before = canary.sent if held.looked_at is None else held.looked_at
            at_least = max(before - canary.sent, 0.0)
            lanes[canary.lane] = LaneSeen(canary.seq, at_least, seen.answered_at)
    return lanes


def _marked(canary: Canary, lanes: Mapping[int, LaneSeen], now: float) -> Canary:
    """The canary, with the time at which a later one of its lane was first seen."""
    known = lanes.get(canary.lane)
    if canary.overtaken is None and known is not None and known.seq > canary.seq:
        return replace(canary, overtaken=now)
    return canary


def _recent(
    held: Held, arrived: tuple[Canary, ...], seen: Sighting
) -> dict[str, tuple[Canary, int]]:
    """Those seen lately, with the most copies that were ever seen of each."""
    known = {
        uuid: (canary, max(copies, seen.copies.get(uuid, 0)))
        for uuid, (canary, copies) in held.recent.items()
    }
    known |= {canary.uuid: (canary, seen.copies[canary.uuid]) for canary in arrived}
    newest = sorted(known.items(), key=lambda item: item[1][0].sent)[-RECENT_MAX:]
    return dict(newest)


def _arrivals(
    held: Held, arrived: tuple[Canary, ...], seen: Sighting
) -> tuple[tuple[float, float], ...]:
    """What the newest arrival of each look-up took: the best that a look-up can tell.

    The pipeline keeps order, so the newest to arrive came just before we asked, while an older one
    may have been there for as long as nobody looked.
    """
    if not arrived:
        return held.arrivals
    return (*held.arrivals, (seen.answered_at, max(seen.answered_at - arrived[-1].sent, 0.0)))


def _error(held: Held, seen: Sighting) -> float:
    """Since the look-up before this one; without one, since the oldest canary was sent."""
    since = held.looked_at
    if since is None:
        since = held.canaries[0].sent if held.canaries else seen.asked_at
    return max(seen.answered_at - since, 0.0)


def _counts(
    held: Held,
    arrived: tuple[Canary, ...],
    given_up: tuple[Canary, ...],
    recent: Mapping[str, tuple[Canary, int]],
) -> dict[str, int]:
    """The counters that this look-up has moved, as they stand now."""
    before = {uuid: copies for uuid, (_, copies) in held.recent.items()}
    more = {
        Count.ARRIVED: len(arrived),
        Count.DUPLICATE: sum(copies - before.get(uuid, 1) for uuid, (_, copies) in recent.items()),
        Count.OUT_OF_ORDER: sum(c.overtaken is not None for c in arrived),
        Count.MISSING: sum(c.overtaken is not None for c in given_up),
        Count.GIVEN_UP: sum(c.overtaken is None for c in given_up),
    }
    return {word.value: held.count(word) + n for word, n in more.items() if n}
