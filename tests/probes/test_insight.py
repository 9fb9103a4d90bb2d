"""An insight that can be computed, or not, and whose fault that is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from probes.contract import Outcome, Reason, Timing, Verdict
from probes.insight import Params, judge, probe
from probes.wire.exchange import Exchange
from tests.probes.onlooker import Watch, found, io_for, merged, serving, target
from tests.world.posthog_insights import PosthogInsights

BOTH_APIS = pytest.mark.parametrize("api", ["query", "trend"])


async def looked(
    insights: PosthogInsights,
    wire,
    memory: Mapping[str, Any] | None = None,
    now: Watch | None = None,
    **settings: Any,
) -> Outcome:
    async with serving(insights.routes()) as origin:
        io = io_for(wire, target(app=origin), memory=memory or {}, now=now)
        return await probe(Params(**settings), io)


def judged(body: Any, status: int = 200, took_s: float = 0.1, **settings: Any) -> Outcome:
    answer = Exchange(
        status=status, body=json.dumps(body).encode(), phases={Timing.PROCESSING: took_s}
    )
    return judge(Params(**settings), answer)


@BOTH_APIS
async def test_an_insight_that_is_computed_passes(api, wire):
    outcome = await looked(PosthogInsights(), wire, api=api)
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["http_status_code"] == 200.0
    assert outcome.memory is None


async def test_a_trend_is_asked_for_that_must_be_computed_now(wire):
    insights = PosthogInsights()
    await looked(insights, wire, event="synthetic_canary")
    [(method, path, body)] = insights.asked
    assert (method, path) == ("POST", "/api/projects/1/query/")
    assert body["refresh"] == "force_blocking"
    assert body["query"]["kind"] == "TrendsQuery"
    assert body["query"]["series"][0]["event"] == "synthetic_canary"


async def test_older_instances_are_asked_in_their_own_words(wire):
    insights = PosthogInsights()
    await looked(insights, wire, api="trend")
    [(method, path, body)] = insights.asked
    assert (method, path) == ("POST", "/api/projects/1/insights/trend/")
    assert (body["insight"], body["refresh"]) == ("TRENDS", True)


@BOTH_APIS
async def test_no_two_looks_ask_the_same_so_no_cache_can_answer(api, wire):
    insights = PosthogInsights()
    insights.ignores_refresh = True
    for _ in range(2):
        assert (await looked(insights, wire, api=api)).verdict is Verdict.PASSED


async def test_an_answer_from_a_cache_says_nothing_about_computing(wire):
    insights = PosthogInsights()
    insights.always_from_cache = True
    assert found(await looked(insights, wire)) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)


async def test_an_answer_that_is_put_off_says_nothing_about_computing(wire):
    insights = PosthogInsights()
    insights.compute_status = 202
    assert found(await looked(insights, wire)) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)


@BOTH_APIS
@pytest.mark.parametrize("status", [405, 500, 502, 503, 504, 512])
async def test_what_cannot_be_computed_is_a_failure(status, api, wire):
    insights = PosthogInsights()
    insights.compute_status = status
    outcome = await looked(insights, wire, api=api)
    assert found(outcome) == (Verdict.FAILED, Reason.STATUS)
    assert outcome.detail == f"status {status} (error)"


async def test_no_connection_is_a_failure(wire):
    outcome = await probe(Params(), io_for(wire, target()))
    assert found(outcome) == (Verdict.FAILED, Reason.REFUSED)


@pytest.mark.parametrize(
    "body", [b"", b"<html>Sign in</html>", b'{"results": [', b"[]", b"null", b'{"results": null}']
)
def test_a_200_without_results_is_a_failure(body):
    outcome = judge(Params(), Exchange(status=200, body=body))
    assert found(outcome) == (Verdict.FAILED, Reason.BODY)


def test_wrong_numbers_are_not_our_business():
    assert judged({"results": [], "is_cached": False}).verdict is Verdict.PASSED


def test_right_but_over_the_limit_is_slow():
    outcome = judged({"results": []}, took_s=5.5)
    assert found(outcome) == (Verdict.DEGRADED, Reason.SLOW)
    assert outcome.detail == "took 5.50 s, over 5 s"


def test_without_a_limit_nothing_is_slow():
    assert judged({"results": []}, took_s=60.0, slow_s=None).verdict is Verdict.PASSED


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_api_that_redirects_is_a_failure(status):
    assert found(judged({}, status)) == (Verdict.FAILED, Reason.REDIRECT)


# ── what is ours ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, Reason.OWN_FAULT), (401, Reason.OWN_KEY), (403, Reason.OWN_KEY), (404, Reason.OWN_KEY)],
)
async def test_a_refusal_of_our_key_or_query_is_ours(status, reason, wire):
    insights = PosthogInsights()
    insights.compute_status = status
    assert found(await looked(insights, wire)) == (Verdict.INCONCLUSIVE, reason)


async def test_a_wrong_key_is_ours(wire):
    insights = PosthogInsights()
    insights.key = "phx_another"
    assert (await looked(insights, wire)).reason is Reason.OWN_KEY


async def test_a_project_that_our_key_cannot_see_is_ours(wire):
    async with serving(PosthogInsights().routes()) as origin:
        at = replace(target(app=origin), project_id="no/such?project")
        outcome = await probe(Params(), io_for(wire, at))
    assert outcome.reason is Reason.OWN_KEY


def test_a_403_with_a_page_is_a_block_of_our_address():
    outcome = judge(Params(), Exchange(status=403, body=b"<html>"))
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.CHALLENGE)


@pytest.mark.parametrize(("header", "seconds"), [("17", 17.0), (None, 42.0)])
async def test_a_429_is_our_own_limit_and_says_how_long_to_wait(header, seconds, wire):
    insights = PosthogInsights()
    insights.compute_status, insights.retry_after = 429, header
    outcome = await looked(insights, wire)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.OWN_LIMIT)
    assert outcome.values["retry_after_seconds"] == seconds


async def test_after_a_429_nothing_is_asked_until_the_wait_is_over(wire):
    insights, watch = PosthogInsights(), Watch()
    insights.compute_status = 429
    memory = merged({}, (await looked(insights, wire, now=watch)).memory)
    insights.compute_status = 200
    watch.wait(41)
    outcome = await looked(insights, wire, memory, watch)
    assert (outcome.reason, outcome.detail) == (Reason.OWN_LIMIT, "our own limit: 1 s to wait")
    assert len(insights.asked) == 1
    watch.wait(1)
    assert (await looked(insights, wire, memory, watch)).verdict is Verdict.PASSED


@pytest.mark.parametrize("until", [9e99, "soon", None, 0])
async def test_a_wait_that_makes_no_sense_is_none(until, wire):
    outcome = await looked(PosthogInsights(), wire, {"ask_again_at": until})
    assert outcome.verdict is Verdict.PASSED


async def test_our_key_is_in_no_outcome(wire):
    insights = PosthogInsights()
    insights.key = "phx_another"
    async with serving(insights.routes()) as origin:
        at = replace(target(app=origin), personal_key=SecretStr("phx_hush"))
        assert "hush" not in repr(await probe(Params(), io_for(wire, at)))
