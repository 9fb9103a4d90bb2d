"""The canaries of a target: events of our own that capture sends and ingestion looks for.

What both remember of them, as JSON. Times are seconds of the `SteadyClock`.

    clock         {run, base}: what that clock goes by
    turn          how many canaries were sent: the sequence number of the newest one
    accepted_at   when the newest one was sent that was accepted
    canaries      uuid → [lane, seq, sent], accepted and not seen yet; a fourth number says when a
                  later one of its lane was first seen
    proof         what capture v1 said: {tried_at, said, said_at, ok_at}
    counts        word → how many so far (`Count`)
    looked_at     when the newest look-up began that worked
    arrived_at    when a canary was last seen to have arrived
    arrivals      [[at, lag], …]: how long the newest arrival of each look-up took
    lanes         lane → [seq, at_least, at]: the newest one seen, its lag at least, and when
    recent        uuid → [lane, seq, sent, copies]: seen lately
    late          true while it is late
    ask_again_at  until when PostHog has asked us not to look anything up
    keepsakes     uuid → sent: must be there for good
    missed        uuid → when this keepsake was first missed

A lane is one distinct_id, and so one partition: PostHog keys its Kafka messages by
`token:distinct_id`. Within a lane, order holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from probes.contract import Io

EVENT = "synthetic_canary"
HELD_MAX = 1000  # canaries that are waited for at the same time, and asked for in one query

_NUMBER_MAX = 4e9  # of whatever we remember; as a time, the year 2096
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Count(StrEnum):
    """What is counted over all looks, in the words of Grafana's loki-canary where it has one."""

    ARRIVED = "arrived"
    DUPLICATE = "duplicate"  # copies beyond the first
    OUT_OF_ORDER = "out_of_order"  # seen after a later one of the same lane
    MISSING = "missing"  # given up, and later ones of the same lane had arrived
    GIVEN_UP = "given_up"  # given up without that
    VOID = "void"  # never to be seen: our quota or our key
    THINNED = "thinned"  # forgotten, because too many were waited for


class Word(StrEnum):
    """What capture v1 says of our project: it alone tells us that an event is dropped."""

    OK = "ok"
    QUOTA = "quota"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Canary:
    """One event of ours that was accepted."""

    uuid: str
    lane: int
    seq: int
    sent: float
    overtaken: float | None = None  # since when a later one of its lane has been seen

    def row(self) -> list[float]:
        row: list[float] = [self.lane, self.seq, self.sent]
        return row if self.overtaken is None else [*row, self.overtaken]


@dataclass(frozen=True, slots=True)
class Proof:
    """What capture v1 said of our quota and our key."""

    tried_at: float | None = None
    said: Word | None = None
    said_at: float = 0.0
    ok_at: float | None = None


@dataclass(frozen=True, slots=True)
class LaneSeen:
    """The newest canary of a lane that was seen: it took `at_least` so long, and came at `at`."""

    seq: int
    at_least: float
    at: float


@dataclass(frozen=True, slots=True)
class Held:
    """All that is remembered. Canaries are in the order in which they were sent."""

    turn: int = 0
    accepted_at: float | None = None
    canaries: tuple[Canary, ...] = ()
    garbled: tuple[str, ...] = ()  # keys of "canaries" that hold none
    proof: Proof = Proof()
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    looked_at: float | None = None
    arrived_at: float | None = None
    arrivals: tuple[tuple[float, float], ...] = ()
    lanes: Mapping[int, LaneSeen] = field(default_factory=lambda: MappingProxyType({}))
    recent: Mapping[str, tuple[Canary, int]] = field(default_factory=lambda: MappingProxyType({}))
    late: bool = False
    ask_again_at: float | None = None
    keepsakes: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    missed: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def count(self, what: Count) -> int:
        return self.counts.get(what, 0)


class SteadyClock:
    """Seconds since the epoch by a clock that nobody sets while the program runs.

    It starts with the wall clock and goes on with the monotonic one, so that a wall clock that is
    set makes no canary older. Across a restart the wall clock is all there is.
    """

    def __init__(self, io: Io) -> None:
        known = _mapping(io.memory.get("clock"))
        base = number(known.get("base"), least=-_NUMBER_MAX)
        self.patch: Mapping[str, Any] = {}  # what must be remembered for it to go on
        if base is None or known.get("run") != io.run:
            base = io.now().timestamp() - io.monotonic()
            self.patch = {"clock": {"run": io.run, "base": base}}
        self._base = base
        self._monotonic: Callable[[], float] = io.monotonic

    def now(self) -> float:
        return round(self._base + self._monotonic(), 3)


def distinct_id(lane: int) -> str:
    """Who sends the canaries of a lane."""
    return f"synthetic-canary-{lane}"


def read(memory: Mapping[str, Any]) -> Held:
    """What is remembered, whatever shape it has come back in: what is no sense is left out."""
    listed = _mapping(memory.get("canaries"))
    found = {key: _canary(key, row) for key, row in listed.items()}
    canaries = sorted((c for c in found.values() if c is not None), key=lambda c: (c.sent, c.seq))
    return Held(
        turn=int(number(memory.get("turn")) or 0),
        accepted_at=number(memory.get("accepted_at")),
        canaries=tuple(canaries),
        garbled=tuple(key for key, canary in found.items() if canary is None),
        proof=_proof(_mapping(memory.get("proof"))),
        counts={word: int(n) for word, n in _numbers(memory.get("counts")).items()},
        looked_at=number(memory.get("looked_at")),
        arrived_at=number(memory.get("arrived_at")),
        arrivals=_arrivals(memory.get("arrivals")),
        lanes=_lanes(_mapping(memory.get("lanes"))),
        recent=_recent(_mapping(memory.get("recent"))),
        late=memory.get("late") is True,
        ask_again_at=number(memory.get("ask_again_at")),
        keepsakes=_by_uuid(memory.get("keepsakes")),
        missed=_by_uuid(memory.get("missed")),
    )


def number(value: Any, least: float = 0.0) -> float | None:
    """`value` if it is a number that we could have written down, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if least <= value <= _NUMBER_MAX else None


def is_uuid(value: Any) -> bool:
    """Whether it is a UUID, and nothing else: it will stand in a query."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def of_lanes(canaries: Iterable[Canary]) -> dict[int, list[Canary]]:
    """The canaries by lane, in the order in which they come."""
    lanes: dict[int, list[Canary]] = {}
    for canary in canaries:
        lanes.setdefault(canary.lane, []).append(canary)
    return lanes


def least_missed(canaries: Sequence[Canary]) -> Canary:
    """The one to forget when there are too many: from the fullest lane, where they stand closest.

    The oldest and the newest of the lane stay: the one tells the lag, the other that it is over.
    """
    lane = max(of_lanes(canaries).values(), key=len)
    inner = range(1, len(lane) - 1)
    return lane[min(inner, key=lambda i: lane[i + 1].sent - lane[i - 1].sent)]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _numbers(value: Any) -> dict[str, float]:
    found = {key: number(each) for key, each in _mapping(value).items()}
    return {key: each for key, each in found.items() if each is not None}


def _by_uuid(value: Any) -> dict[str, float]:
    return {key: each for key, each in _numbers(value).items() if is_uuid(key)}


def _row(value: Any, *lengths: int) -> list[float] | None:
    """A list of as many numbers."""
    if not isinstance(value, list | tuple) or len(value) not in lengths:
        return None
    numbers = [n for n in map(number, value) if n is not None]
    return numbers if len(numbers) == len(value) else None


def _canary(uuid: str, value: Any) -> Canary | None:
    row = _row(value, 3, 4)
    if row is None or not is_uuid(uuid):
        return None
    return Canary(uuid, int(row[0]), int(row[1]), row[2], row[3] if len(row) > 3 else None)


def _proof(value: Mapping[str, Any]) -> Proof:
    said = value.get("said")
    return Proof(
        tried_at=number(value.get("tried_at")),
        said=Word(said) if said in list(Word) else None,
        said_at=number(value.get("said_at")) or 0.0,
        ok_at=number(value.get("ok_at")),
    )


def _arrivals(value: Any) -> tuple[tuple[float, float], ...]:
    rows = [_row(each, 2) for each in value] if isinstance(value, list | tuple) else []
    return tuple((row[0], row[1]) for row in rows if row is not None)


def _lanes(value: Mapping[str, Any]) -> dict[int, LaneSeen]:
    rows = {lane: _row(each, 3) for lane, each in value.items()}
    return {
        int(lane): LaneSeen(int(row[0]), row[1], row[2])
        for lane, row in rows.items()
        if row is not None and re.fullmatch("[0-9]{1,4}", lane)
    }


def _recent(value: Mapping[str, Any]) -> dict[str, tuple[Canary, int]]:
    rows = {uuid: _row(each, 4) for uuid, each in value.items() if is_uuid(uuid)}
    return {
        uuid: (Canary(uuid, int(row[0]), int(row[1]), row[2]), int(row[3]))
        for uuid, row in rows.items()
        if row is not None
    }
