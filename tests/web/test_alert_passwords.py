"""Alertmanager may bring the token as a password: RFC 7617, which older ones and some proxies do best."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from pydantic import SecretStr

from tests.web.site import TOKEN
from tests.web.test_webhooks import ALERT, PATH, alert_listener, hearing, message


def basic(user_and_password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(user_and_password.encode()).decode()}"}


@pytest.mark.parametrize("user", ["checker", "", "ä"])
async def test_the_token_may_come_as_the_password_of_any_user(user):
    listener = alert_listener()
    async with hearing(listener) as there:
        headers = basic(f"{user}:{TOKEN}")
        answered = await there.ask("POST", PATH, json=message(), headers=headers)

    assert answered == (200, "1 alerts taken.\n")
    assert len(listener.heard) == 1


async def test_a_token_with_a_colon_is_a_password_too():
    own = {"alertmanager_token": SecretStr("a:b")}
    async with hearing(alert_listener(), **own) as there:
        status, _ = await there.ask("POST", PATH, json=message(), headers=basic("checker:a:b"))

    assert status == 200


@pytest.mark.parametrize(
    "given",
    [
        b"Basic",
        b"Basic ",
        b"Basic ?",
        b"Basic YQ",  # base64 that is cut
        b"Basic \xc3\xa4\xff",
        b"Basic " + b64encode(b"\xff\xfe:\xff"),
        b"Basic " + b64encode(TOKEN.encode()),  # no user, so no password
        b"Basic " + b64encode(f"{TOKEN}:".encode()),
        b"Basic " + b64encode(b"checker:wrong"),
        b"Digest " + b64encode(f"checker:{TOKEN}".encode()),
    ],
)
async def test_what_holds_no_right_password_is_refused_and_breaks_nothing(given):
    listener, body = alert_listener(), json.dumps(message()).encode()
    async with hearing(listener) as there:
        head = [b"POST " + PATH.encode() + b" HTTP/1.1", b"Host: x", b"Connection: close"]
        said = await there.say(
            *head, b"Authorization: " + given, b"Content-Length: %d" % len(body), b"", body
        )

    assert said.split(b"\r\n")[0] == b"HTTP/1.1 401 Unauthorized"
    assert b'WWW-Authenticate: Bearer, Basic realm="alerts"' in said
    assert listener.heard == {}


async def test_nothing_else_takes_a_password():
    async with hearing(alert_listener()) as there:
        status, _ = await there.ask("POST", "/-/reload", headers=basic(f"checker:{TOKEN}"))

    assert status == 401


async def test_a_storm_may_come_with_a_password_too():
    alerts = [ALERT | {"fingerprint": f"{n:016x}", "pad": "x" * 1000} for n in range(500)]
    async with hearing(alert_listener()) as there:
        headers = basic(f"checker:{TOKEN}")
        status, _ = await there.ask("POST", PATH, json=message(*alerts), headers=headers)

    assert status == 200
