"""What became of a page: PagerDuty's REST API, asked by our own key. Reads only.

developer.pagerduty.com, "List incidents": `incident_key` finds incidents by it, also those whose alerts have it;
without `date_range=all` only the last month is searched. 960 requests a minute for each key.
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

from checker.responders.contract import PageState, Shown, Unread
from probes.contract import one_line

ANSWER_MAX = 512 * 1024  # bytes of an answer that are read
SHOWN_MAX = 10  # incidents of one key: it has one that is open, and those that were resolved before
NAME_MAX = 80  # characters of a person's name
THROTTLED_S = 60.0  # a 429 may come without headers; the limit is by the minute
THROTTLED_MAX_S = 300.0  # what `ratelimit-reset` is believed
MENDED_S = 300.0  # no sense in asking sooner: a person must mend a token or an address first


@dataclass(frozen=True, slots=True)
class Terms:
    """Where to ask, and as whom. `service_id`: only what that service shows counts."""

    url: str
    token: SecretStr
    service_id: str | None
    timeout_s: float


class Rest:
    """Looks pages up. Never raises for what the other side does."""

    def __init__(self, terms: Terms, tls: ssl.SSLContext | None = None) -> None:
        self._terms = terms
        self._client = httpx.AsyncClient(
            verify=tls or ssl.create_default_context(), timeout=terms.timeout_s
        )

    async def look_up(self, key: str) -> Shown | Unread | None:
        """What PagerDuty shows under this key: the newest open incident, else the newest; None: nothing."""
        try:
            async with asyncio.timeout(self._terms.timeout_s):
                status, reset, body = await self._ask(key)
        except TimeoutError:
            return Unread(f"PagerDuty did not answer within {self._terms.timeout_s:g} s")
        except httpx.RequestError as error:
            # The kind only: it is enough, and the text of a foreign error may hold anything.
            return Unread(f"PagerDuty cannot be asked: {type(error).__name__}")
        return _read(body) if status == 200 else _unread(status, reset)

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, key: str) -> tuple[int, str, bytes]:
        """Status, `ratelimit-reset` and body."""
        async with self._client.stream(
            "GET", f"{self._terms.url}/incidents", params=self._query(key), headers=self._headers()
        ) as answer:
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > ANSWER_MAX:
                    break
            return answer.status_code, answer.headers.get("ratelimit-reset", ""), body

    def _query(self, key: str) -> dict[str, str]:
        asked = {
            "incident_key": key,
            "date_range": "all",
            "sort_by": "created_at:desc",
            "limit": str(SHOWN_MAX),
        }
        return asked | ({"service_ids[]": s} if (s := self._terms.service_id) else {})

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Token token={self._terms.token.get_secret_value()}",
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Content-Type": "application/json",
        }


def _unread(status: int, reset: str) -> Unread:
    match status:
        case 429:
            asked = float(reset) if reset.isascii() and reset.isdecimal() else THROTTLED_S
            return Unread("PagerDuty says that we ask too often", min(asked, THROTTLED_MAX_S))
        case 401 | 403:
            why = f"PagerDuty answered {status}: look at rest_token, it must be allowed to read"
            return Unread(why, MENDED_S)
        case 404:
            return Unread("PagerDuty answered 404: look at rest_url", MENDED_S)
    return Unread(f"PagerDuty answered {status}")


def _read(body: bytes) -> Shown | Unread | None:
    try:
        told = json.loads(body)["incidents"]
        shown = [(incident, _shown(incident)) for incident in told]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Unread("PagerDuty's answer is not a list of incidents")
    shown.sort(key=lambda one: str(one[0].get("created_at")), reverse=True)
    shown.sort(key=lambda one: one[1].state is PageState.RESOLVED)
    return shown[0][1] if shown else None


def _shown(incident: Mapping[str, Any]) -> Shown:
    """One incident; KeyError, TypeError or ValueError if it is none."""
    state = PageState(incident["status"])
    match state:
        case PageState.TRIGGERED:
            rung = [_name(one.get("assignee")) for one in _list(incident.get("assignments"))]
            return Shown(state, ", ".join(filter(None, rung))[:NAME_MAX])
        case PageState.ACKNOWLEDGED:
            by = [
                _person(one.get("acknowledger")) for one in _list(incident.get("acknowledgements"))
            ]
            return Shown(state, next(filter(None, reversed(by)), "") or _changer(incident))
    return Shown(state, _changer(incident))


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _changer(incident: Mapping[str, Any]) -> str:
    return _person(incident.get("last_status_change_by"))


def _person(reference: object) -> str:
    """The name of a user; empty for a service, an integration, and PagerDuty's own clock."""
    if not isinstance(reference, dict) or reference.get("type") not in ("user", "user_reference"):
        return ""
    return _name(reference) or "somebody"


def _name(reference: object) -> str:
    said = reference.get("summary") if isinstance(reference, dict) else None
    return one_line(said, NAME_MAX) if isinstance(said, str) else ""
