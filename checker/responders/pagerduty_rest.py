"""PagerDuty's REST API: one question, and what came back.

developer.pagerduty.com, "REST API Rate Limits": 960 requests a minute for each key. Every answer but 2xx has an
`error` with a message; a 429 may come without headers.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from pydantic import AnyHttpUrl, SecretStr

from checker.responders.contract import Unread

ANSWER_MAX = 512 * 1024  # bytes of an answer that are read
THROTTLED_S = 60.0  # a 429 may come without headers; the limit is by the minute
THROTTLED_MAX_S = 300.0  # what `ratelimit-reset` is believed
MENDED_S = 300.0  # no sense in asking sooner: a person must mend a token or an address first
Query = Mapping[str, str | list[str]]

ODD = "PagerDuty's answer is not what it documents"


@dataclass(frozen=True, slots=True)
class Reply:
    """Whatever was answered. `reset`: the header `ratelimit-reset`, seconds as text; it may lack."""

    status: int
    body: bytes
    reset: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was answered. `sent`: what was asked for may have been done all the same."""

    why: str
    sent: bool


class Terms(Protocol):
    """The settings that are needed here."""

    @property
    def rest_url(self) -> AnyHttpUrl: ...
    @property
    def timeout_s(self) -> float: ...


class Rest:
    """Asks. Never raises for what the other side does."""

    def __init__(self, terms: Terms, token: SecretStr, tls: ssl.SSLContext | None = None) -> None:
        self._url = str(terms.rest_url).rstrip("/")
        self._host = terms.rest_url.host
        self._token = token
        self._timeout_s = terms.timeout_s
        self._client = httpx.AsyncClient(
            verify=tls or ssl.create_default_context(), timeout=terms.timeout_s
        )

    async def read(self, path: str, query: Query, missing: str = "look at rest_url") -> Any:
        """The JSON that is there, or Unread. `missing`: what to do about a 404."""
        found = await self.ask("GET", path, query=query)
        if isinstance(found, Silence):
            return Unread(found.why)
        if found.status != 200:
            return _unread(found, missing)
        return in_json(found.body) or Unread(ODD)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        sender: str = "",
    ) -> Reply | Silence:
        """One request. `sender`: in whose name it is written, an e-mail."""
        headers = self._headers() | ({"From": sender} if sender else {})
        try:
            # httpx counts from byte to byte; an answer that drips would never end by that.
            async with asyncio.timeout(self._timeout_s):
                return await self._sent(method, path, params=query, json=body, headers=headers)
        except TimeoutError:
            return Silence(f"PagerDuty did not answer within {self._timeout_s:g} s", sent=True)
        except httpx.RequestError as error:
            away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)
            # The kind only: it is enough, and the text of a foreign error may hold anything.
            why = f"PagerDuty cannot be asked at {self._host}: {type(error).__name__}"
            to_do = "; look at rest_url, and at the way out from this machine" if away else ""
            return Silence(f"{why}{to_do}", sent=not away)

    async def close(self) -> None:
        await self._client.aclose()

    async def _sent(self, method: str, path: str, **more: Any) -> Reply:
        async with self._client.stream(method, f"{self._url}{path}", **more) as answer:
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > ANSWER_MAX:
                    break
            return Reply(answer.status_code, body, answer.headers.get("ratelimit-reset", ""))

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Token token={self._token.get_secret_value()}",
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Content-Type": "application/json",
        }


def visible(token: SecretStr) -> SecretStr:
    """The token, if it can be one; ValueError that does not show it."""
    text = token.get_secret_value()
    if not text or not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("a REST API key is letters, digits and signs, without spaces")
    return token


def in_json(body: bytes) -> dict[str, Any]:
    """The object that a body holds; empty if it holds none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def inside(value: object, *keys: str) -> Any:
    """What lies there, in objects within objects; None if there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def throttled_s(reply: Reply) -> float:
    """After how many seconds the other side will listen again."""
    asked = reply.reset
    seconds = float(asked) if asked.isascii() and asked.isdecimal() else THROTTLED_S
    return min(seconds, THROTTLED_MAX_S)


def _unread(reply: Reply, missing: str) -> Unread:
    match reply.status:
        case 429:
            return Unread("PagerDuty says that we ask too often", throttled_s(reply))
        case 401 | 403 as status:
            why = f"PagerDuty answered {status}: look at rest_token, it must be allowed to read"
            return Unread(why, MENDED_S)
        case 404:
            return Unread(f"PagerDuty answered 404: {missing}", MENDED_S)
    return Unread(f"PagerDuty answered {reply.status}")
