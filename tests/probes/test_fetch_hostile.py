"""Answers as nobody should give them: each bounded in time and memory, with the right reason."""

from __future__ import annotations

import tracemalloc

import pytest

from probes.contract import BODY_MAX, Reason, Timing
from probes.wire.exchange import Request
from tests.probes.asking import LONG_S, SHORT_S, fetched, reason_of
from tests.world import hostile
from tests.world.hostile import Stranger, answers, says

MEMORY_MAX = 4 * 1024 * 1024  # bytes, over what was there before, server included


async def test_a_body_up_to_the_cap_is_read_whole(wire):
    exchange = await fetched(answers(200, b"x" * BODY_MAX), wire)
    assert exchange.failure is None
    assert len(exchange.body) == BODY_MAX


async def test_a_body_over_the_cap_is_a_body_failure_and_kept_up_to_it(wire):
    exchange = await fetched(answers(200, b"x" * (BODY_MAX + 1)), wire)
    assert reason_of(exchange) is Reason.BODY
    assert len(exchange.body) == BODY_MAX
    assert Timing.TRANSFER not in exchange.phases


async def test_a_request_may_want_less_of_the_body(wire):
    async with Stranger(answers(200, b"x" * 100)) as stranger:
        request = Request(stranger.origin + "/", max_body=10)
        exchange = await wire.line(LONG_S).fetch(request)
    assert reason_of(exchange) is Reason.BODY
    assert exchange.body == b"x" * 10


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (hostile.never_ends, Reason.BODY),
        (hostile.bomb(), Reason.BODY),
        (hostile.one_byte_chunks, Reason.BODY),
        (hostile.huge_headers, Reason.PROTOCOL),
        (hostile.headers_for_ever, Reason.PROTOCOL),
        (hostile.one_header_for_ever, Reason.PROTOCOL),
        (hostile.interim_for_ever, Reason.PROTOCOL),
    ],
    ids=["endless", "bomb", "chunks", "huge headers", "headers", "header", "100 Continue"],
)
async def test_a_flood_is_ended_long_before_it_fills_the_memory(act, reason, wire):
    async with Stranger(act) as stranger:
        request = Request(stranger.origin + "/")
        tracemalloc.start()
        exchange = await wire.line(LONG_S).fetch(request)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert reason_of(exchange) is reason
    assert peak < MEMORY_MAX


@pytest.mark.parametrize("act", [hostile.half_a_body, hostile.half_a_chunk])
async def test_half_a_body_is_a_body_failure(act, wire):
    exchange = await fetched(act, wire)
    assert reason_of(exchange) is Reason.BODY
    assert exchange.status == 200


async def test_a_body_that_is_not_compressed_as_it_says_is_a_body_failure(wire):
    exchange = await fetched(answers(200, b"not gzip", "Content-Encoding: gzip"), wire)
    assert reason_of(exchange) is Reason.BODY


async def test_a_body_that_drips_ends_with_the_deadline(wire):
    exchange = await fetched(hostile.drips, wire, SHORT_S)
    assert reason_of(exchange) is Reason.TIMEOUT
    assert exchange.failure.detail == "the answer did not end in time (127.0.0.1)"
    assert exchange.status == 200
    assert exchange.body.startswith(b".")


async def test_a_head_that_drips_ends_with_the_deadline(wire):
    assert reason_of(await fetched(hostile.drips_headers, wire, SHORT_S)) is Reason.TIMEOUT


@pytest.mark.parametrize(
    "act",
    [hostile.garbage, says(b"HTTP/1.1 OK\r\n\r\n"), says(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n")],
    ids=["another protocol", "no status", "no header"],
)
async def test_what_is_not_http_is_a_protocol_failure(act, wire):
    assert reason_of(await fetched(act, wire)) is Reason.PROTOCOL


async def test_an_answer_without_a_length_may_end_with_the_connection(wire):
    exchange = await fetched(says(hostile.OK + b"\r\nwhole"), wire)
    assert exchange.failure is None
    assert exchange.body == b"whole"
    assert "http_content_length" not in exchange.values


async def test_a_flood_inside_tls_is_ended_as_well(wire, identity):
    async with Stranger(hostile.interim_for_ever, identity("127.0.0.1")) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert reason_of(exchange) is Reason.PROTOCOL
