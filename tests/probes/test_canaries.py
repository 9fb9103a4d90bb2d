"""What capture and ingestion remember, and the clock that they go by."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.contract import Io
from probes.wire.canaries import (
    Canary,
    Held,
    LaneSeen,
    Proof,
    SteadyClock,
    Word,
    distinct_id,
    is_uuid,
    least_missed,
    number,
    of_lanes,
    read,
)

A, B = "0c9c9b1e-52a1-4d6c-8f6e-1f6f2f3a4b5c", "1c9c9b1e-52a1-4d6c-8f6e-1f6f2f3a4b5c"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["clock", "turn", "accepted_at", "canaries", "proof", "counts", "looked_at", "arrived_at",
     "arrivals", "lanes", "recent", "late", "ask_again_at", "keepsakes", "missed"]
)  # fmt: skip
NEARLY = st.dictionaries(st.sampled_from([A, B, "0", "7", "said", "ok_at"]), JSON, max_size=4)


def io(monotonic: float, memory: dict | None = None, run: str = "first", now=NOON) -> Io:
    return Io(
        target=None,
        timeout_s=1,
        fetch=None,
        dial=None,
        resolve=None,
        now=lambda: now,
        memory=memory or {},
        monotonic=lambda: monotonic,
        run=run,
    )


def test_what_was_remembered_is_read_back():
    memory = {
        "turn": 12,
        "accepted_at": 90.0,
        "canaries": {B: [3, 12, 90.0, 95.0], A: [2, 11, 75.0]},
        "proof": {"tried_at": 60.0, "said": "ok", "said_at": 60.0, "ok_at": 60.0},
        "counts": {"arrived": 10},
        "looked_at": 80.0,
        "arrived_at": 80.0,
        "arrivals": [[80.0, 12.0]],
        "lanes": {"3": [9, 4.0, 80.0]},
        "recent": {A: [1, 9, 60.0, 2]},
        "late": True,
        "ask_again_at": 100.0,
        "keepsakes": {A: 5.0},
        "missed": {B: 6.0},
    }
    assert read(json.loads(json.dumps(memory))) == Held(
        turn=12,
        accepted_at=90.0,
        canaries=(Canary(A, 2, 11, 75.0), Canary(B, 3, 12, 90.0, overtaken=95.0)),
        proof=Proof(60.0, Word.OK, 60.0, 60.0),
        counts={"arrived": 10},
        looked_at=80.0,
        arrived_at=80.0,
        arrivals=((80.0, 12.0),),
        lanes={3: LaneSeen(9, 4.0, 80.0)},
        recent={A: (Canary(A, 1, 9, 60.0), 2)},
        late=True,
        ask_again_at=100.0,
        keepsakes={A: 5.0},
        missed={B: 6.0},
    )


def test_nothing_remembered_is_nothing_held():
    assert read({}) == Held()


@pytest.mark.parametrize("overtaken", [None, 95.0])
def test_a_canary_is_written_as_it_is_read(overtaken):
    canary = Canary(A, 2, 11, 75.0, overtaken)
    assert read({"canaries": {A: canary.row()}}).canaries == (canary,)


@given(st.dictionaries(KEYS, JSON | NEARLY))
def test_whatever_a_memory_holds_it_can_be_read(memory):
    held = read(memory)
    assert all(is_uuid(canary.uuid) for canary in held.canaries)


def test_a_canary_that_makes_no_sense_is_named_so_that_it_can_be_removed():
    held = read({"canaries": {A: [1, 2, 3.0], B: [1, "2", 3.0], "x' or 1=1": [1, 2, 3.0]}})
    assert [canary.uuid for canary in held.canaries] == [A]
    assert held.garbled == (B, "x' or 1=1")


@pytest.mark.parametrize("value", [True, "1", None, float("nan"), float("inf"), 10**400, -1, []])
def test_what_we_cannot_have_written_is_no_number(value):
    assert number(value) is None


def test_a_lane_is_one_distinct_id_that_capture_does_not_refuse():
    # PostHog refuses "0", "anonymous", "guest" and the like as distinct_ids.
    assert distinct_id(0) == "synthetic-canary-0"


def test_the_clock_begins_with_the_wall_clock():
    clock = SteadyClock(io(1000.0))
    assert clock.now() == NOON.timestamp()
    assert clock.patch["clock"]["run"] == "first"


def test_a_wall_clock_that_is_set_moves_nothing():
    memory = dict(SteadyClock(io(1000.0)).patch)
    later = SteadyClock(io(1060.0, memory, now=NOON.replace(hour=14)))
    assert later.now() == NOON.timestamp() + 60
    assert later.patch == {}


def test_another_run_goes_by_the_wall_clock_anew():
    memory = dict(SteadyClock(io(1000.0)).patch)
    restarted = SteadyClock(io(5.0, memory, run="second", now=NOON.replace(minute=10)))
    assert restarted.now() == NOON.timestamp() + 600
    assert restarted.patch["clock"]["run"] == "second"


def test_the_fullest_lane_forgets_the_canary_that_stands_closest_to_its_neighbours():
    def canary(lane: int, sent: float) -> Canary:
        return Canary(str(uuid4()), lane, int(sent), sent)

    close = canary(1, 110.0)
    lane = [canary(1, 0.0), canary(1, 100.0), close, canary(1, 120.0), canary(1, 300.0)]
    assert least_missed([canary(0, 1.0), *lane, canary(0, 299.0)]) is close


def test_canaries_keep_their_order_within_a_lane():
    first, other, second = Canary(A, 1, 1, 1.0), Canary(B, 2, 2, 2.0), Canary(A, 1, 3, 3.0)
    assert of_lanes([first, other, second]) == {1: [first, second], 2: [other]}
