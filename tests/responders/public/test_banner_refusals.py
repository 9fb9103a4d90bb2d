"""Each documented way in which PostHog does not change a flag, and what follows: done, retry, mend, give up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import respx
from pydantic import ValidationError

from checker.responders.banner import Responder, Settings
from checker.responders.contract import Answer, Done, Later, Never
from checker.responders.contract_findings import Examined, Health
from checker.responders.contract_http import ANSWER_MAX
from tests.responders.effects import first, publish
from tests.world.hostile import Stranger, bomb, drips, never_ends

URL = "https://us.posthog.com/api/projects/2/feature_flags/984/"
KEY_URL = "https://us.posthog.com/api/personal_api_keys/@current/"
KEY = "phx_canary-4711"
FLAG = {
    "key": "cloud-announcement",
    "active": False,
    "version": 7,
    "filters": {"groups": [{"properties": [], "rollout_percentage": 100}], "payloads": {}},
}
SCOPE = {"type": "authentication_error", "detail": "API key missing required scope"}


@pytest.fixture
async def banner() -> AsyncIterator[Responder]:
    made = Responder(Settings(project_id=2, personal_key=KEY, timeout_s=1))
    yield made
    await made.close()


def shown(respx_mock: respx.MockRouter, flag: Any = FLAG) -> respx.Route:
    return respx_mock.get(URL).mock(return_value=httpx.Response(200, json=flag))


def changed(respx_mock: respx.MockRouter, *answers: Any) -> respx.Route:
    route = respx_mock.route(method="PATCH", url=URL)
    route.side_effect = list(answers)
    return route


async def test_a_flag_that_is_read_and_changed_is_done(banner, respx_mock):
    shown(respx_mock)
    route = changed(respx_mock, httpx.Response(200, json=FLAG))
    assert isinstance(await banner.carry_out(first(publish())), Done)
    assert route.calls.last.request.headers["Authorization"] == f"Bearer {KEY}"


# status, what it says, its headers → what follows
TABLE: list[tuple[int, Any, dict[str, str], Answer]] = [
    (400, {"detail": "Payload keys must be 'true'"}, {}, Never("PostHog refused it: Payload keys must be 'true'")),
    (401, {"detail": "Invalid key."}, {}, Later("PostHog answered 401: Invalid key.; put in a personal key that is valid", 300)),
    (403, SCOPE, {}, Later("PostHog answered 403: API key missing required scope; give the personal key the scope feature_flag:write, and this project", 300)),
    (404, {"detail": "Not found."}, {}, Later("PostHog answered 404: Not found.; look at host, project_id and flag", 300)),
    (413, None, {}, Never("PostHog refused it")),
    (429, {"detail": "Request was throttled."}, {"Retry-After": "42"}, Later("PostHog asks us to wait", 42)),
    (429, None, {"Retry-After": "99999"}, Later("PostHog asks us to wait", 300)),
    (429, None, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, Later("PostHog asks us to wait", 60)),
    (429, None, {}, Later("PostHog asks us to wait", 60)),
    (302, None, {"Location": "/login"}, Later("PostHog answered 302, which it does not do: look at the address and proxies", 60)),
    (407, None, {}, Later("PostHog answered 407, which it does not do: look at the address and proxies", 60)),
]  # fmt: skip


@pytest.mark.parametrize(("status", "says", "headers", "answer"), TABLE)
async def test_what_follows_when_the_change_is_refused(
    status, says, headers, answer, banner, respx_mock
):
    shown(respx_mock)
    changed(respx_mock, httpx.Response(status, json=says, headers=headers) if says else httpx.Response(status, headers=headers))  # fmt: skip
    assert await banner.carry_out(first(publish())) == answer


@pytest.mark.parametrize(("status", "says", "headers", "answer"), TABLE)
async def test_the_same_follows_when_the_flag_cannot_be_read(
    status, says, headers, answer, banner, respx_mock
):
    refused = httpx.Response(status, json=says, headers=headers) if says else httpx.Response(status, headers=headers)  # fmt: skip
    respx_mock.get(URL).mock(return_value=refused)
    assert await banner.carry_out(first(publish())) == answer


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 512])
async def test_what_fails_at_their_side_may_have_been_done_if_it_was_a_change(
    status, banner, respx_mock
):
    respx_mock.get(URL).mock(return_value=httpx.Response(status))
    why = f"PostHog answered {status}"
    assert await banner.carry_out(first(publish())) == Later(why)
    shown(respx_mock)
    changed(respx_mock, httpx.Response(status, headers={"Retry-After": "9"}))
    assert await banner.carry_out(first(publish())) == Later(why, 9, unsure=True)


async def test_a_conflict_is_read_again_three_times_and_then_left_for_later(banner, respx_mock):
    read = shown(respx_mock)
    said = {"type": "server_error", "detail": "The feature flag was updated by ada@example.com"}
    route = changed(respx_mock, *[httpx.Response(409, json=said)] * 3)
    answer = await banner.carry_out(first(publish()))
    assert answer == Later("the banner is being changed by others all the while")
    assert (read.call_count, route.call_count) == (3, 3)


@pytest.mark.parametrize("code", ["approval_required", "change_request_pending"])
async def test_a_policy_that_wants_a_second_person_is_no_conflict(code, banner, respx_mock):
    shown(respx_mock)
    route = changed(respx_mock, httpx.Response(409, json={"code": code}))
    answer = await banner.carry_out(first(publish()))
    assert isinstance(answer, Later)
    assert (answer.after_s, answer.unsure) == (300, True)
    assert "approve" in answer.why
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("error", "unsure"),
    [
        (httpx.ConnectError, False),
        (httpx.ConnectTimeout, False),
        (httpx.ProxyError, False),
        (httpx.ReadError, True),
        (httpx.ReadTimeout, True),
        (httpx.WriteError, True),
        (httpx.RemoteProtocolError, True),
        (httpx.DecodingError, True),
    ],
)
async def test_only_a_change_that_may_have_arrived_is_unsure(error, unsure, banner, respx_mock):
    shown(respx_mock)
    respx_mock.route(method="PATCH", url=URL).mock(side_effect=error)
    answer = await banner.carry_out(first(publish()))
    assert isinstance(answer, Later)
    assert (answer.unsure, answer.after_s) == (unsure, None)
    assert error.__name__ in answer.why


@pytest.mark.parametrize(
    "body", ["", "[]", "3", '"on"', "null", '{"key": ', "<html>portal", "[" * 9999]
)
async def test_a_flag_that_is_none_is_tried_again(body, banner, respx_mock):
    respx_mock.get(URL).mock(return_value=httpx.Response(200, text=body))
    assert await banner.carry_out(first(publish())) == Later(
        "the answer is not PostHog's: its outage, a proxy, or a wrong address", 60
    )


@pytest.mark.parametrize(
    "flag",
    [
        {},
        {"active": "yes", "filters": []},
        {"filters": {"groups": 3, "payloads": "x", "multivariate": [1]}},
        {"filters": {"groups": [7], "multivariate": {"variants": [None, {"key": {}}]}}},
        {"version": "7", "filters": {"payloads": {"true": {"a": [1]}}}, "active": True},
    ],
)
async def test_a_flag_of_any_shape_is_changed_or_left(flag, banner, respx_mock):
    shown(respx_mock, flag)
    changed(respx_mock, httpx.Response(200, json=flag))
    answer = await banner.carry_out(first(publish()))
    assert isinstance(answer, Done | Never)


async def test_an_answer_that_is_no_json_leaves_the_change_in_doubt(banner, respx_mock):
    shown(respx_mock)
    changed(respx_mock, httpx.Response(200, text="<html>portal"))
    answer = await banner.carry_out(first(publish()))
    assert isinstance(answer, Later)
    assert answer.unsure


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (never_ends, "not PostHog's"),
        (bomb(), "not PostHog's"),
        (drips, "did not answer within 1 s"),
    ],
    ids=["endless", "bomb", "dripping"],
)
async def test_an_answer_without_end_is_given_up(act, why):
    async with Stranger(act) as stranger:
        settings = Settings(host=stranger.origin, project_id=2, personal_key=KEY, timeout_s=1)
        banner = Responder(settings)
        answer = await banner.carry_out(first(publish()))
        await banner.close()
    assert isinstance(answer, Later)
    assert why in answer.why


async def test_a_refusal_is_told_in_one_short_line_without_our_key(banner, respx_mock):
    shown(respx_mock)
    said = f"{KEY} is no key\n" + "x" * ANSWER_MAX
    changed(respx_mock, httpx.Response(400, text=said))
    answer = await banner.carry_out(first(publish()))
    assert isinstance(answer, Never)
    assert answer.why.startswith("PostHog refused it: (secret) is no key x")
    assert len(answer.why) < 400
    assert "4711" not in repr(banner._settings)


@pytest.mark.parametrize("key", ["", "phx ü", "phx_\n", "a b"])
def test_a_key_that_fits_no_header_is_refused_without_showing_it(key):
    with pytest.raises(ValidationError, match="letters, digits and signs") as refused:
        Settings(project_id=2, personal_key=key)
    assert not key or f"'{key}'" not in str(refused.value)


# ── doctor ──


def knows_key(respx_mock: respx.MockRouter, *scopes: str) -> None:
    said = httpx.Response(200, json={"scopes": scopes})
    respx_mock.get(KEY_URL).mock(return_value=said)


async def test_a_good_flag_and_key_are_found_good(banner, respx_mock):
    shown(respx_mock)
    knows_key(respx_mock, "feature_flag:write")
    found = await banner.examine()
    assert isinstance(banner, Examined)
    assert [finding.health for finding in found] == [Health.OK, Health.OK]
    assert found[0].what == ("PostHog's flag 984 (cloud-announcement) can be the banner; it is off")


@pytest.mark.parametrize("scopes", [("feature_flag:read",), ("query:read",), ()])
async def test_a_key_that_may_not_write_is_bad(scopes, banner, respx_mock):
    shown(respx_mock)
    knows_key(respx_mock, *scopes)
    _, found = await banner.examine()
    assert found.health is Health.BAD
    assert found.to_do == "give it the scope feature_flag:write"


async def test_a_key_that_may_do_everything_is_good(banner, respx_mock):
    shown(respx_mock)
    knows_key(respx_mock, "*")
    assert (await banner.examine())[1].health is Health.OK


async def test_a_posthog_that_says_nothing_of_keys_is_a_warning(banner, respx_mock):
    shown(respx_mock)
    respx_mock.get(KEY_URL).mock(return_value=httpx.Response(404))
    assert (await banner.examine())[1].health is Health.WARNING


async def test_a_flag_that_nobody_would_see_is_a_warning(banner, respx_mock):
    filters = {"groups": [{"rollout_percentage": 0}]}
    shown(respx_mock, FLAG | {"filters": filters})
    knows_key(respx_mock, "*")
    found = (await banner.examine())[1]
    assert (found.health, found.what) == (Health.WARNING, "flag 984 is rolled out to nobody")


async def test_a_flag_that_cannot_hold_our_words_is_bad(banner, respx_mock):
    shown(respx_mock, FLAG | {"deleted": True})
    knows_key(respx_mock, "*")
    found = (await banner.examine())[0]
    assert (found.health, found.to_do) == (Health.BAD, "it is deleted: restore it at PostHog")


@pytest.mark.parametrize("status", [401, 403, 404, 503])
async def test_a_flag_that_cannot_be_read_is_bad(status, banner, respx_mock):
    respx_mock.get(URL).mock(return_value=httpx.Response(status))
    (found,) = await banner.examine()
    assert found.health is Health.BAD
    assert str(status) in found.what
    assert "4711" not in f"{found}"
