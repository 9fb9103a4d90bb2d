"""Who signs is believed, over the bytes as they came, through all that stands before it; what else comes is a 401.

Each way's own cases are in tests/web/test_slack.py and tests/web/test_pagerduty.py.
"""

from __future__ import annotations

import ast
import hmac
import inspect
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from checker.config import ConfigError, load
from checker.slack import signature as slack
from checker.slack.listening import Ear
from checker.web import pagerduty, tokens
from checker.web.ports import Pager
from tests.web.site import Daemon, Site, site

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_700_000_000
PATHS = ("/webhooks/slack", "/webhooks/pagerduty")
SHIPPED = Path(__file__).parents[2] / "config"
JSON = {"Content-Type": "application/json"}

# What means the same again when it was read and written by something in between, and has other bytes.
ODD = b'{ "type":"x",\t"caf\xc3\xa9":"\\u00e9" , "n":1.0, "a":1,"a":2}\r\n'


def of_slack(body: bytes) -> dict[str, str]:
    stamp = str(NOW)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": slack.sign(SECRET, stamp, body),
    }


def of_pagerduty(body: bytes) -> dict[str, str]:
    return {"X-PagerDuty-Signature": pagerduty.sign(SECRET, body)}


SIGN: Mapping[str, Callable[[bytes], dict[str, str]]] = dict(
    zip(PATHS, (of_slack, of_pagerduty), strict=True)
)


def house() -> AbstractAsyncContextManager[Site]:
    """The whole site, with somebody who listens to both."""
    ear = Ear(None, SecretStr(SECRET))  # type: ignore[arg-type]
    pager = Pager("pagerduty", SecretStr(SECRET))
    return site(Daemon(), ears=lambda: [ear], pagers=lambda: [pager], now=lambda: NOW)


async def send(there: Site, path: str, body: bytes, headers: Mapping[str, str]) -> int:
    return (await there.ask("POST", path, data=body, headers=JSON | dict(headers)))[0]


@pytest.mark.parametrize("path", PATHS)
async def test_the_signature_is_over_the_bytes_as_they_came(path: str):
    again = json.dumps(json.loads(ODD)).encode()
    assert again != ODD
    async with house() as there:
        assert await send(there, path, ODD, SIGN[path](ODD)) in (200, 400)  # believed
        assert await send(there, path, ODD, SIGN[path](again)) == 401
        assert await send(there, path, again, SIGN[path](ODD)) == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b"{", b"[" * 60_000, b"\xff\xfe", b""])
async def test_nothing_is_read_before_the_signature_is_right(path: str, body: bytes):
    async with house() as there:
        assert await send(there, path, body, {}) == 401
        assert await send(there, path, body, SIGN[path](b"another")) == 401


MALFORMED = ["", " ", ",", "v1", "v1=", "v0=é", "v1=\x80", "=", "v0=" + "f" * 7000, ", ," * 1000]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("given", MALFORMED)
async def test_whatever_stands_where_a_signature_should_is_a_401(path: str, given: str):
    names = [name for name in SIGN[path](b"") if name.endswith("Signature")]
    async with house() as there:
        stamped = SIGN[path](b"{}") | dict.fromkeys(names, given)
        assert await send(there, path, b"{}", stamped) == 401


@pytest.mark.parametrize("path", PATHS)
async def test_a_header_that_stands_there_twice_breaks_nothing(path: str):
    async with house() as there:
        names = [f"{name}: x".encode() for name in SIGN[path](b"") for _ in range(2)]
        head = f"POST {path} HTTP/1.1".encode(), b"Host: x", b"Connection: close", *names
        answer = await there.say(*head, b"Content-Length: 2", b"", b"{}")
    assert answer.startswith(b"HTTP/1.1 401 ")


@given(st.text(max_size=40), st.binary(max_size=40), st.floats())
def test_no_time_and_no_signature_whatever_is_an_error(text: str, body: bytes, now: float):
    assert slack.is_signed(SECRET, text, text, body, now) is False
    assert pagerduty.is_signed(Pager("p", SecretStr(SECRET)), [text], body) is False


# ── the comparison takes as long whatever is wrong ────────────────────────────────────────────


@pytest.mark.parametrize("module", [slack, pagerduty, tokens], ids=lambda module: module.__name__)
def test_what_is_secret_is_only_compared_in_constant_time(module: ModuleType):
    """`==` ends at the first letter that differs, and so tells how many were right."""
    read = ast.parse(inspect.getsource(module))
    calls = [node.func for node in ast.walk(read) if isinstance(node, ast.Call)]
    named = {f"{ast.unparse(call)}" for call in calls}
    assert hmac.compare_digest.__name__ in {name.rpartition(".")[2] for name in named}
    for node in ast.walk(read):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In):
            sides = [node.left, *node.comparators]
            constant = any(isinstance(side, ast.Constant) for side in sides)
            names = {ast.unparse(side) for side in sides}
            assert constant or not names & {"given", "shown", "known", "right", "signature"}, names


# ── a secret that is none ─────────────────────────────────────────────────────────────────────

EMPTY = {
    "slack": "responders: {slack: {token: xoxb-1, signing_secret: ''}}",
    "pagerduty": f"responders: {{pagerduty: {{routing_key: {'a' * 32}, webhook_secret: ''}}}}",
    "token": "web: {token: ''}",
    "reading": "web: {reading_token: ''}",
    "alerts": "web: {alertmanager_token: ''}",
}


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_an_empty_secret_is_refused_at_the_start(tmp_path: Path, text: str):
    """Whoever knows nothing would know it."""
    for name in ("checks.yaml", "severity.yaml"):
        (tmp_path / name).write_text((SHIPPED / name).read_text())
    (tmp_path / "more.yaml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert next(p.message for p in refused.value.problems).startswith("wrong value for `")
