from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
import respx
from pydantic import ValidationError

from checker.responders.contract import Done, Later, Never
from checker.responders.pagerduty import Responder, Settings
from checker.responders.pagerduty_event import BODY_MAX
from tests.responders.effects import KEY, first, page, resolve

ROUTING_KEY = "0123456789abcdef0123456789abcdef"
URL = "https://events.pagerduty.com/v2/enqueue"


@pytest.fixture
async def responder() -> AsyncIterator[Responder]:
    made = Responder(Settings(routing_key=ROUTING_KEY))
    yield made
    await made.close()


def took_it(respx_mock: respx.MockRouter) -> respx.Route:
    said = {"status": "success", "message": "Event processed", "dedup_key": KEY}
    return respx_mock.post(URL).mock(return_value=httpx.Response(202, json=said))


def sent(route: respx.Route) -> dict:
    return json.loads(route.calls.last.request.content)


async def test_a_page_becomes_a_trigger_under_our_own_key(responder, respx_mock):
    route = took_it(respx_mock)
    answer = await responder.carry_out(first(page()))
    assert answer == Done(
        receipt={"dedup_key": KEY, "status": "accepted"},
        note="paged: PagerDuty took it as checker/us-42/1",
    )
    assert sent(route) == {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": KEY,
        "client": "posthog-checker",
        "payload": {
            "summary": "us: app is down",
            "source": "us",
            "severity": "critical",
            "component": "app",
            "timestamp": "2026-11-23T11:59:00.000+00:00",
            "custom_details": {"Seen": "l1 10 of 10 failed since 14:02:10 (timeout)"},
        },
        "links": [{"href": "https://runbooks.example/app", "text": "Runbook"}],
    }


async def test_the_end_of_a_page_becomes_a_resolve_with_the_same_key(responder, respx_mock):
    route = took_it(respx_mock)
    answer = await responder.carry_out(first(resolve()))
    assert isinstance(answer, Done)
    assert answer.note == "PagerDuty took the end of checker/us-42/1"
    assert sent(route) == {
        "routing_key": ROUTING_KEY,
        "event_action": "resolve",
        "dedup_key": KEY,
    }


@pytest.mark.parametrize(
    ("ours", "theirs"), [("minor", "warning"), ("major", "error"), ("critical", "critical")]
)
async def test_our_severities_become_theirs(ours, theirs, responder, respx_mock):
    route = took_it(respx_mock)
    await responder.carry_out(first(page(severity=ours)))
    assert sent(route)["payload"]["severity"] == theirs


async def test_the_page_links_to_us_where_the_config_says_where_we_are(respx_mock):
    route = took_it(respx_mock)
    settings = Settings(routing_key=ROUTING_KEY, client_url="https://checker.example/")
    responder = Responder(settings)
    await responder.carry_out(first(page()))
    await responder.close()
    assert sent(route)["client_url"] == "https://checker.example/"


async def test_a_long_summary_is_cut_to_what_pagerduty_takes(responder, respx_mock):
    route = took_it(respx_mock)
    await responder.carry_out(first(page(summary="é" * 5000)))
    assert len(sent(route)["payload"]["summary"]) == 1024


async def test_details_that_are_too_long_are_left_out_and_it_says_so(responder, respx_mock):
    route = took_it(respx_mock)
    await responder.carry_out(first(page(details={"Body": "x" * 600_000})))
    details = sent(route)["payload"]["custom_details"]
    assert details == {"left out": "the details were too long for PagerDuty"}
    assert len(route.calls.last.request.content) < BODY_MAX


async def test_links_go_next_when_the_rest_is_still_too_long(responder, respx_mock):
    route = took_it(respx_mock)
    links = [{"href": "https://runbooks.example/" + "x" * 600_000, "text": "Runbook"}]
    await responder.carry_out(first(page(links=links)))
    assert sent(route)["links"] == []


async def test_a_key_that_is_too_long_is_the_same_short_one_for_page_and_end(responder, respx_mock):
    route = took_it(respx_mock)
    await responder.carry_out(first(page(key="k" * 300)))
    paged = sent(route)["dedup_key"]
    await responder.carry_out(first(resolve(key="k" * 300)))
    assert len(paged) == 64
    assert sent(route)["dedup_key"] == paged


async def test_text_that_is_no_unicode_is_sent_all_the_same(responder, respx_mock):
    route = took_it(respx_mock)
    await responder.carry_out(first(page(summary="down \ud800!", details={"x": "\ud800"})))
    assert sent(route)["payload"]["summary"] == "down !"


async def test_an_event_that_is_refused_twice_is_refused_for_good(responder, respx_mock):
    said = {"status": "invalid event", "message": "no", "errors": ["Invalid routing key"]}
    route = respx_mock.post(URL).mock(return_value=httpx.Response(400, json=said))
    answer = await responder.carry_out(first(page()))
    assert answer == Never(why="PagerDuty refused the event: Invalid routing key")
    assert route.call_count == 2


async def test_a_page_whose_details_are_refused_goes_out_bare(responder, respx_mock):
    said = {"errors": ["'links' is invalid"]}
    route = respx_mock.post(URL)
    route.side_effect = [httpx.Response(400, json=said), httpx.Response(202, json={})]
    answer = await responder.carry_out(first(page()))
    assert isinstance(answer, Done)
    assert "with the summary only" in answer.note
    assert "'links' is invalid" in answer.note
    assert set(sent(route)) == {"routing_key", "event_action", "dedup_key", "payload"}
    assert set(sent(route)["payload"]) == {"summary", "source", "severity"}


async def test_a_refused_end_of_a_page_is_not_sent_again(responder, respx_mock):
    route = respx_mock.post(URL).mock(return_value=httpx.Response(400, text="<html>no"))
    answer = await responder.carry_out(first(resolve()))
    assert answer == Never(why="PagerDuty refused the event: <html>no")
    assert route.call_count == 1


@pytest.mark.parametrize("body", ["[]", "3", '"x"', '{"errors": 7}', '{"errors": [{}]}', ""])
async def test_a_refusal_of_any_shape_is_a_refusal(body, responder, respx_mock):
    respx_mock.post(URL).mock(return_value=httpx.Response(400, text=body))
    assert isinstance(await responder.carry_out(first(resolve())), Never)


async def test_our_routing_key_is_never_in_an_answer(responder, respx_mock):
    said = {"errors": [f"no integration has the key {ROUTING_KEY}"]}
    respx_mock.post(URL).mock(return_value=httpx.Response(400, json=said))
    answer = await responder.carry_out(first(page()))
    assert isinstance(answer, Never)
    assert answer.why.endswith("no integration has the key (routing key)")
    assert ROUTING_KEY not in repr(responder._settings)


@pytest.mark.parametrize(
    ("status", "unsure"), [(429, False), (500, True), (502, True), (503, True), (504, True)]
)
async def test_what_pagerduty_calls_passing_is_tried_again(status, unsure, responder, respx_mock):
    respx_mock.post(URL).mock(return_value=httpx.Response(status))
    answer = await responder.carry_out(first(page()))
    assert answer == Later(why=f"PagerDuty answered {status}", unsure=unsure)


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 407])
async def test_an_answer_that_is_not_pagerdutys_never_costs_the_page(status, responder, respx_mock):
    respx_mock.post(URL).mock(return_value=httpx.Response(status, text="<html>portal"))
    answer = await responder.carry_out(first(page()))
    assert isinstance(answer, Later)
    assert answer.after_s == 60
    assert "base_url" in answer.why


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
async def test_only_an_event_that_may_have_arrived_is_unsure(error, unsure, responder, respx_mock):
    respx_mock.post(URL).mock(side_effect=error)
    answer = await responder.carry_out(first(page()))
    assert isinstance(answer, Later)
    assert (answer.unsure, answer.after_s) == (unsure, None)


@pytest.mark.parametrize("key", ["", "short", "x" * 33, "ü" * 32, " " * 32])
def test_a_routing_key_that_cannot_be_one_is_refused_without_showing_it(key):
    with pytest.raises(ValidationError, match="32 letters and digits") as refused:
        Settings(routing_key=key)
    assert not key or f"'{key}'" not in str(refused.value)
