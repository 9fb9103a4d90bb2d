"""A page by PagerDuty's REST API: each documented answer has a row, and a page is never opened twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from checker.core.model import Duty, Effect
from checker.responders.contract import Done, Later, Never, PageState, ReadsBack, Shown
from checker.responders.pagerduty_incident import Responder, Settings
from tests.responders.effects import KEY, again, effect, first, page, resolve
from tests.world.faults import drop, hang, refuse
from tests.world.pagerduty import PagerDuty
from tests.world.pagerduty_rest import ON_CALL, SERVICE, TOKEN

URL = "https://api.pagerduty.com/incidents"
FROM = "checker@example.com"
Make = Callable[..., Responder]


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDuty]:
    async with PagerDuty() as fake:
        yield fake


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[Responder] = []

    def one(**settings: Any) -> Responder:
        told = {"rest_token": TOKEN, "service": SERVICE, "from_email": FROM, "timeout_s": 2.0}
        made.append(Responder(Settings(**told | settings)))
        return made[-1]

    yield one
    for responder in made:
        await responder.close()


@pytest.fixture
def responder(pagerduty: PagerDuty, make: Make) -> Responder:
    return make(rest_url=pagerduty.address)


def fallback(**changes: Any) -> Effect:
    return effect("fallback/1", Duty.FALLBACK, page(**changes).payload)


# ── a PagerDuty with its own rules ────────────────────────────────────────────────────────────


async def test_a_page_is_an_incident_that_rings_under_our_key(responder, pagerduty):
    assert await responder.carry_out(first(fallback())) == Done(
        {"key": KEY, "status": "opened"}, f"paged: PagerDuty opened an incident for {KEY}"
    )
    assert [ring.key for ring in pagerduty.rings] == [KEY]


async def test_a_page_sent_twice_rings_once(responder, pagerduty):
    await responder.carry_out(first(fallback()))
    second = await responder.carry_out(first(fallback()))
    assert isinstance(second, Done)
    assert second.note == f"paged: PagerDuty has an open incident for {KEY} already"
    assert len(pagerduty.rings) == 1


async def test_what_an_event_opened_on_the_same_service_is_not_opened_again(responder, pagerduty):
    pagerduty.ring({"severity": "critical", "summary": "down"}, KEY)
    assert isinstance(await responder.carry_out(first(fallback())), Done)
    assert len(pagerduty.rings) == 1


async def test_the_end_resolves_what_is_open_under_the_key(responder, pagerduty):
    await responder.carry_out(first(fallback()))
    await responder.carry_out(first(fallback(key="checker/us-43/1")))
    assert isinstance(await responder.carry_out(first(resolve())), Done)
    assert [incident.state for incident in pagerduty.incidents] == ["resolved", "triggered"]


async def test_the_end_of_what_is_not_there_is_done(responder, pagerduty):
    assert isinstance(await responder.carry_out(first(resolve())), Done)


async def test_a_page_whose_answer_was_lost_is_looked_up_before_it_is_sent_again(
    responder, pagerduty
):
    await pagerduty.hurt("open", drop(), times=1)
    lost = await responder.carry_out(first(fallback()))
    assert isinstance(lost, Later)
    assert lost.unsure
    found = await responder.carry_out(again(fallback()))
    assert isinstance(found, Done)
    assert "the answer was lost" in found.note
    assert len(pagerduty.rings) == 1


async def test_what_a_person_ended_after_a_lost_answer_does_not_ring_again(responder, pagerduty):
    await pagerduty.hurt("open", drop(), times=1)
    await responder.carry_out(first(fallback()))
    pagerduty.resolve(KEY)
    assert isinstance(await responder.carry_out(again(fallback())), Done)
    assert len(pagerduty.rings) == 1


async def test_a_page_that_never_arrived_is_sent_again(responder, pagerduty):
    assert isinstance(await responder.carry_out(again(fallback())), Done)
    assert len(pagerduty.rings) == 1


async def test_a_page_goes_out_although_it_cannot_be_looked_up(responder, pagerduty):
    await pagerduty.hurt("incidents", drop())
    assert isinstance(await responder.carry_out(again(fallback())), Done)
    assert len(pagerduty.rings) == 1


@pytest.mark.parametrize(("fault", "unsure"), [(hang(), True), (refuse(), False)])
async def test_a_pagerduty_that_does_not_answer_is_tried_again(fault, unsure, responder, pagerduty):
    await pagerduty.hurt("open", fault)
    answer = await responder.carry_out(first(fallback()))
    assert isinstance(answer, Later)
    assert answer.unsure is unsure


async def test_an_end_whose_look_up_fails_is_tried_again(responder, pagerduty):
    await responder.carry_out(first(fallback()))
    await pagerduty.hurt("incidents", drop(), times=1)
    assert isinstance(await responder.carry_out(first(resolve())), Later)
    assert isinstance(await responder.carry_out(first(resolve())), Done)


async def test_an_end_that_a_person_made_a_moment_before_is_done(responder, pagerduty):
    await responder.carry_out(first(fallback()))
    await pagerduty.hurt("update", drop(), times=1)  # it was done, and the answer lost
    assert isinstance(await responder.carry_out(first(resolve())), Later)
    assert isinstance(await responder.carry_out(first(resolve())), Done)


async def test_a_stranger_s_name_is_refused_with_pagerduty_s_words(pagerduty, make):
    responder = make(rest_url=pagerduty.address, from_email="nobody@example.com")
    answer = await responder.carry_out(first(fallback()))
    assert isinstance(answer, Never)
    assert "Requester User Not Found" in answer.why


async def test_what_became_of_a_page_can_be_looked_up(responder, pagerduty):
    assert isinstance(responder, ReadsBack)
    await responder.carry_out(first(fallback()))
    assert await responder.look_up(KEY) == Shown(PageState.TRIGGERED, ON_CALL)
    pagerduty.acknowledge(KEY, by="Ada")
    assert await responder.look_up(KEY) == Shown(PageState.ACKNOWLEDGED, "Ada")


async def test_our_own_end_in_a_user_s_name_is_no_person_s(responder, pagerduty):
    await responder.carry_out(first(fallback()))
    await responder.carry_out(first(resolve()))
    assert pagerduty.incidents[0].by == "Checker"
    assert await responder.look_up(KEY) == Shown(PageState.RESOLVED, "")


# ── what is sent, and each documented answer ──────────────────────────────────────────────────


async def test_it_sends_what_is_documented(make, respx_mock):
    route = respx_mock.post(URL).mock(return_value=httpx.Response(201, json={}))
    await make().carry_out(first(fallback()))
    asked = route.calls.last.request
    assert json.loads(asked.content) == {
        "incident": {
            "type": "incident",
            "title": "us: app is down",
            "service": {"id": SERVICE, "type": "service_reference"},
            "urgency": "high",
            "incident_key": KEY,
            "body": {
                "type": "incident_body",
                "details": "Seen: l1 10 of 10 failed since 14:02:10 (timeout)\n"
                "Runbook: https://runbooks.example/app",
            },
        }
    }
    assert asked.headers["from"] == FROM
    assert asked.headers["authorization"] == f"Token token={TOKEN}"


def error(code: int, message: str, *errors: str) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "errors": list(errors)}}


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (
            400,
            error(2001, "Invalid Input Provided", "Title is too long"),
            Never(
                "PagerDuty refused the incident (400): Invalid Input Provided; Title is too long"
            ),
        ),
        (
            401,
            error(2006, "Authentication failed"),
            Later("PagerDuty answered 401: rest_token must be allowed to write incidents", 60),
        ),
        (
            402,
            error(2012, "Account expired"),
            Never("PagerDuty refused the incident (402): Account expired"),
        ),
        (
            403,
            error(2010, "Access Denied"),
            Later("PagerDuty answered 403: rest_token must be allowed to write incidents", 60),
        ),
        (
            404,
            error(2100, "Not Found"),
            Later("PagerDuty answered 404: look at `service` (P43Y0E8)", 60),
        ),
        (408, error(2016, "Request took too long"), Later("PagerDuty answered 408", unsure=True)),
        (
            429,
            error(2020, "Rate Limit Exceeded"),
            Later("PagerDuty says that we write too often", 60),
        ),
        (500, {}, Later("PagerDuty answered 500", unsure=True)),
        (503, {}, Later("PagerDuty answered 503", unsure=True)),
        (302, {}, Later("PagerDuty answered 302: look at rest_url and proxies", 60)),
        (200, {}, Later("PagerDuty answered 200: look at rest_url and proxies", 60)),
    ],
)
async def test_each_documented_answer(status, body, answer, make, respx_mock):
    respx_mock.post(URL).mock(return_value=httpx.Response(status, json=body))
    assert await make().carry_out(first(fallback())) == answer


@pytest.mark.parametrize(("reset", "after_s"), [("17", 17), ("soon", 60), ("9" * 400, 300)])
async def test_too_much_is_written_again_after_the_window(reset, after_s, make, respx_mock):
    respx_mock.post(URL).mock(
        return_value=httpx.Response(429, headers={"ratelimit-reset": reset}, json={})
    )
    answer = await make().carry_out(first(fallback()))
    assert isinstance(answer, Later)
    assert answer.after_s == after_s


async def test_a_page_whose_details_are_refused_goes_out_with_its_title(make, respx_mock):
    route = respx_mock.post(URL)
    no = httpx.Response(400, json=error(2001, "Invalid Input Provided", "Details is too long"))
    route.side_effect = [no, httpx.Response(201, json={})]
    answer = await make().carry_out(first(fallback()))
    assert isinstance(answer, Done)
    assert "with the title only" in answer.note
    assert "body" not in json.loads(route.calls.last.request.content)["incident"]


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"error": 3}', '{"error": {}}'])
async def test_a_refusal_of_any_shape_is_a_refusal(body, make, respx_mock):
    respx_mock.post(URL).mock(return_value=httpx.Response(400, text=body))
    answer = await make().carry_out(first(fallback()))
    assert answer == Never("PagerDuty refused the incident (400): no reason given")


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        ([{"id": "PT4KHL1", "status": "resolved"}], Done),
        ([{"id": "../users", "status": "triggered"}, 3, {}], Done),
        (3, Later),
    ],
)
async def test_an_end_touches_only_what_is_an_incident(listed, kind, make, respx_mock):
    respx_mock.get(URL).mock(return_value=httpx.Response(200, json={"incidents": listed}))
    assert isinstance(await make().carry_out(first(resolve())), kind)


async def test_an_end_is_refused_as_a_page_is(make, respx_mock):
    listed = {"incidents": [{"id": "PT4KHL1", "status": "triggered"}]}
    respx_mock.get(URL).mock(return_value=httpx.Response(200, json=listed))
    respx_mock.put(f"{URL}/PT4KHL1").mock(return_value=httpx.Response(403))
    answer = await make().carry_out(first(resolve()))
    assert isinstance(answer, Later)
    assert "403" in answer.why


async def test_long_texts_are_cut(make, respx_mock):
    route = respx_mock.post(URL).mock(return_value=httpx.Response(201, json={}))
    await make().carry_out(first(fallback(summary="é" * 5000, details={"x": "y" * 100_000})))
    asked = json.loads(route.calls.last.request.content)["incident"]
    assert (len(asked["title"]), len(asked["body"]["details"])) == (1024, 20_000)


# ── settings ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lacks", ["rest_token", "service", "from_email"])
def test_all_three_must_be_given(lacks):
    told = {"rest_token": TOKEN, "service": SERVICE, "from_email": FROM}
    with pytest.raises(ValidationError, match=lacks):
        Settings(**{name: value for name, value in told.items() if name != lacks})


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@b", "a b@c", "a@b\r\nX: y", "Ada <a@b>"])
def test_what_is_no_e_mail_is_refused(email):
    with pytest.raises(ValidationError, match="from_email"):
        Settings(rest_token=TOKEN, service=SERVICE, from_email=email)
