"""Slack over HTTP: what is signed is heard once, and what is not is refused, whatever it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from checker.slack.forms import Form, Origin, view
from checker.slack.listening import Ear
from checker.slack.signature import sign
from checker.web.server import make_app, serve
from tests.slack.house import House, house
from tests.slack.said import ADA, command, fill, mention, press
from tests.web.site import Daemon
from tests.world.slack_socket import SlackSocket

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_700_000_000
FORM, JSON = "application/x-www-form-urlencoded", "application/json"

Headers = Mapping[str, str]


class Slack:
    """The side of Slack that delivers over HTTP."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client

    async def command(self, text: str, trigger: str = "t1", **more: str) -> tuple[int, str]:
        return await self.send(urlencode(command(text, trigger)).encode(), FORM, more)

    async def event(self, payload: Any, **more: str) -> tuple[int, str]:
        return await self.send(json.dumps(payload).encode(), JSON, more)

    async def button(self, payload: Any) -> tuple[int, str]:
        return await self.send(urlencode({"payload": json.dumps(payload)}).encode(), FORM)

    async def send(self, body: bytes, kind: str, more: Headers | None = None) -> tuple[int, str]:
        """Signed; `more` headers come on top."""
        return await self.post(body, signed(body) | {"Content-Type": kind} | dict(more or {}))

    async def post(self, body: bytes, headers: Headers) -> tuple[int, str]:
        async with self._client.post("/webhooks/slack", data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def get(self, query: str) -> int:
        async with self._client.get(f"/webhooks/slack?{query}") as answer:
            return answer.status


def signed(body: bytes, at: float = NOW, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at))
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(secret, stamp, body),
    }


@asynccontextmanager
async def delivering(*ears: Ear, now: Callable[[], float] = lambda: NOW) -> AsyncIterator[Slack]:
    ports = replace(Daemon().ports(), ears=lambda: ears, now=now)
    listening = await serve(make_app(ports), "127.0.0.1", 0)
    try:
        async with ClientSession(f"http://127.0.0.1:{listening.port}") as client:
            yield Slack(client)
    finally:
        await listening.stop()


@pytest.fixture
async def fake() -> AsyncIterator[SlackSocket]:
    async with SlackSocket() as fake:
        fake.workspace.people[ADA] = "ada"
        yield fake


@pytest.fixture
async def home(tmp_path: Path, fake: SlackSocket) -> AsyncIterator[House]:
    async with house(tmp_path, fake) as home:
        yield home


@pytest.fixture
async def slack(home: House) -> AsyncIterator[Slack]:
    async with delivering(Ear(home.inbound, SecretStr(SECRET))) as slack:
        yield slack


async def test_a_signed_command_is_heard_and_answered(slack: Slack):
    status, said = await slack.command("declare us exports are empty")
    assert status == 200
    assert json.loads(said) == {"response_type": "ephemeral", "text": "us-1 is declared."}


async def test_a_signed_mention_is_heard_and_answered_in_the_channel(
    slack: Slack, fake: SlackSocket
):
    assert await slack.event(mention("declare us exports are empty")) == (200, "")
    assert (await fake.workspace.whispered()).text == "us-1 is declared."


async def test_a_signed_button_is_heard(slack: Slack, home: House):
    await slack.command("declare us exports are empty", "t0")
    assert await slack.button(press("severity us-1 minor")) == (200, "")
    assert (await home.incident()).severity.word == "minor"


async def test_a_signed_form_is_heard_and_answered_in_the_form(
    slack: Slack, home: House, fake: SlackSocket
):
    await slack.command("declare us exports are empty", "t0")
    pressed = press("close us-1", action="checker.close.0")
    assert await slack.button(pressed) == (200, "")
    (shown,) = fake.workspace.views
    status, said = await slack.button(fill(shown, cause="a disk", fix=""))
    assert (status, json.loads(said)["response_action"]) == (200, "errors")
    sent = fill(shown, "t10", cause="a disk", fix="a bigger one")
    assert [await slack.button(sent) for _ in range(2)] == [(200, ""), (200, "")]
    assert (await home.incident()).cause == "a disk"


async def test_a_form_that_nobody_signed_is_refused(slack: Slack, home: House):
    form = view(Form("close", "close us-1"), Origin()) | {"id": "V1"}
    body = urlencode({"payload": json.dumps(fill(form, cause="a", fix="b"))}).encode()
    assert (await slack.post(body, {"Content-Type": FORM}))[0] == 401
    assert home.shelf.brought == []


def test_the_signature_is_the_one_in_slacks_documentation():
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    right = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign(SECRET, "1531420618", body) == right


BODY = urlencode(command("declare us exports are empty")).encode()
GOOD = signed(BODY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": GOOD["X-Slack-Signature"].replace("v0=", "v1=")},
        {"X-Slack-Signature": GOOD["X-Slack-Signature"].upper()},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Signature": "v0=" + "x" * 4000},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "²"},
        {"X-Slack-Request-Timestamp": "١٧٠٠٠٠٠٠٠٠"},
        {"X-Slack-Request-Timestamp": "1_700_000_000"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "nan"},
        {"X-Slack-Request-Timestamp": "9" * 5000},
        {"X-Slack-Request-Timestamp": str(NOW + 1)},
        signed(BODY, secret="another"),
        signed(BODY, at=NOW - 301),
        signed(BODY, at=NOW + 301),
        signed(BODY + b"&text=more"),
    ],
)
async def test_what_is_forged_malformed_or_old_is_refused(
    slack: Slack, home: House, wrong: Headers
):
    status, said = await slack.post(BODY, GOOD | {"Content-Type": FORM} | wrong)
    assert (status, said) == (401, "The signature is missing, wrong or old.\n")
    assert home.shelf.brought == []


async def test_without_any_signature_it_is_refused(slack: Slack):
    assert (await slack.post(BODY, {"Content-Type": FORM}))[0] == 401


async def test_what_is_replayed_within_the_window_acts_once(slack: Slack, home: House):
    await slack.command("declare us exports are empty", "t0")
    first = await slack.command("note us-1 restarted it")
    again = await slack.command("note us-1 restarted it")
    assert first == again
    assert await home.lines("note") == ["ada: restarted it"]


async def test_what_slack_delivers_again_acts_once(slack: Slack, home: House):
    await slack.command("declare us exports are empty", "t0")
    await slack.event(mention("note us-1 restarted it"))
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert (await slack.event(mention("note us-1 restarted it"), **retry))[0] == 200
    assert await home.lines("note") == ["ada: restarted it"]


async def test_slack_may_ask_whose_address_this_is(slack: Slack):
    payload = {"type": "url_verification", "token": "t", "challenge": "3eZbrw1aBm2rZg"}
    assert await slack.event(payload) == (200, "3eZbrw1aBm2rZg")


async def test_a_stranger_may_not_ask_whose_address_this_is(slack: Slack):
    body = json.dumps({"type": "url_verification", "challenge": "x"}).encode()
    assert (await slack.post(body, {"Content-Type": JSON}))[0] == 401


async def test_slack_may_look_at_the_certificate(slack: Slack, home: House):
    assert await slack.post(b"ssl_check=1&command=/inc", {"Content-Type": FORM}) == (200, "")
    assert home.shelf.brought == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", JSON),
        (b"[" * 50_000, JSON),
        (b"\xff", FORM),
        (b"payload=%7B", FORM),
        (b"a=1&" * 100, FORM),
    ],
)
async def test_a_signed_body_that_cannot_be_read_is_a_bad_request(
    slack: Slack, body: bytes, kind: str
):
    assert await slack.send(body, kind) == (400, "The body cannot be read.\n")


@pytest.mark.parametrize("payload", [{}, [], 7, None, {"type": "app_rate_limited"}, {"event": []}])
async def test_what_is_not_for_us_is_taken_and_left_alone(slack: Slack, payload: Any):
    assert await slack.event(payload) == (200, "")


async def test_a_body_without_end_is_refused(slack: Slack):
    status, _ = await slack.send(b"text=" + b"x" * 70_000, FORM)
    assert status == 413


async def test_a_word_that_is_not_in_the_inbox_yet_is_asked_for_again(
    tmp_path: Path, fake: SlackSocket
):
    async with house(tmp_path, fake, answer_within_s=0.05) as home:
        home.shelf.free.clear()
        async with delivering(Ear(home.inbound, SecretStr(SECRET))) as slack:
            assert (await slack.event(mention("declare us x")))[0] == 503


async def test_where_no_secret_is_set_nothing_is_heard():
    async with delivering() as slack:
        status, said = await slack.command("declare us exports are empty")
    assert status == 403
    assert "has no signing_secret" in said


async def test_each_of_two_workspaces_has_its_own_secret(home: House):
    ears = [Ear(home.inbound, SecretStr(secret)) for secret in ("another" * 5, SECRET)]
    async with delivering(*ears) as slack:
        assert (await slack.command("show"))[0] == 200


async def test_nothing_is_done_by_get(slack: Slack):
    assert await slack.get("ssl_check=1") == 405
