"""Sending one canary, and what PostHog says to it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.capture import Params, is_proof_due, judge_v0, judge_v1
from probes.contract import Reason, Verdict
from probes.wire.canaries import HELD_MAX, Canary, Held, Proof, Word, read
from probes.wire.exchange import Exchange, Failure, verdict_of
from tests.probes.aviary import KEY, Aviary, reasons
from tests.probes.test_canaries import JSON
from tests.world.posthog_events import Refusal

V1 = Params(api="v1")
V0_ONLY = Params(v1_every_s=None)
ID = "0c9c9b1e-52a1-4d6c-8f6e-1f6f2f3a4b5c"
PAGE = "<html><title>Attention Required!</title></html>"


@pytest.fixture
async def aviary(wire):
    async with Aviary(wire) as opened:
        yield opened


def answer(body: object, status: int = 200) -> Exchange:
    return Exchange(
        status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def v1_says(**result: object) -> Exchange:
    return answer({"results": {ID: result}})


async def test_a_canary_that_is_accepted_passes_and_is_remembered(aviary):
    outcome = await aviary.send(V0_ONLY)
    held = read(aviary.memories.get(KEY))
    assert outcome.verdict is Verdict.PASSED
    assert [c.uuid for c in held.canaries] == [e.uuid for e in aviary.events.received]
    assert held.accepted_at == held.canaries[0].sent


async def test_an_accepted_canary_can_be_queried_in_the_end(aviary):
    await aviary.send(V0_ONLY)
    aviary.passes(5)
    assert list(aviary.events.visible()) == [
        c.uuid for c in read(aviary.memories.get(KEY)).canaries
    ]


async def test_canaries_take_the_lanes_in_turn(aviary):
    for _ in range(9):
        await aviary.send(V0_ONLY)
    ids = [event.distinct_id for event in aviary.events.received]
    assert len(set(ids)) == 8
    assert ids[8] == ids[0]


async def test_one_partition_is_not_the_whole_pipeline(aviary):
    for _ in range(8):
        await aviary.send(V0_ONLY)
    partitions = {aviary.events.partition_of(e.distinct_id) for e in aviary.events.received}
    assert len(partitions) > 4


async def test_some_lanes_have_person_profiles_and_most_have_none(aviary):
    for _ in range(8):
        await aviary.send(V0_ONLY)
    assert sum(event.person for event in aviary.events.received) == 2


async def test_each_canary_has_the_next_sequence_number(aviary):
    for _ in range(5):
        await aviary.send(V0_ONLY)
    numbers = [event.properties["seq"] for event in aviary.events.received]
    assert all(later == earlier + 1 for earlier, later in pairwise(numbers))


async def test_the_time_stamp_stays_ours_for_no_sent_at_goes_with_it(aviary):
    aviary.events.skew_s = 3600
    await aviary.send(V0_ONLY)
    [event] = aviary.events.received
    assert event.timestamp == event.accepted_at


async def test_an_older_path_can_be_used(aviary):
    assert (await aviary.send(Params(path="/capture/", v1_every_s=None))).verdict is Verdict.PASSED


async def test_v1_accepts_a_canary_too(aviary):
    outcome = await aviary.send(V1)
    assert outcome.verdict is Verdict.PASSED
    assert len(read(aviary.memories.get(KEY)).canaries) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 404, 418])
@pytest.mark.parametrize("params", [V0_ONLY, V1])
async def test_a_status_that_is_not_200_is_an_event_lost(aviary, params, status):
    aviary.events.refuse_capture = Refusal(status, "no")
    outcome = await aviary.send(params)
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.STATUS)
    assert read(aviary.memories.get(KEY)).canaries == ()


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_key_that_is_refused_is_ours(aviary, status):
    aviary.events.refuse_capture = Refusal(status, "no")
    outcome = await aviary.send(V0_ONLY)
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.OWN_KEY)


async def test_a_blocked_address_is_no_outage(aviary):
    aviary.events.refuse_capture = Refusal(403, PAGE, content_type="text/html")
    outcome = await aviary.send(V0_ONLY)
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.CHALLENGE)


async def test_a_challenge_page_is_no_outage(aviary):
    aviary.events.refuse_capture = Refusal(503, PAGE, {"cf-mitigated": "challenge"}, "text/html")
    assert (await aviary.send(V0_ONLY)).reason is Reason.CHALLENGE


async def test_a_bill_that_is_due_is_ours(aviary):
    aviary.events.refuse_capture = Refusal(402, "no")
    assert (await aviary.send(V0_ONLY)).reason is Reason.OWN_QUOTA


async def test_a_redirect_is_not_followed_so_no_key_goes_elsewhere(aviary):
    location = {"Location": "http://127.0.0.1:9/elsewhere"}
    aviary.events.refuse_capture = Refusal(307, "", location)
    outcome = await aviary.send(V0_ONLY)
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.REDIRECT)
    assert aviary.events.received == []


@pytest.mark.parametrize("body", [{"status": 1}, {"status": "Ok"}, {"status": "Ok", "new": [1]}])
def test_v0_says_yes_in_two_ways(body):
    assert judge_v0(answer(body)).reason is None


@pytest.mark.parametrize(
    "body",
    [{}, {"status": 0}, {"status": True}, {"status": "ok?"}, [], None, b"", b'{"status": "O', PAGE],
)
def test_a_200_that_does_not_say_ok_is_a_refusal(body):
    assert judge_v0(answer(body)).reason is Reason.EVENT


def test_v0_can_say_that_we_are_over_our_quota():
    assert (
        judge_v0(answer({"status": "Ok", "quota_limited": ["events"]})).reason is Reason.OWN_QUOTA
    )


def test_a_timeout_keeps_its_own_reason():
    assert judge_v0(Exchange(Failure(Reason.TIMEOUT))).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("result", "reason", "said"),
    [
        ({"result": "ok"}, None, Word.OK),
        ({"result": "warning", "details": "person_processing_disabled"}, None, Word.OK),
        ({"result": "drop", "details": "billing_limit_exceeded"}, Reason.OWN_QUOTA, Word.QUOTA),
        ({"result": "drop", "details": "event_restriction_drop"}, Reason.OWN_KEY, Word.KEY),
        ({"result": "drop", "details": "not_persisted"}, Reason.EVENT, None),
        ({"result": "retry", "details": "not_persisted"}, Reason.EVENT, None),
        ({"result": "something new"}, Reason.EVENT, None),
        ({"result": {"deep": []}, "details": 5}, Reason.EVENT, None),
        ({}, Reason.EVENT, None),
    ],
)
def test_v1_says_of_each_event_what_becomes_of_it(result, reason, said):
    found = judge_v1(V1, v1_says(**result), ID)
    assert (found.reason, found.word) == (reason, said)


@pytest.mark.parametrize(
    "body", [{}, {"results": []}, {"results": {"another": {}}}, [], PAGE, b"{"]
)
def test_v1_must_speak_of_our_event(body):
    assert judge_v1(V1, answer(body), ID).reason is Reason.EVENT


def test_a_key_that_v1_refuses_is_remembered_as_that():
    assert judge_v1(V1, answer("no", 401), ID).word is Word.KEY
    assert judge_v1(V1, answer("no", 400), ID).word is None


@given(JSON, st.sampled_from([200, 204, 301, 400, 401, 402, 403, 404, 429, 500, 512]))
def test_whatever_comes_back_there_is_an_outcome(body, status):
    for said in (
        judge_v0(answer(body, status)),
        judge_v1(Params(), answer(body, status), ID),
        judge_v1(V1, answer({"results": {ID: body}}, status), ID),
    ):
        assert answer(body).outcome(said.reason, said.detail).verdict is verdict_of(said.reason)


async def test_now_and_then_a_canary_goes_out_by_v1_to_prove_that_our_quota_is_fine(aviary):
    await aviary.live(1200)
    proof = read(aviary.memories.get(KEY)).proof
    assert proof.said is Word.OK
    assert proof.said_at >= aviary.events.received[-1].accepted_at - 600


async def test_a_canary_that_is_overdue_has_v1_asked_at_once(aviary):
    await aviary.live(300)
    before = read(aviary.memories.get(KEY)).proof.said_at
    aviary.events.stalled = True
    await aviary.live(150)
    assert read(aviary.memories.get(KEY)).proof.said_at > before


async def test_over_quota_v0_says_ok_and_v1_says_that_it_is_our_bill(aviary):
    await aviary.send()
    aviary.events.over_quota = True
    aviary.passes(15)
    assert (await aviary.send()).verdict is Verdict.PASSED
    aviary.passes(600)
    outcome = await aviary.send()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.OWN_QUOTA)


async def test_what_may_have_been_dropped_for_our_quota_is_not_waited_for(aviary):
    await aviary.send()
    proven = read(aviary.memories.get(KEY)).canaries
    aviary.events.over_quota = True
    aviary.passes(15)
    await aviary.send()
    aviary.passes(600)
    await aviary.send()
    held = read(aviary.memories.get(KEY))
    assert held.canaries == proven
    assert held.counts == {"void": 1}


async def test_while_over_quota_an_ok_of_v0_means_nothing(aviary):
    aviary.events.over_quota = True
    await aviary.send()
    aviary.passes(15)
    await aviary.send()
    held = read(aviary.memories.get(KEY))
    assert held.canaries == ()
    assert held.accepted_at is None


async def test_a_quota_that_is_there_again_ends_that(aviary):
    aviary.events.over_quota = True
    await aviary.send()
    aviary.events.over_quota = False
    aviary.passes(600)
    await aviary.send()
    aviary.passes(15)
    await aviary.send()
    assert len(read(aviary.memories.get(KEY)).canaries) == 2


async def test_a_posthog_without_v1_gives_no_proof_and_is_not_down(aviary):
    aviary.events.has_v1 = False
    outcome = await aviary.send()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    aviary.passes(15)
    assert (await aviary.send()).verdict is Verdict.PASSED


async def test_where_v1_is_what_is_watched_its_absence_is_a_failure(aviary):
    aviary.events.has_v1 = False
    assert (await aviary.send(V1)).reason is Reason.STATUS


async def test_a_broken_v1_is_asked_again_only_in_its_turn(aviary):
    aviary.events.capture_refusals.append(Refusal(503))
    found = [await aviary.send() for _ in range(3)]
    assert reasons(found) == [Reason.STATUS, None, None]
    assert read(aviary.memories.get(KEY)).proof == Proof(
        tried_at=aviary.events.received[0].accepted_at
    )


async def test_too_many_canaries_make_room_and_that_is_said(aviary):
    rows = {f"{i:08x}-0000-4000-8000-000000000000": [i % 8, i, 1e9 + i] for i in range(HELD_MAX)}
    aviary.memories.apply(KEY, {"turn": HELD_MAX, "canaries": rows})
    await aviary.send(V0_ONLY)
    outcome = await aviary.send(V0_ONLY)
    held = read(aviary.memories.get(KEY))
    assert len(held.canaries) == HELD_MAX
    assert held.canaries[0].sent == 1e9
    assert outcome.values["canaries_outstanding"] == HELD_MAX
    assert outcome.values["canaries_thinned_total"] == 1


async def test_looks_that_overlap_are_both_remembered_and_neither_overtakes_the_other(aviary):
    await asyncio.gather(aviary.send(V0_ONLY), aviary.send(V0_ONLY))
    first, second = read(aviary.memories.get(KEY)).canaries
    assert first.uuid != second.uuid
    assert (first.lane, first.seq) == (second.lane, second.seq)


async def test_the_key_is_in_no_outcome(aviary):
    aviary.events.refuse_capture = Refusal(401, "API key is not valid: phc_canary")
    for params in (V0_ONLY, V1):
        outcome = await aviary.send(params)
        assert "phc_" not in repr(outcome)


def test_more_lanes_with_persons_than_lanes_are_a_mistake():
    with pytest.raises(ValidationError):
        Params(lanes=2, person_lanes=3)


def test_an_overtaken_canary_is_no_reason_to_ask_v1_again():
    proof = Proof(tried_at=1000.0, said=Word.OK, said_at=1000.0, ok_at=1000.0)
    waiting = Canary(ID, 1, 1, sent=900.0)
    held = Held(proof=proof, canaries=(waiting,))
    assert is_proof_due(Params(), held, 1025.0)
    overtaken = replace(held, canaries=(replace(waiting, overtaken=1010.0),))
    assert not is_proof_due(Params(), overtaken, 1025.0)
