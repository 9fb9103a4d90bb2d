"""Answers about insights that nobody should give, and where our key must not go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from probes.contract import Reason, Verdict
from probes.insight import REASONS, Params, judge, probe, with_save
from probes.wire.exchange import Exchange
from probes.wire.saved_insight import Saved, leftovers, read_back, unsaved
from tests.probes.onlooker import START, io_for, serving, target

SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["results", "result", "is_cached", "id", "name", "code", "detail"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
STATUSES = st.sampled_from([200, 200, 200, 201, 202, 302, 400, 403, 404, 429, 503, 512])


def said(status: int | None, body: Any) -> Exchange:
    return Exchange(status=status, body=json.dumps(body).encode())


@pytest.mark.parametrize("status", [302, 307, 308])
async def test_our_key_never_arrives_where_a_redirect_leads(status, wire):
    elsewhere = []

    async def noted(request: web.Request) -> web.Response:
        elsewhere.append(dict(request.headers))
        return web.Response()

    async with serving([web.route("*", "/{any:.*}", noted)]) as other:

        async def away(request: web.Request) -> web.Response:
            if request.path.endswith("/query/") and status == 302:
                return web.json_response({"results": [], "is_cached": False})
            return web.Response(status=status, headers={"Location": other + request.path})

        async with serving([web.route("*", "/{any:.*}", away)]) as origin:
            memory = {"save": {"due": START.timestamp()}}
            io = io_for(wire, target(app=origin), memory=memory)
            outcome = await probe(Params(save_s=600), io)
    assert outcome.reason is (Reason.SAVE if status == 302 else Reason.REDIRECT)
    assert elsewhere == []


@given(status=STATUSES, body=SHAPES, api=st.sampled_from(["query", "trend"]))
def test_json_of_any_shape_is_an_outcome_with_a_reason_that_is_explained(status, body, api):
    outcome = judge(Params(api=api), said(status, body))
    assert outcome.reason is None or outcome.reason in REASONS


@given(status=st.none() | st.integers(100, 599), body=st.binary())
def test_bytes_of_any_kind_are_an_outcome(status, body):
    assert judge(Params(), Exchange(status=status, body=body)).reason in REASONS


@given(status=STATUSES, body=SHAPES)
def test_no_answer_to_a_save_is_an_exception(status, body):
    answer = said(status, body)
    assert all(isinstance(found, int) for found in leftovers(body))
    for problem in (read_back(answer, "ours"), unsaved("saving it", answer, 201)):
        computed = judge(Params(), said(200, {"results": []}))
        outcome = with_save(computed, Saved(1, problem), {})
        assert outcome.reason is None or outcome.reason in REASONS
        assert outcome.verdict is not Verdict.FAILED


def test_an_id_that_is_no_number_is_none():
    rows = [{"id": True, "name": "posthog-checker canary"}, {"name": "posthog-checker canary"}]
    assert leftovers({"results": [*rows, {"id": 4, "name": 4}, 7]}) == []
