"""A look-up of canaries that does not work says nothing about events: neither growth nor recovery."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import ingestion, stored
from probes.contract import Reason, Verdict
from probes.wire.canaries import read
from probes.wire.exchange import Exchange
from probes.wire.sighting import question, read_copies
from tests.probes.aviary import KEY, Aviary, reasons, target_at
from tests.probes.test_canaries import JSON, KEYS, A, B, io
from tests.world.posthog_events import Refusal, throttled, too_many_at_once

NOWHERE = target_at("http://127.0.0.1:9")
PAGE = Refusal(200, "<html>Somebody else's</html>", content_type="text/html")


@pytest.fixture
async def aviary(wire):
    """Some canaries are out, and it is time for a look-up."""
    async with Aviary(wire) as opened:
        await opened.live(600)
        await opened.send()
        opened.passes(60)
        yield opened


def exchange(body: object) -> Exchange:
    return Exchange(status=200, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def answer(*rows: object, **more: object) -> Exchange:
    return exchange({"results": list(rows), "is_cached": False, **more})


async def test_one_query_asks_for_every_canary_that_is_out(aviary):
    out = {canary.uuid for canary in read(aviary.memories.get(KEY)).canaries}
    before = len(aviary.events.queries)
    await aviary.look()
    [query] = aviary.events.queries[before:]
    assert out <= set(re.findall("[0-9a-f-]{36}", query))


async def test_no_two_queries_are_alike_so_no_cache_can_answer(aviary):
    await aviary.look()
    await aviary.look()
    assert len(set(aviary.events.queries)) == len(aviary.events.queries)


async def test_more_canaries_than_hogqls_own_limit_are_found(aviary):
    aviary.events.stalled = True
    await aviary.live(1800)
    aviary.events.stalled = False
    aviary.passes(10)
    assert (await aviary.look()).values["canaries_outstanding"] == 0


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refusal(401, "no"), Reason.OWN_KEY),
        (Refusal(403, '{"code": "permission_denied"}'), Reason.OWN_KEY),
        (Refusal(403, "<html>", content_type="text/html"), Reason.CHALLENGE),
        (Refusal(400, '{"code": "invalid_input"}'), Reason.OWN_FAULT),
        (Refusal(404, '{"code": "not_found"}'), Reason.OWN_KEY),
        (throttled(60), Reason.OWN_LIMIT),
        (throttled(60, header=False), Reason.OWN_LIMIT),
        (too_many_at_once(), Reason.OWN_LIMIT),
        (Refusal(202, '{"query_status": {}}'), Reason.LOOK_UP),
        (Refusal(307, "", {"Location": "http://127.0.0.1:9/"}), Reason.LOOK_UP),
        (Refusal(500, '{"code": "error"}'), Reason.LOOK_UP),
        (Refusal(502, ""), Reason.LOOK_UP),
        (Refusal(503, '{"code": "clickhouse_at_capacity"}'), Reason.LOOK_UP),
        (Refusal(504, ""), Reason.LOOK_UP),
        (Refusal(512, "Estimated query execution time is too long"), Reason.LOOK_UP),
        (Refusal(503, "<html>", {"cf-mitigated": "challenge"}, "text/html"), Reason.CHALLENGE),
        (PAGE, Reason.LOOK_UP),
        (Refusal(200, '{"results": [["'), Reason.LOOK_UP),
        (Refusal(200, ""), Reason.LOOK_UP),
    ],
)
async def test_a_look_up_that_is_refused_says_nothing_about_events(aviary, refusal, reason):
    before = read(aviary.memories.get(KEY))
    aviary.events.query_refusals.append(refusal)
    outcome = await aviary.look()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, reason)
    assert outcome.reason in ingestion.REASONS
    assert "lag_seconds" not in outcome.values
    assert replace(read(aviary.memories.get(KEY)), ask_again_at=None) == before


async def test_a_network_that_fails_is_no_lag(aviary, wire):
    async with Aviary(wire) as elsewhere:
        gone = elsewhere.target
    outcome = await ingestion.probe(ingestion.Params(), replace(aviary.io(), target=gone))
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert outcome.detail.startswith("refused")


async def test_a_stall_goes_on_through_look_ups_that_fail(aviary):
    aviary.events.stalled = True
    await aviary.live(1200)
    aviary.events.refuse_queries = Refusal(503)
    assert set(reasons(await aviary.live(600))) == {Reason.LOOK_UP}
    aviary.events.refuse_queries = None
    assert (await aviary.live(60))[-1].reason is Reason.STALLED


@pytest.mark.parametrize("header", [True, False])
async def test_posthog_is_not_asked_before_the_time_that_it_named(aviary, header):
    aviary.events.query_refusals.append(throttled(150, header))
    await aviary.look()
    asked = len(aviary.events.queries)
    aviary.passes(140)
    outcome = await aviary.look()
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.OWN_LIMIT)
    assert len(aviary.events.queries) == asked
    aviary.passes(11)
    assert (await aviary.look()).verdict is Verdict.PASSED
    assert read(aviary.memories.get(KEY)).ask_again_at is None


async def test_the_time_that_posthog_named_outlives_a_restart(aviary):
    aviary.events.query_refusals.append(throttled(150))
    await aviary.look()
    aviary.restart()
    aviary.passes(100)
    assert (await aviary.look()).reason is Reason.OWN_LIMIT


async def test_an_answer_out_of_a_cache_is_none(aviary):
    aviary.events.alter = lambda told: told | {"is_cached": True}
    assert (await aviary.look()).reason is Reason.LOOK_UP


async def test_half_the_canaries_leave_the_other_half_waiting(aviary):
    aviary.events.lag_s = 100
    await aviary.live(120)
    aviary.events.lag_s = 0
    aviary.events.alter = lambda told: told | {"results": told["results"][::2]}
    outcome = await aviary.look()
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["canaries_outstanding"] > 0


async def test_canaries_that_are_listed_twice_are_copies(aviary):
    aviary.events.alter = lambda told: told | {"results": told["results"] * 2}
    outcome = await aviary.look()
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["canaries_duplicate_total"] > 0


async def test_the_personal_key_is_in_no_outcome(aviary):
    aviary.events.query_refusals.append(Refusal(401, '{"detail": "no such key: phx_canary"}'))
    assert "phx_" not in repr(await aviary.look())


def test_a_complete_fresh_answer_is_read():
    assert read_copies(answer([A, 1], [B, 2], columns=["new"])) == ({A: 1, B: 2}, None)


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        {},
        {"results": None, "is_cached": False},
        {"results": [], "is_cached": True},
        {"results": []},
        {"results": [], "is_cached": False, "error": "Query failed"},
        {"results": [], "is_cached": False, "hasMore": True},
        {"results": [A], "is_cached": False},
        {"results": [[A]], "is_cached": False},
        {"results": [[A, "1"]], "is_cached": False},
        {"results": [[A, 0]], "is_cached": False},
        {"results": [[A, True]], "is_cached": False},
        {"results": [[A, 10**400]], "is_cached": False},
        {"results": [[None, 1]], "is_cached": False},
    ],
)
def test_an_answer_that_is_not_complete_and_fresh_is_none(body):
    copies, failure = read_copies(exchange(body))
    assert copies == {}
    assert failure.reason is Reason.LOOK_UP


def test_the_query_holds_nothing_but_uuids_of_what_we_remember():
    body = json.loads(question(NOWHERE, {A: 1.0}, 1.0).body)
    assert body["refresh"] == "force_blocking"
    assert f"uuid in ('{A}') group by uuid limit 1 -- " in body["query"]["query"]
    assert "toDateTime('1970-01-01 00:00:00')" in body["query"]["query"]


ROWS = st.lists(st.tuples(st.sampled_from([A, B, "x"]), st.integers(0, 3)) | JSON, max_size=4)
BODIES = JSON | st.fixed_dictionaries({"results": ROWS | JSON, "is_cached": JSON | st.just(False)})
MEMORIES = st.dictionaries(KEYS, JSON, max_size=4).map(
    lambda memory: {"canaries": {A: [1, 2, 3.0]}, "recent": {B: [1, 1, 2.0, 1]}} | memory
)


@given(
    BODIES, st.sampled_from([200, 200, 200, 202, 301, 400, 401, 403, 404, 429, 503, 512]), MEMORIES
)
def test_whatever_comes_back_there_is_an_outcome(body, status, memory):
    async def fetch(_: object) -> Exchange:
        return Exchange(status=status, body=json.dumps(body).encode())

    for kind in (ingestion, stored):
        seen = replace(io(1.0, memory), target=NOWHERE, fetch=fetch)
        outcome = asyncio.run(kind.probe(kind.Params(), seen))
        assert outcome.reason is None or outcome.reason in kind.REASONS
        json.dumps(outcome.memory, allow_nan=False)
