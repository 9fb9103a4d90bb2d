"""The generic webhook: what is posted, how it is known again, and what follows when it is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import respx
from pydantic import ValidationError

from checker.responders.contract import Answer, Done, Later, Never
from checker.responders.contract_findings import Examined, Health
from checker.responders.webhook import Responder, Settings
from tests.responders.effects import AT, again, first, publish, withdraw
from tests.responders.public.saying import done, published
from tests.world.hostile import Stranger, drips, never_ends

URL = "https://status.example/hooks/4711"
SECRET = "sixteen letters!"
Post = Callable[..., Responder]


@pytest.fixture
async def make() -> AsyncIterator[Post]:
    made: list[Responder] = []

    def one(**settings: Any) -> Responder:
        given = {"address": URL, "timeout_s": 2.0} | settings
        made.append(Responder(Settings(**given), clock=lambda: AT + 0.7))
        return made[-1]

    yield one
    for responder in made:
        await responder.close()


@pytest.fixture
def webhook(make: Post) -> Responder:
    return make()


def took_it(respx_mock: respx.MockRouter, status: int = 200) -> respx.Route:
    return respx_mock.post(URL).mock(return_value=httpx.Response(status))


async def test_what_is_published_is_posted(webhook, respx_mock):
    route = took_it(respx_mock)
    answer = await published(webhook)
    request = route.calls.last.request
    assert answer == Done({}, "the webhook took it: PostHog Cloud US is down")
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"] == "us-42/publish/1@here"
    assert "Authorization" not in request.headers
    assert json.loads(request.content) == {
        "version": 1,
        "action": "publish",
        "key": "checker/us-42",
        "incident": "us-42",
        "target": "us",
        "at": "2026-11-23T12:00:00Z",
        "title": "PostHog Cloud US is down",
        "text": "We are working on it.",
        "severity": "critical",
        "since": "2026-11-23T11:59:00Z",
    }


async def test_the_end_is_posted_with_the_same_key(webhook, respx_mock):
    route = took_it(respx_mock, 202)
    await done(webhook, first(withdraw()))
    assert json.loads(route.calls.last.request.content) == {
        "version": 1,
        "action": "withdraw",
        "key": "checker/us-42",
        "incident": "us-42",
        "target": "us",
        "at": "2026-11-23T12:00:00Z",
        "title": "PostHog Cloud US works again",
        "text": "It was down for 5 min.",
    }


async def test_the_same_words_again_have_the_same_idempotency_key(webhook, respx_mock):
    route = respx_mock.post(URL)
    route.side_effect = [httpx.ReadTimeout, httpx.Response(204)]
    lost = await webhook.carry_out(first(publish()))
    assert lost == Later("the webhook's answer was lost: ReadTimeout", unsure=True)
    await done(webhook, again(publish()))
    keys = [call.request.headers["Idempotency-Key"] for call in route.calls]
    assert keys == ["us-42/publish/1@here"] * 2
    assert route.calls[0].request.content == route.calls[1].request.content


async def test_a_token_is_sent_as_a_bearer(make, respx_mock):
    route = took_it(respx_mock)
    await published(make(token="t-4712"))
    assert route.calls.last.request.headers["Authorization"] == "Bearer t-4712"


async def test_the_body_is_signed_together_with_the_time(make, respx_mock):
    route = took_it(respx_mock)
    await published(make(signing_secret=SECRET))
    request = route.calls.last.request
    assert request.headers["X-Checker-Timestamp"] == "1795435200"
    signed = hmac.new(SECRET.encode(), b"1795435200." + request.content, hashlib.sha256)
    assert request.headers["X-Checker-Signature"] == f"v1={signed.hexdigest()}"


async def test_words_are_cut_and_cannot_hide_anything(webhook, respx_mock):
    route = took_it(respx_mock)
    await published(webhook, title="T" * 999 + "\n", text="a\x1b[31m\nb \ud800\n" + "é" * 9999)
    told = json.loads(route.calls.last.request.content)
    assert len(told["title"]) == 255
    assert told["text"].startswith("a [31m\nb\n")
    assert len(told["text"]) <= 4000


@pytest.mark.parametrize("body", ["", "ok", "[]", "<html>", "{" * 9999])
async def test_any_2xx_is_done_whatever_it_says(body, webhook, respx_mock):
    respx_mock.post(URL).mock(return_value=httpx.Response(200, text=body))
    assert isinstance(await webhook.carry_out(first(publish())), Done)


TABLE: list[tuple[int, str, Answer]] = [
    (400, "no such page", Never("the webhook refused it: no such page")),
    (422, '{"error": "title?"}', Never("the webhook refused it: title?")),
    (413, "", Never("the webhook refused it")),
    (401, "", Later("the webhook answered 401; look at token and signing_secret", 300)),
    (403, "who?", Later("the webhook answered 403: who?; look at token and signing_secret", 300)),
    (404, "", Later("the webhook answered 404; look at the address", 300)),
    (405, "", Later("the webhook answered 405; the address must take POST", 300)),
    (410, "", Later("the webhook answered 410; the address is gone; put in another", 300)),
    (409, "busy", Later("the webhook answered 409: busy")),
    (429, "", Later("the webhook asks us to wait", 60)),
    (408, "", Later("the webhook answered 408", unsure=True)),
    (500, "", Later("the webhook answered 500", unsure=True)),
    (503, "", Later("the webhook answered 503", unsure=True)),
    (307, "", Later("the webhook answered 307, which it does not do: look at the address and proxies", 60)),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "answer"), TABLE)
async def test_what_follows_when_it_is_not_taken(status, body, answer, webhook, respx_mock):
    respx_mock.post(URL).mock(return_value=httpx.Response(status, text=body))
    assert await webhook.carry_out(first(publish())) == answer


async def test_a_receiver_that_asks_for_time_gets_it(webhook, respx_mock):
    headers = {"Retry-After": "42"}
    respx_mock.post(URL).mock(return_value=httpx.Response(429, headers=headers))
    answer = await webhook.carry_out(first(publish()))
    assert answer == Later("the webhook asks us to wait", 42)


@pytest.mark.parametrize(
    ("error", "unsure"),
    [(httpx.ConnectError, False), (httpx.ReadError, True), (httpx.RemoteProtocolError, True)],
)
async def test_only_what_may_have_arrived_is_unsure(error, unsure, webhook, respx_mock):
    respx_mock.post(URL).mock(side_effect=error)
    answer = await webhook.carry_out(first(publish()))
    assert isinstance(answer, Later)
    assert answer.unsure is unsure


async def test_an_answer_that_drips_is_given_up(make):
    async with Stranger(drips) as stranger:
        answer = await make(address=stranger.origin).carry_out(first(publish()))
    assert answer == Later("the webhook did not answer within 2 s", unsure=True)


async def test_of_an_answer_without_end_the_beginning_is_enough(make):
    async with Stranger(never_ends) as stranger:
        webhook = make(address=stranger.origin, timeout_s=20)
        assert isinstance(await webhook.carry_out(first(publish())), Done)


async def test_no_secret_is_in_an_answer(make, respx_mock):
    said = f"{URL} t-4712 {SECRET}"
    respx_mock.post(URL).mock(return_value=httpx.Response(400, text=said))
    answer = await make(token="t-4712", signing_secret=SECRET).carry_out(first(publish()))
    assert answer == Never("the webhook refused it: (secret) (secret) (secret)")


@pytest.mark.parametrize("address", ["", "status.example", "ftp://x", "https://", "https://a b"])
def test_an_address_that_is_none_is_refused_without_showing_it(address):
    with pytest.raises(ValidationError, match="an address with http") as refused:
        Settings(address=address)
    assert not address or f"'{address}'" not in str(refused.value)


@pytest.mark.parametrize(("key", "value"), [("token", "a b"), ("signing_secret", "short")])
def test_a_secret_that_cannot_do_its_work_is_refused(key, value):
    with pytest.raises(ValidationError):
        Settings(address=URL, **{key: value})


async def test_a_look_at_it_sends_nothing_and_says_so(webhook, respx_mock):
    assert isinstance(webhook, Examined)
    (found,) = await webhook.examine()
    assert (found.health, found.what.partition(";")[0]) == (
        Health.OK,
        "nothing is sent to the webhook by day",
    )
    assert not respx_mock.calls
