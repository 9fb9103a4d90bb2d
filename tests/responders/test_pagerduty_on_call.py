"""Who is on call, asked of a PagerDuty that keeps its own rules, and of one that does not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from checker.core.model import Person
from checker.responders.contract import KnowsOnCall, Unread
from checker.responders.pagerduty import Responder, Settings
from tests.world.faults import drop, hang, refuse
from tests.world.pagerduty import PagerDuty
from tests.world.pagerduty_rest import POLICY, SERVICE, TOKEN

API = "https://api.pagerduty.com"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
GRACE = Person("Grace Hopper", "grace@example.com")
KATHERINE = Person("Katherine Johnson", "katherine@example.com")
ODD = Unread("PagerDuty's answer is not what it documents")
Make = Callable[..., Responder]


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDuty]:
    async with PagerDuty() as fake:
        yield fake


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[Responder] = []

    def one(**settings: Any) -> Responder:
        told = {"routing_key": ROUTING_KEY, "rest_token": TOKEN, "service": SERVICE}
        made.append(Responder(Settings(**told | {"timeout_s": 2.0} | settings)))
        return made[-1]

    yield one
    for responder in made:
        await responder.close()


@pytest.fixture
def responder(pagerduty: PagerDuty, make: Make) -> Responder:
    return make(rest_url=pagerduty.address)


async def test_who_is_on_call_is_told_with_the_first_level_first(responder):
    assert await responder.on_call() == (GRACE, KATHERINE)


async def test_whoever_is_on_call_on_two_levels_is_told_once(responder, pagerduty):
    pagerduty.service.on_call = [(1, "Katherine Johnson"), (2, "Grace Hopper"), (3, KATHERINE.name)]
    assert await responder.on_call() == (KATHERINE, GRACE)


async def test_nobody_on_call_is_an_answer(responder, pagerduty):
    pagerduty.service.on_call = []
    assert await responder.on_call() == ()


async def test_a_service_that_is_not_there_is_a_setting_to_mend(pagerduty, make):
    answer = await make(rest_url=pagerduty.address, service="P1").on_call()
    assert answer == Unread(
        "PagerDuty answered 404: there is no service P1, look at `service`", 300
    )


async def test_a_token_that_is_refused_is_told(pagerduty, make):
    answer = await make(rest_url=pagerduty.address, rest_token="another").on_call()
    assert isinstance(answer, Unread)
    assert "look at rest_token" in answer.why


@pytest.mark.parametrize("name", ["services", "oncalls"])
@pytest.mark.parametrize("fault", [hang(), drop(), refuse()])
async def test_a_pagerduty_that_does_not_answer_is_not_one_where_nobody_is_on_call(
    name, fault, responder, pagerduty
):
    await pagerduty.hurt(name, fault)
    assert isinstance(await responder.on_call(), Unread)


@pytest.mark.parametrize("lacks", [{"rest_token": None}, {"service": None}])
async def test_without_token_or_service_it_cannot_be_asked(lacks, make):
    responder = make(**lacks)
    assert isinstance(responder, KnowsOnCall)
    assert not responder.knows_on_call
    assert await responder.on_call() == Unread("it has no rest_token, or no service")


def test_with_both_it_can(responder):
    assert responder.knows_on_call


async def test_it_asks_for_the_policy_of_the_service_and_for_e_mails(make, respx_mock):
    said = {"service": {"escalation_policy": {"id": POLICY}}}
    respx_mock.get(f"{API}/services/{SERVICE}").mock(return_value=httpx.Response(200, json=said))
    route = respx_mock.get(f"{API}/oncalls")
    route.mock(return_value=httpx.Response(200, json={"oncalls": []}))
    assert await make().on_call() == ()
    assert dict(route.calls.last.request.url.params) == {
        "escalation_policy_ids[]": POLICY,
        "earliest": "true",
        "include[]": "users",
        "limit": "100",
    }


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 429, 500, 503])
async def test_each_refusal_is_unread_and_says_its_status(status, make, respx_mock):
    respx_mock.get(f"{API}/services/{SERVICE}").mock(return_value=httpx.Response(status))
    answer = await make().on_call()
    assert isinstance(answer, Unread)
    assert str(status) in answer.why or "ask too often" in answer.why


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "{}", '{"service": 3}', '{"service": {}}', '{"service": {"escalation_policy": null}}'],
)  # fmt: skip
async def test_a_service_of_another_shape_says_nothing(body, make, respx_mock):
    respx_mock.get(f"{API}/services/{SERVICE}").mock(return_value=httpx.Response(200, text=body))
    assert await make().on_call() == ODD


def entry(level: Any = 1, **user: Any) -> dict[str, Any]:
    return {"escalation_level": level, "user": {"id": "P1", "summary": "Ada"} | user}


async def asked(make: Make, respx_mock: Any, oncalls: Any) -> tuple[Person, ...] | Unread:
    said = {"service": {"escalation_policy": {"id": POLICY}}}
    respx_mock.get(f"{API}/services/{SERVICE}").mock(return_value=httpx.Response(200, json=said))
    body = json.dumps({"oncalls": oncalls})
    respx_mock.get(f"{API}/oncalls").mock(return_value=httpx.Response(200, text=body))
    return await make().on_call()


@pytest.mark.parametrize(
    "oncalls", [3, None, [3], [{}], [entry("x")], [entry(None)], [{"escalation_level": 1}]]
)
async def test_on_calls_of_another_shape_say_nothing(oncalls, make, respx_mock):
    assert await asked(make, respx_mock, oncalls) == ODD


@pytest.mark.parametrize(
    ("user", "person"),
    [
        ({}, Person("Ada")),
        ({"email": None}, Person("Ada")),
        ({"email": 3}, Person("Ada")),
        ({"email": "nonsense"}, Person("Ada")),
        ({"email": "ada@example.com\n\x1b[31m"}, Person("Ada")),
        ({"summary": None, "email": "ada@example.com"}, Person("somebody", "ada@example.com")),
        ({"summary": "A" * 500}, Person("A" * 79 + "…")),
    ],
)
async def test_an_odd_person_is_told_as_far_as_known(user, person, make, respx_mock):
    assert await asked(make, respx_mock, [entry(1, **user)]) == (person,)
