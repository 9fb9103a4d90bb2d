"""A condition on somebody's Prometheus: it holds, it does not, or nothing is known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from probes.contract import Outcome, Reason, Verdict
from probes.promql import REASONS, Params, holds, judge, probe, samples_of
from probes.wire.exchange import Exchange, Failure
from tests.probes.onlooker import NOWHERE, found, io_for, serving

UP = {"__name__": "up", "job": "kafka", "instance": "b1"}


def params(**settings: Any) -> Params:
    usual = {"url": NOWHERE, "plain_http": True, "query": "up", "condition": "== 1"}
    return Params(**usual | settings)


def vector(*values: str, labels: Any = UP) -> dict[str, Any]:
    rows = [{"metric": labels, "value": [1763866800.0, value]} for value in values]
    return {"status": "success", "data": {"resultType": "vector", "result": rows}}


def judged(body: Any, status: int = 200, **settings: Any) -> Outcome:
    answer = Exchange(status=status, body=json.dumps(body).encode())
    return judge(params(**settings), answer)


async def looked(answer: web.Response, wire, asked: list[web.Request], **settings: Any) -> Outcome:
    async def respond(request: web.Request) -> web.Response:
        asked.append(request)
        return answer

    async with serving([web.route("*", "/{any:.*}", respond)]) as origin:
        path = settings.pop("path", "")
        return await probe(params(url=origin + path, **settings), io_for(wire))


async def test_a_condition_that_holds_passes_with_what_was_measured(wire):
    outcome = await looked(web.json_response(vector("1")), wire, [])
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["promql_value"] == 1.0
    assert outcome.values["promql_series"] == 1.0


async def test_the_query_arrives_as_it_was_written(wire):
    asked: list[web.Request] = []
    query = 'sum(rate(x{a="b+c & ü%20#"}[5m])) > 0'
    await looked(web.json_response(vector("1")), wire, asked, query=query, path="/prom/")
    assert (asked[0].method, asked[0].path) == ("GET", "/prom/api/v1/query")
    assert dict(asked[0].query) == {"query": query}
    assert "Authorization" not in asked[0].headers


async def test_a_token_is_shown_when_there_is_one(wire):
    asked: list[web.Request] = []
    await looked(web.json_response(vector("1")), wire, asked, token=SecretStr("t0ken"))
    assert asked[0].headers["Authorization"] == "Bearer t0ken"


@pytest.mark.parametrize("status", [302, 307])
async def test_the_token_never_arrives_where_a_redirect_leads(status, wire):
    elsewhere: list[web.Request] = []

    async def noted(request: web.Request) -> web.Response:
        elsewhere.append(request)
        return web.json_response(vector("1"))

    async with serving([web.get("/", noted)]) as other:
        away = web.Response(status=status, headers={"Location": other})
        outcome = await looked(away, wire, [], token=SecretStr("t0ken"))
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert elsewhere == []


def test_a_condition_that_does_not_hold_fails_and_says_where():
    outcome = judged(vector("1", "0", "0.5"))
    assert found(outcome) == (Verdict.FAILED, Reason.CONDITION)
    assert outcome.detail == 'up{job="kafka", instance="b1"} is 0, not == 1 (2 of 3 series)'
    assert outcome.values["promql_value"] == 0.0


def test_one_series_is_not_counted():
    outcome = judged(vector("412", labels={}), condition="< 300")
    assert outcome.detail == "{} is 412, not < 300"


def test_a_scalar_is_a_number_too():
    scalar = {"status": "success", "data": {"resultType": "scalar", "result": [0, "7"]}}
    assert judged(scalar, condition=">= 7").verdict is Verdict.PASSED
    assert judged(scalar, condition="> 7").detail == "it is 7, not > 7"


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("> 0", 0.1, True),
        ("> 0", 0.0, False),
        ("< 1e3", 999.0, True),
        (">= -1.5", -1.5, True),
        ("<= +2", 2.5, False),
        ("!= 0", 0.0, False),
        ("==1", 1.0, True),
        ("< 300", float("inf"), False),
    ],
)
def test_a_condition_is_read_as_it_is_written(condition, value, expected):
    assert holds(condition, value) is expected


def test_an_infinite_value_is_compared_and_not_reported():
    outcome = judged(vector("+Inf"), condition="< 300")
    assert found(outcome) == (Verdict.FAILED, Reason.CONDITION)
    assert "promql_value" not in outcome.values


# ── no data ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("answer", [vector(), vector("NaN"), vector("NaN", "NaN")])
def test_no_data_is_not_all_is_well(answer):
    outcome = judged(answer)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert outcome.detail == "Prometheus: no data"


@pytest.mark.parametrize(
    ("no_data", "expected"),
    [("failed", (Verdict.FAILED, Reason.CONDITION)), ("passed", (Verdict.PASSED, None))],
)
def test_what_no_data_means_can_be_said(no_data, expected):
    assert found(judged(vector(), no_data=no_data)) == expected


def test_a_series_that_is_no_number_is_left_out_beside_others():
    assert judged(vector("NaN", "1")).verdict is Verdict.PASSED


def test_what_must_be_absent_passes_when_it_is():
    assert judged(vector(), condition="absent").verdict is Verdict.PASSED


def test_what_must_be_absent_fails_when_it_is_there():
    outcome = judged(vector("NaN"), condition="absent")
    assert found(outcome) == (Verdict.FAILED, Reason.CONDITION)
    assert outcome.detail.startswith('up{job="kafka", instance="b1"} is there')


# ── a Prometheus that does not help is not PostHog's fault ──────────────────────────────────────


async def test_a_prometheus_that_is_away_is_not_posthogs_fault(wire):
    outcome = await probe(params(), io_for(wire))
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert outcome.detail == "Prometheus: refused"


def test_our_own_network_keeps_its_reason():
    outcome = judge(params(), Exchange(Failure(Reason.OWN_NETWORK)))
    assert outcome.reason is Reason.OWN_NETWORK


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_refused_is_ours(status):
    assert found(judged({}, status)) == (Verdict.INCONCLUSIVE, Reason.OWN_KEY)


def test_a_rate_limit_is_ours_and_says_how_long():
    outcome = judged({"detail": "wait 5 seconds"}, 429)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.OWN_LIMIT)
    assert outcome.values["retry_after_seconds"] == 5.0


def test_a_query_that_it_refuses_is_told_in_its_word():
    body = {"status": "error", "errorType": "bad_data", "error": "unknown function"}
    outcome = judged(body, 400)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert outcome.detail == "Prometheus: status 400 (bad_data)"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"status": "success"},
        {"status": "success", "data": []},
        {"status": "success", "data": {"resultType": "matrix", "result": []}},
        {"status": "success", "data": {"resultType": "scalar", "result": [0, 7]}},
        {"status": "success", "data": {"resultType": "string", "result": [0, "up"]}},
        vector("many"),
        vector("1", labels=[]),
        vector("1", labels={"job": 7}),
        {"status": "error", "data": vector("1")["data"]},
    ],
)
def test_an_answer_without_samples_says_nothing(body):
    assert samples_of(body) is None
    assert found(judged(body)) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)


@pytest.mark.parametrize("status", [200, 302, 404, 500, 503])
def test_a_page_says_nothing(status):
    outcome = judge(params(), Exchange(status=status, body=b"<html>Sign in</html>"))
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)


SHAPES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.sampled_from(["success", "vector", "scalar", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "data", "resultType", "result", "metric", "value"]), inner
        )
    ),
    max_leaves=20,
)


@given(
    status=st.sampled_from([200, 200, 200, 302, 400, 403, 429, 503]),
    body=SHAPES | st.builds(vector, st.text(), labels=SHAPES),
    condition=st.sampled_from(["> 0", "absent"]),
)
def test_json_of_any_shape_is_an_outcome_with_a_reason_that_is_explained(status, body, condition):
    outcome = judged(body, status, condition=condition)
    assert outcome.reason is None or outcome.reason in REASONS


@given(status=st.none() | st.integers(100, 599), body=st.binary())
def test_bytes_of_any_kind_are_an_outcome(status, body):
    assert judge(params(), Exchange(status=status, body=body)).reason in REASONS


# ── config ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "query", ["", "sum(rate(x[5m])", 'up{job="kafka}', "up{job=~'('}", "x[5m]", "'up'", "up up"]
)
def test_a_query_that_no_prometheus_would_take_is_refused_at_load(query):
    with pytest.raises(ValidationError):
        params(query=query)


@pytest.mark.parametrize("condition", ["", "1", "= 1", "> x", "> nan", "> 0 or 1", "present"])
def test_a_condition_that_means_nothing_is_refused_at_load(condition):
    with pytest.raises(ValidationError):
        params(condition=condition)


@pytest.mark.parametrize(
    "url",
    [
        *("", "prometheus", "ftp://p.test", "https://", "https://[", "https://p.test:99999"),
        *("https://u:hush@p.test", "https://p.test?a=1"),
    ],
)
def test_what_is_no_way_to_a_prometheus_is_refused_at_load(url):
    with pytest.raises(ValidationError) as refused:
        params(url=url)
    assert "hush" not in str(refused.value)


def test_plain_http_must_be_asked_for():
    with pytest.raises(ValidationError, match="unless `plain_http` is true"):
        params(url="http://p.test", plain_http=False)
    assert params(url="https://p.test", plain_http=False).url == "https://p.test"
