"""What comes back from Slack: an object that says ok, or else Refused or Unanswered."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from checker.responders.contract import Later
from checker.responders.slack_refusals import Refused, Unanswered
from probes.contract import one_line

ANSWER_MAX = 16 * 1024 * 1024  # bytes, unpacked; two hundred long messages are a few
# What Slack says is repeated in messages, and only what can be its own: a proxy might say back our token.
WORD = re.compile(r"[a-z0-9_]{1,60}")
SCOPES = re.compile(r"[a-z.:, _]{0,200}")
AWAY_AFTER_S = 60.0  # a portal or a proxy stands in between
WAIT_MAX_S = 300.0  # the longest Retry-After that is believed


class BoundedResponse(aiohttp.ClientResponse):
    """Reads no further than ANSWER_MAX: the SDK would read a body without end into memory."""

    async def read(self) -> bytes:
        if self._body is None:
            body = bytearray()
            async for piece in self.content.iter_any():
                body += piece
                if len(body) > ANSWER_MAX:
                    self.close()
                    raise aiohttp.ClientPayloadError("the answer is too long")
            self._body = bytes(body)
        return await super().read()


class SentAway(aiohttp.ClientError):
    """We were redirected. What we say is for Slack alone, and only Slack may tell us what people say."""


def staying() -> aiohttp.TraceConfig:
    """For a session that follows no redirect: the SDK has no word for it, and aiohttp follows ten."""

    async def stay(_session: object, _context: object, sent: Any) -> None:
        sent.response.close()
        raise SentAway

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(stay)
    return trace


def new_session(timeout_s: float) -> aiohttp.ClientSession:
    """A connection of its own for each call: one kept alive may be dead when it is needed."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=BoundedResponse,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        trace_configs=[staying()],
    )


async def heard(request: Awaitable[AsyncSlackResponse]) -> Any:
    """What Slack answered, if it did as asked."""
    return (await answered(request)).data


async def answered(request: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The same with its headers."""
    try:
        return await request
    except SlackApiError as error:
        raise _not_done(error.response) from None
    except aiohttp.ClientConnectorError as error:
        said = one_line(str(error.os_error))
        raise Unanswered(Later(why=f"Slack cannot be reached: {said}")) from None
    except SentAway:
        why = "Slack sends us to another address: look at base_url and proxies"
        raise Unanswered(Later(why=why, after_s=AWAY_AFTER_S)) from None
    except TimeoutError:
        raise Unanswered(Later(why="Slack did not answer in time", unsure=True)) from None
    except (aiohttp.ClientError, OSError) as error:
        why = f"Slack's answer was lost: {type(error).__name__}"
        raise Unanswered(Later(why=why, unsure=True)) from None
    except (AttributeError, TypeError, LookupError, ValueError):
        # The SDK takes every answer for a JSON object, and breaks in as many ways on one that is not.
        raise _foreign() from None


def inside(value: Any, *path: str) -> Any:
    """What stands there in nested JSON objects; None where the path ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def listed(answer: Any, name: str) -> list[Any]:
    """The list under `name`; an empty one if there is none."""
    found = inside(answer, name)
    return found if isinstance(found, list) else []


def needed(answer: Any, *path: str) -> str:
    """The text that stands there; without it, the answer is not Slack's."""
    found = inside(answer, *path)
    if not isinstance(found, str):
        raise _foreign()
    return found


def word_of(said: Any) -> str:
    """Slack's word for what is wrong; empty if it can be none of its own."""
    return said if isinstance(said, str) and WORD.fullmatch(said) else ""


def _not_done(response: Any) -> Refused | Unanswered:
    """Of an answer that does not say ok. The SDK hands over its own response, or aiohttp's if that is not JSON."""
    status = getattr(response, "status_code", None) or response.status
    data = getattr(response, "data", None)
    word = inside(data, "error")
    if status == 429 or word in ("ratelimited", "rate_limited"):
        wait = _retry_after(response.headers)
        return Unanswered(Later(why="Slack asks us to wait", after_s=wait))
    if word_of(word):
        method = str(response.api_url).rpartition("/")[2]
        needed = str(inside(data, "needed") or "")
        return Refused(method, word_of(word), needed if SCOPES.fullmatch(needed) else "", data)
    if status == 200:
        return _foreign()
    return Unanswered(Later(why=f"Slack answered {status}", unsure=status >= 500))


def _foreign() -> Unanswered:
    why = "the answer is not Slack's: its outage, a proxy, or a wrong base_url"
    return Unanswered(Later(why=why, unsure=True))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, as Slack writes it; None if it says nothing that we understand."""
    said = headers.get("Retry-After", "")
    return min(float(said), WAIT_MAX_S) if said.isdecimal() else None
