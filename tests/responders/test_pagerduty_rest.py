"""What became of a page, asked of a PagerDuty that keeps its own rules, and of one that does not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from checker.responders.contract import Done, PageState, ReadsBack, Shown, Unread
from checker.responders.pagerduty import Responder, Settings
from tests.responders.effects import AT, KEY, first, page, resolve
from tests.world.faults import drop, hang, lose, refuse
from tests.world.hostile import Stranger, repeats
from tests.world.pagerduty import PagerDuty
from tests.world.pagerduty_rest import ON_CALL, TOKEN

URL = "https://api.pagerduty.com/incidents"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
Make = Callable[..., Responder]


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDuty]:
    async with PagerDuty(now=lambda: AT) as fake:
        yield fake


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[Responder] = []

    def one(**settings: Any) -> Responder:
        told = {"routing_key": ROUTING_KEY, "rest_token": TOKEN, "timeout_s": 2.0} | settings
        made.append(Responder(Settings(**told)))
        return made[-1]

    yield one
    for responder in made:
        await responder.close()


@pytest.fixture
def responder(pagerduty: PagerDuty, make: Make) -> Responder:
    at = pagerduty.address
    return make(routing_key=pagerduty.routing_key, base_url=at, rest_url=at, service="P43Y0E8")


async def test_a_page_is_shown_with_whom_it_rings(responder):
    await responder.carry_out(first(page()))
    assert await responder.look_up(KEY) == Shown(PageState.TRIGGERED, ON_CALL)


async def test_a_page_that_was_accepted_and_lost_is_not_shown(responder, pagerduty):
    await pagerduty.hurt("enqueue", lose())
    assert isinstance(await responder.carry_out(first(page())), Done)
    assert await responder.look_up(KEY) is None


async def test_another_page_than_ours_is_not_shown(responder):
    await responder.carry_out(first(page(key="checker/us-42/2")))
    assert await responder.look_up(KEY) is None


async def test_who_acknowledged_is_shown(responder, pagerduty):
    await responder.carry_out(first(page()))
    pagerduty.acknowledge(KEY, by="Ada")
    assert await responder.look_up(KEY) == Shown(PageState.ACKNOWLEDGED, "Ada")


async def test_who_ended_it_is_shown(responder, pagerduty):
    await responder.carry_out(first(page()))
    pagerduty.resolve(KEY, by="Ada")
    assert await responder.look_up(KEY) == Shown(PageState.RESOLVED, "Ada")


async def test_our_own_end_of_a_page_is_no_person_s(responder):
    await responder.carry_out(first(page()))
    await responder.carry_out(first(resolve()))
    assert await responder.look_up(KEY) == Shown(PageState.RESOLVED, "")


async def test_of_two_incidents_with_one_key_the_open_one_counts(responder, pagerduty):
    await responder.carry_out(first(page()))
    pagerduty.resolve(KEY)
    await responder.carry_out(first(page()))
    assert await responder.look_up(KEY) == Shown(PageState.TRIGGERED, ON_CALL)


async def test_a_page_of_another_service_does_not_count(pagerduty, make):
    at = pagerduty.address
    responder = make(routing_key=pagerduty.routing_key, base_url=at, rest_url=at, service="P1")
    await responder.carry_out(first(page()))
    assert await responder.look_up(KEY) is None


async def test_a_key_that_is_too_long_is_looked_up_as_it_was_sent(responder):
    await responder.carry_out(first(page(key="k" * 300)))
    assert await responder.look_up("k" * 300) == Shown(PageState.TRIGGERED, ON_CALL)


@pytest.mark.parametrize("fault", [hang(), drop(), refuse()])
async def test_a_pagerduty_that_does_not_answer_is_not_one_that_shows_nothing(
    fault, responder, pagerduty
):
    await pagerduty.hurt("incidents", fault)
    assert isinstance(await responder.look_up(KEY), Unread)


async def test_a_wrong_token_is_told_and_not_tried_soon(pagerduty, make):
    answer = await make(rest_url=pagerduty.address, rest_token="wrong-token").look_up(KEY)
    assert answer == Unread(
        "PagerDuty answered 401: look at rest_token, it must be allowed to read", 300
    )


async def test_it_asks_for_all_time_by_our_key_with_the_documented_headers(make, respx_mock):
    route = respx_mock.get(URL).mock(return_value=httpx.Response(200, json={"incidents": []}))
    assert await make().look_up(KEY) is None
    asked = route.calls.last.request
    assert dict(asked.url.params) == {
        "incident_key": KEY,
        "date_range": "all",
        "sort_by": "created_at:desc",
        "limit": "10",
    }
    assert asked.headers["authorization"] == f"Token token={TOKEN}"
    assert asked.headers["accept"] == "application/vnd.pagerduty+json;version=2"


@pytest.mark.parametrize(
    ("headers", "after_s"),
    [
        ({}, 60),
        ({"ratelimit-reset": "17"}, 17),
        ({"ratelimit-reset": "soon"}, 60),
        ({"ratelimit-reset": "-5"}, 60),
        ({"ratelimit-reset": "9" * 400}, 300),
    ],
    ids=["bare", "with headers", "no number", "negative", "for ever"],
)
async def test_too_many_questions_are_asked_again_after_the_window(
    headers, after_s, make, respx_mock
):
    said = {"error": {"message": "Rate Limit Exceeded", "code": 2020}}
    respx_mock.get(URL).mock(return_value=httpx.Response(429, json=said, headers=headers))
    assert await make().look_up(KEY) == Unread("PagerDuty says that we ask too often", after_s)


@pytest.mark.parametrize(("status", "after_s"), [(403, 300), (404, 300), (402, None), (500, None)])
async def test_a_refusal_says_its_status(status, after_s, make, respx_mock):
    respx_mock.get(URL).mock(return_value=httpx.Response(status, text="<html>"))
    answer = await make().look_up(KEY)
    assert isinstance(answer, Unread)
    assert f"answered {status}" in answer.why
    assert answer.after_s == after_s


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[]",
        "3",
        "{}",
        '{"incidents": 3}',
        '{"incidents": [3]}',
        '{"incidents": [{}]}',
        '{"incidents": [{"status": "asleep"}]}',
        '{"incidents": [{"status": []}]}',
        "[" * 100_000,
    ],
)
async def test_an_answer_of_another_shape_says_nothing_of_the_page(body, make, respx_mock):
    respx_mock.get(URL).mock(return_value=httpx.Response(200, text=body))
    answer = await make().look_up(KEY)
    assert answer == Unread("PagerDuty's answer is not what it documents")


@pytest.mark.parametrize(
    "more",
    [
        {"last_status_change_by": 3},
        {"last_status_change_by": {"type": "user_reference", "summary": 3}, "acknowledgements": 3},
        {"acknowledgements": [3, {"acknowledger": []}]},
    ],
)
async def test_an_odd_person_costs_the_name_and_not_the_news(more, make, respx_mock):
    said = {"incidents": [{"status": "acknowledged"} | more]}
    respx_mock.get(URL).mock(return_value=httpx.Response(200, json=said))
    answer = await make().look_up(KEY)
    assert isinstance(answer, Shown)
    assert answer.state is PageState.ACKNOWLEDGED
    assert answer.who in ("", "somebody")


async def test_a_name_is_one_short_line(make, respx_mock):
    by = {"type": "user_reference", "summary": "Ada\n\x1b[31m" + "x" * 500}
    said = {"incidents": [{"status": "resolved", "last_status_change_by": by}]}
    respx_mock.get(URL).mock(return_value=httpx.Response(200, json=said))
    answer = await make().look_up(KEY)
    assert isinstance(answer, Shown)
    assert len(answer.who) <= 80
    assert answer.who.isprintable()


@pytest.mark.parametrize("pause_s", [0.0, 0.05], ids=["endless", "dripping"])
async def test_an_answer_without_end_is_given_up(pause_s, make):
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    async with Stranger(repeats(head, b"x" * 1000, pause_s)) as stranger:
        assert isinstance(await make(rest_url=stranger.origin).look_up(KEY), Unread)


async def test_without_a_token_nothing_can_be_asked(make):
    responder = make(rest_token=None)
    assert isinstance(responder, ReadsBack)
    assert responder.reads_every_s is None
    assert await responder.look_up(KEY) == Unread("it has no rest_token")


@pytest.mark.parametrize("token", ["", "a b", "schlüssel", "a\nb"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(token):
    with pytest.raises(ValidationError, match="a REST API key is") as refused:
        Settings(routing_key=ROUTING_KEY, rest_token=token)
    assert not token or token not in str(refused.value)


def test_only_with_a_token_must_pages_be_confirmed():
    assert Settings(routing_key=ROUTING_KEY, rest_token=TOKEN).confirms
    assert not Settings(routing_key=ROUTING_KEY).confirms


async def test_the_token_goes_to_the_rest_api_only(responder, pagerduty):
    await responder.carry_out(first(page()))
    assert TOKEN not in str(pagerduty.events)
    assert TOKEN not in repr(responder._settings)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (
            httpx.ConnectError,
            "PagerDuty cannot be asked at api.pagerduty.com: ConnectError; "
            "look at rest_url, and at the way out from this machine",
        ),
        (httpx.ReadError, "PagerDuty cannot be asked at api.pagerduty.com: ReadError"),
    ],
)
async def test_where_nobody_answers_it_is_said_whom_we_asked_and_what_to_look_at(
    fault, why, make, respx_mock
):
    respx_mock.get(URL).mock(side_effect=fault("no-such-token-in-here"))
    assert await make().look_up(KEY) == Unread(why)
