"""One request to somebody else's HTTP API, and what follows when it was not done.

It is bounded in time and bytes, on a connection of its own, and never sent twice. What means the same everywhere is
decided here: silence, 429, 5xx, and answers that are not theirs. What else a status asks a person to mend, each
responder says in its table.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from checker.responders.contract import Later, Never
from probes.contract import one_line

ANSWER_MAX = 1024 * 1024  # bytes of an answer that are read
WAIT_MAX_S = 300.0  # the longest Retry-After that is believed
THROTTLED_S = 60.0  # a 429 may come without one
MEND_AFTER_S = 300.0  # how long a fault of configuration is left alone between tries
ODD_AFTER_S = 60.0  # a portal or a proxy answers in their place
SAYS = ("detail", "message", "error")  # where APIs say what is wrong


class NotDone(Exception):
    """It was not done, or nobody knows whether it was. `answer` is what follows."""

    def __init__(self, answer: Later | Never) -> None:
        super().__init__(answer.why)
        self.answer = answer

    @property
    def surely(self) -> bool:
        """Whether nothing can have come of it."""
        return isinstance(self.answer, Never) or not self.answer.unsure


class Declined(NotDone):
    """They said no. `said` is the JSON of the answer, or None."""

    def __init__(self, answer: Later | Never, status: int, said: Any) -> None:
        super().__init__(answer)
        self.status = status
        self.said = said


@dataclass(frozen=True, slots=True)
class Terms:
    """With whom we speak. `mend`: status → what a person must mend, for then it is tried again, seldom."""

    who: str  # as people call them
    timeout_s: float  # of one request, all in all
    headers: Mapping[str, str]
    mend: Mapping[int, str]
    secrets: tuple[str, ...] = ()  # never to be seen in what they say


class Outside:
    """Somebody else's API. Never tries twice, never follows a redirect."""

    def __init__(self, terms: Terms, tls: ssl.SSLContext | None = None) -> None:
        self._terms = terms
        self._client = httpx.AsyncClient(
            verify=tls or ssl.create_default_context(),
            timeout=terms.timeout_s,
            headers=terms.headers,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def ask(
        self,
        method: str,
        url: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of a 2xx answer, None if it holds none; raises NotDone, or Declined for every other status."""
        who, writes = self._terms.who, method != "GET"
        try:
            # httpx counts from byte to byte; an answer that drips would never end by that.
            async with asyncio.timeout(self._terms.timeout_s):
                status, wait, body = await self._exchange(method, url, content, headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            # The kind only, here and below: the text of a foreign error may hold anything.
            raise NotDone(Later(f"{who} cannot be reached: {type(error).__name__}")) from None
        except TimeoutError:
            why = f"{who} did not answer within {self._terms.timeout_s:g} s"
            raise NotDone(Later(why, unsure=writes)) from None
        except httpx.RequestError as error:
            why = f"{who}'s answer was lost: {type(error).__name__}"
            raise NotDone(Later(why, unsure=writes)) from None
        said = _json(body)
        if 200 <= status < 300:
            return said
        raise Declined(self._verdict(status, wait, body, said, writes), status, said)

    async def ask_for_object(
        self, method: str, url: str, content: bytes | None = None
    ) -> dict[str, Any]:
        """The same where the answer must be a JSON object."""
        said = await self.ask(method, url, content)
        if not isinstance(said, dict):
            why = f"the answer is not {self._terms.who}'s: its outage, a proxy, or a wrong address"
            raise NotDone(Later(why, ODD_AFTER_S, unsure=method != "GET"))
        return said

    async def close(self) -> None:
        await self._client.aclose()

    async def _exchange(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str] | None
    ) -> tuple[int, str, bytes]:
        """Status, Retry-After and as much of the body as is read."""
        async with self._client.stream(method, url, content=content, headers=headers) as answer:
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > ANSWER_MAX:
                    break
            return answer.status_code, answer.headers.get("Retry-After", ""), body[:ANSWER_MAX]

    def _verdict(
        self, status: int, wait: str, body: bytes, said: Any, writes: bool
    ) -> Later | Never:
        who = self._terms.who
        if status == 429:
            return Later(f"{who} asks us to wait", _seconds(wait, THROTTLED_S))
        if status == 408 or status >= 500:
            return Later(f"{who} answered {status}", _seconds(wait, None), unsure=writes)
        words = self._words(body, said)
        if status in self._terms.mend:
            return Later(
                f"{who} answered {status}{words}; {self._terms.mend[status]}", MEND_AFTER_S
            )
        if status in (400, 413, 422):
            return Never(f"{who} refused it{words}")
        if status == 409:
            return Later(f"{who} answered 409{words}")
        why = f"{who} answered {status}, which it does not do: look at the address and proxies"
        return Later(why, ODD_AFTER_S)

    def _words(self, body: bytes, said: Any) -> str:
        """What the answer says is wrong, in one line, without our secrets."""
        told = next((said[k] for k in SAYS if said.get(k)), "") if isinstance(said, dict) else ""
        told = "; ".join(map(str, told)) if isinstance(told, list) else told
        text = str(told) or body.decode("utf-8", "replace")
        for secret in self._terms.secrets:  # before anything is cut: half a secret is one too
            text = text.replace(secret, "(secret)")
        return f": {line}" if (line := one_line(text[:400])) else ""


def as_json(value: Mapping[str, Any]) -> bytes:
    """In ASCII: no text, however strange, can fail to be encoded."""
    return json.dumps(value).encode("ascii")


def visible(secret: SecretStr) -> SecretStr:
    """A secret that can stand in a header; ValueError otherwise, without showing it."""
    text = secret.get_secret_value()
    if not (text.isascii() and text.isprintable()) or not text or " " in text:
        raise ValueError("a token is letters, digits and signs, without spaces")
    return secret


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _seconds(wait: str, otherwise: float | None) -> float | None:
    """Of Retry-After in seconds; a date is as good as nothing."""
    said = wait.isascii() and wait.isdecimal()
    return min(float(wait), WAIT_MAX_S) if said else otherwise
