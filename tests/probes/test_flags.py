"""What one answer of `/decide` or `/flags` says of feature flags: the table, row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from probes.contract import Outcome, Reason, Timing, Verdict
from probes.flags import Params, answer_of, judge, probe
from probes.wire.exchange import Exchange, Failure
from tests.probes.onlooker import NOWHERE, PROJECT_KEY, found, io_for, serving, target
from tests.world.posthog_flags import CANARY, CONSTANT, DATABASE_CANARY, PosthogFlags

EVERY_ANSWER = [("decide", n) for n in (1, 2, 3, 4)] + [("flags", n) for n in (1, 2, 3, 4)]
WITH_ERRORS = [("decide", 3), ("decide", 4), ("flags", 1), ("flags", 2), ("flags", 3)]
SEEN = MappingProxyType({"seen": {CANARY: True}})


def params(**settings: Any) -> Params:
    return Params(**{"canary": CANARY, "database_canary": DATABASE_CANARY} | settings)


async def looked(
    flags: PosthogFlags, wire, memory: Mapping[str, Any] = SEEN, **settings: Any
) -> Outcome:
    async with serving(flags.routes()) as origin:
        io = io_for(wire, target(ingest=origin, personal=False), memory=memory)
        return await probe(params(**settings), io)


def judged(body: Any, status: int = 200, took_s: float = 0.1, **settings: Any) -> Outcome:
    answer = Exchange(
        status=status, body=json.dumps(body).encode(), phases={Timing.PROCESSING: took_s}
    )
    return judge(params(**settings), answer)


@pytest.mark.parametrize(("endpoint", "version"), EVERY_ANSWER)
async def test_both_canaries_in_any_version_of_the_answer_pass(endpoint, version, wire):
    outcome = await looked(PosthogFlags(), wire, endpoint=endpoint, version=version)
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["flags_returned"] == 2.0
    assert outcome.values["flags_errors"] == 0.0


async def test_flags_are_asked_for_as_an_sdk_does_and_never_by_get(wire):
    flags = PosthogFlags()
    await looked(flags, wire, endpoint="decide", distinct_id="canary-us-03")
    [(method, body)] = flags.asked
    assert method == "POST"
    assert body.pop("sent_at").startswith("2026-11-23T03:00:00")
    assert body == {
        "api_key": PROJECT_KEY,
        "distinct_id": "canary-us-03",
        "groups": {},
        "person_properties": {},
        "group_properties": {},
        "geoip_disable": True,
        "flag_keys_to_evaluate": [CANARY, DATABASE_CANARY],
    }


@pytest.mark.parametrize("endpoint", ["decide", "flags"])
def test_the_constant_that_a_get_gets_does_not_pass(endpoint):
    for none in ({"flags": {}}, {"featureFlags": {}}, {"featureFlags": []}):
        assert judged(none | CONSTANT, endpoint=endpoint).verdict is not Verdict.PASSED


@pytest.mark.parametrize(
    ("endpoint", "path"), [("decide", "/decide/?v=3"), ("flags", "/flags/?v=2")]
)
async def test_the_version_left_out_is_the_usual_one(endpoint, path, wire):
    asked = []

    async def fetch(request):
        asked.append(request)
        return Exchange(Failure(Reason.TIMEOUT))

    await probe(params(endpoint=endpoint), replace(io_for(wire, target()), fetch=fetch))
    assert asked[0].url == NOWHERE + path


# ── the table: "Feature flags are not being returned at all, or `/decide` is down" ──────────────


async def test_no_connection_is_down(wire):
    io = io_for(wire, target(personal=False))
    assert found(await probe(params(), io)) == (Verdict.FAILED, Reason.REFUSED)


@pytest.mark.parametrize("status", [404, 429, 500, 502, 503, 504])
async def test_any_error_of_theirs_is_down(status, wire):
    flags = PosthogFlags()
    flags.status = status
    outcome = await looked(flags, wire)
    assert found(outcome) == (Verdict.FAILED, Reason.STATUS)
    assert outcome.detail.startswith(f"status {status}")


async def test_a_429_is_an_outage_for_nobody_is_limited_here(wire):
    flags = PosthogFlags()
    flags.status = 429
    outcome = await looked(flags, wire)
    assert outcome.verdict is Verdict.FAILED
    assert outcome.detail == "status 429 (rate_limit_exceeded)"


@pytest.mark.parametrize(
    "body", [b"", b"<html>ok</html>", b'{"flags": {', b"[]", b"null", b'"flags"', b"{}"]
)
def test_a_200_without_a_flags_field_is_down(body):
    outcome = judge(params(), Exchange(status=200, body=body))
    assert found(outcome) == (Verdict.FAILED, Reason.BODY)


@pytest.mark.parametrize("given", [None, 1, "all", True])
def test_a_flags_field_that_holds_no_flags_is_down(given):
    assert found(judged({"flags": given})) == (Verdict.FAILED, Reason.BODY)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirected_post_is_down(status):
    assert found(judged({}, status)) == (Verdict.FAILED, Reason.REDIRECT)


@pytest.mark.parametrize(("endpoint", "version"), EVERY_ANSWER)
async def test_a_canary_missing_without_a_word_of_errors_is_flags_not_returned(
    endpoint, version, wire
):
    flags = PosthogFlags()
    flags.forgotten = True
    outcome = await looked(flags, wire, endpoint=endpoint, version=version)
    assert found(outcome) == (Verdict.FAILED, Reason.FLAGS)
    assert outcome.detail == f"flag {CANARY} is missing among 0"


@pytest.mark.parametrize(("endpoint", "version"), WITH_ERRORS)
async def test_a_canary_missing_with_errors_is_flags_not_returned(endpoint, version, wire):
    flags = PosthogFlags()
    flags.forgotten = flags.errors = True
    outcome = await looked(flags, wire, {}, endpoint=endpoint, version=version)
    assert found(outcome) == (Verdict.FAILED, Reason.FLAGS)
    assert outcome.detail.endswith("and there were errors while computing flags")


@pytest.mark.parametrize("omitted", [True, False])
@pytest.mark.parametrize(("endpoint", "version"), EVERY_ANSWER)
async def test_a_canary_that_failed_is_flags_not_returned(endpoint, version, omitted, wire):
    flags = PosthogFlags()
    flags.need_database, flags.database_down = {CANARY}, True
    flags.failed_are_omitted = omitted
    outcome = await looked(flags, wire, endpoint=endpoint, version=version)
    assert found(outcome) == (Verdict.FAILED, Reason.FLAGS)


def test_a_flag_that_failed_says_why():
    failed = {"enabled": False, "failed": True, "reason": {"code": "database_unavailable"}}
    outcome = judged({"flags": {CANARY: failed}})
    assert outcome.detail == f"flag {CANARY} could not be computed (database_unavailable)"


@pytest.mark.parametrize("reason", [None, {}, "timeout", {"code": "phc_ hush"}])
def test_what_is_no_plain_word_is_not_shown_as_the_reason(reason):
    outcome = judged({"flags": {CANARY: {"failed": True, "reason": reason}}})
    assert outcome.detail == f"flag {CANARY} could not be computed (failed)"


@pytest.mark.parametrize("value", [False, None, {"enabled": False}, {"value": False}, {}])
def test_a_canary_that_is_off_is_flags_not_returned(value):
    outcome = judged({"flags": {CANARY: value}})
    assert (outcome.reason, outcome.detail) == (Reason.FLAGS, f"flag {CANARY} is off")


@pytest.mark.parametrize("omitted", [True, False])
@pytest.mark.parametrize(("endpoint", "version"), EVERY_ANSWER)
async def test_only_the_canary_that_needs_the_database_missing_is_incomplete(
    endpoint, version, omitted, wire
):
    flags = PosthogFlags()
    flags.database_down, flags.failed_are_omitted = True, omitted
    outcome = await looked(flags, wire, endpoint=endpoint, version=version)
    assert found(outcome) == (Verdict.DEGRADED, Reason.INCOMPLETE)


async def test_errors_beside_a_canary_that_is_there_are_incomplete(wire):
    flags = PosthogFlags()
    flags.errors = True
    outcome = await looked(flags, wire, database_canary=None)
    assert found(outcome) == (Verdict.DEGRADED, Reason.INCOMPLETE)
    assert outcome.values["flags_errors"] == 1.0


@pytest.mark.parametrize(("endpoint", "version"), EVERY_ANSWER)
async def test_an_exhausted_quota_is_our_bill_and_not_an_outage(endpoint, version, wire):
    flags = PosthogFlags()
    flags.quota_limited = True
    outcome = await looked(flags, wire, endpoint=endpoint, version=version)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.OWN_QUOTA)


def test_a_quota_for_something_else_is_none_of_our_business():
    assert judged({"featureFlags": [CANARY], "quotaLimited": ["recordings"]}).verdict is (
        Verdict.DEGRADED
    )


def test_right_but_slower_than_sdks_wait_is_slow():
    outcome = judged({"featureFlags": [CANARY, DATABASE_CANARY]}, took_s=3.01)
    assert found(outcome) == (Verdict.DEGRADED, Reason.SLOW)
    assert outcome.detail == "took 3.01 s, over 3 s"


def test_without_a_limit_nothing_is_slow():
    body = {"featureFlags": [CANARY, DATABASE_CANARY]}
    assert judged(body, took_s=30.0, slow_s=None).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, Reason.OWN_FAULT),
        (401, Reason.OWN_KEY),
        (402, Reason.OWN_QUOTA),
        (403, Reason.OWN_KEY),
        (422, Reason.OWN_FAULT),
    ],
)
def test_whoever_may_not_ask_is_us(status, reason):
    assert found(judged({"code": "invalid"}, status)) == (Verdict.INCONCLUSIVE, reason)


async def test_a_key_that_is_refused_is_our_configuration(wire):
    flags = PosthogFlags()
    flags.token = "phc_another"
    assert found(await looked(flags, wire)) == (Verdict.INCONCLUSIVE, Reason.OWN_KEY)


def test_a_403_with_a_page_is_a_block_of_our_address():
    outcome = judge(params(), Exchange(status=403, body=b"<html>Error 1020</html>"))
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.CHALLENGE)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_the_constant_answer_that_bots_get_is_no_outage(version, wire):
    flags = PosthogFlags()
    flags.takes_us_for_a_bot = True
    outcome = await looked(flags, wire, endpoint="flags", version=version)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.CHALLENGE)


def test_decide_always_sends_settings_so_there_they_say_nothing_of_bots():
    outcome = judged({"featureFlags": {}} | CONSTANT, endpoint="decide")
    assert outcome.reason is Reason.FLAGS


def test_a_flag_that_stands_twice_in_a_list_is_one_flag():
    told = answer_of({"featureFlags": [CANARY, CANARY, 7]})
    assert told is not None
    assert list(told.flags) == [CANARY]


@pytest.mark.parametrize("settings", [{"version": 0}, {"version": 5}, {"endpoint": "e"}])
def test_an_answer_that_does_not_exist_cannot_be_asked_for(settings):
    with pytest.raises(ValidationError):
        params(**settings)
