"""Answers about flags that nobody should give, and where our key must not go."""

from __future__ import annotations

import json

from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from probes.contract import Reason
from probes.flags import REASONS, Params, activity, judge, probe
from probes.wire.exchange import Exchange
from tests.probes.onlooker import io_for, serving, target
from tests.world.posthog_flags import CANARY, DATABASE_CANARY

PARAMS = Params(canary=CANARY, database_canary=DATABASE_CANARY)
KEYS = [
    *("flags", "featureFlags", "quotaLimited", CANARY, "enabled", "value", "failed", "reason"),
    *("code", "errorsWhileComputingFlags", "results", "key", "next"),
]
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=20,
)


async def test_nothing_secret_arrives_where_a_307_leads(wire):
    elsewhere = []

    async def noted(request: web.Request) -> web.Response:
        elsewhere.append(await request.read())
        return web.Response()

    async with serving([web.post("/flags/", noted)]) as other:

        async def away(_: web.Request) -> web.Response:
            return web.Response(status=307, headers={"Location": f"{other}/flags/?v=2"})

        async with serving([web.post("/flags/", away)]) as origin:
            outcome = await probe(PARAMS, io_for(wire, target(ingest=origin)))
    assert outcome.reason is Reason.REDIRECT
    assert elsewhere == []


@given(status=st.sampled_from([200, 200, 200, 302, 400, 403, 429, 503]), body=SHAPES)
def test_json_of_any_shape_is_an_outcome_with_a_reason_that_is_explained(status, body):
    answer = Exchange(status=status, body=json.dumps(body).encode())
    outcome = judge(PARAMS, answer)
    assert outcome.reason is None or outcome.reason in REASONS
    assert activity(answer, CANARY) in (True, False, None)


@given(status=st.none() | st.integers(100, 599), body=st.binary())
def test_bytes_of_any_kind_are_an_outcome(status, body):
    assert judge(PARAMS, Exchange(status=status, body=body)).reason in REASONS
