"""Pages by PagerDuty's Events API v2: one POST for each event, none of which needs a look-up.

developer.pagerduty.com, "Send an event" and "Events API v2 overview". The same key on an open incident is a log
entry and rings nobody, so that an event may be sent any number of times.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import httpx
from pydantic import AnyHttpUrl, Field, SecretStr, field_validator

from checker.core.model import Duty, Person
from checker.responders.contract import (
    Answer,
    ApiUrl,
    Attempt,
    Done,
    Later,
    Never,
    ResponderSettings,
    Shown,
    Unread,
)
from checker.responders.contract_findings import NEVER_PAGED, Finding
from checker.responders.pagerduty_event import as_json, bare, change, fitted, short_key, trigger
from checker.responders.pagerduty_examined import heard, secret_seen, service_found
from checker.responders.pagerduty_open import open_pages
from checker.responders.pagerduty_pages import look_up
from checker.responders.pagerduty_people import on_call
from checker.responders.pagerduty_rest import Rest, visible
from probes.contract import one_line

ANSWER_MAX = 64 * 1024  # bytes of an answer that are read
ODD_STATUS_AFTER_S = 60.0


class Settings(ResponderSettings):
    """One service at PagerDuty."""

    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.PAGE, Duty.RESOLVE, Duty.CHANGE})
    on_request: ClassVar[frozenset[Duty]] = frozenset({Duty.FALLBACK})
    rings_at: ClassVar[str] = "routing_key"

    routing_key: SecretStr = Field(description="the integration key of one service")
    base_url: ApiUrl = Field(
        AnyHttpUrl("https://events.pagerduty.com"), description="another one in the EU, or a fake"
    )
    client_url: AnyHttpUrl | None = Field(None, description="where the page links to: us")
    timeout_s: float = Field(10.0, gt=0, le=60, description="of one event, all in all")

    rest_token: SecretStr | None = Field(
        None, description="a REST API key that may read: with it, pages are confirmed"
    )
    rest_url: ApiUrl = Field(
        AnyHttpUrl("https://api.pagerduty.com"), description="another one in the EU, or a fake"
    )
    service: str | None = Field(
        None,
        pattern=r"^P[A-Z0-9]+$",
        description="the id of the service that rings: it must show the page, and says who is on call",
    )
    read_every_s: float = Field(
        30.0, ge=1, le=600, description="between two looks at what became of a page"
    )
    webhook_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="what it signs with: /webhooks/pagerduty hears it then; needs a public URL",
    )

    @property
    def confirms(self) -> bool:
        return self.rest_token is not None

    @field_validator("routing_key")
    @classmethod
    def _of_32_characters(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if len(text) != 32 or not (text.isascii() and text.isalnum()):
            raise ValueError("an integration key is 32 letters and digits")
        return key

    @field_validator("rest_token")
    @classmethod
    def _of_visible_letters(cls, token: SecretStr | None) -> SecretStr | None:
        return None if token is None else visible(token)


class Responder:
    """Sends trigger for PAGE and FALLBACK, resolve for RESOLVE, a change event for CHANGE."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        base = str(settings.base_url).rstrip("/")
        self._url, self._change_url = f"{base}/v2/enqueue", f"{base}/v2/change/enqueue"
        token = settings.rest_token
        self._rest = Rest(settings, token, tls) if token else None
        # A fresh connection for each event: one kept alive may be dead when the page must go out.
        self._client = httpx.AsyncClient(
            verify=tls or ssl.create_default_context(),
            timeout=settings.timeout_s,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def carry_out(self, attempt: Attempt) -> Answer:
        duty, payload = attempt.effect.duty, attempt.effect.payload
        if duty is Duty.CHANGE:
            return await self._mark(payload)
        if duty is Duty.RESOLVE:
            return await self._send(self._event("resolve", payload))
        event = self._event("trigger", payload)
        whole = event | trigger(payload, self._settings.client_url)
        answer = await self._send(fitted(whole))
        if not isinstance(answer, Never):
            return answer
        # Refused for its shape, which is a fault of ours: a bare page is better than none.
        second = await self._send(event | bare(payload))
        return _without_more(second, answer.why) if isinstance(second, Done) else second

    async def examine(self) -> list[Finding]:
        """Whether we are heard, by ending what was never begun; whom that would ring, as far as it can be known."""
        told = self._settings
        found = [heard(await self._send(self._event("resolve", {"key": NEVER_PAGED})))]
        if self._rest and told.service:
            found.append(await service_found(self._rest, told.service, told.routing_key))
        if told.webhook_secret:
            found.append(secret_seen(told.webhook_secret, [told.routing_key, told.rest_token]))
        return found

    @property
    def reads_every_s(self) -> float | None:
        return self._settings.read_every_s if self._rest else None

    async def look_up(self, key: str) -> Shown | Unread | None:
        """What PagerDuty shows of the page with this key."""
        if self._rest is None:
            return Unread("it has no rest_token")
        return await look_up(self._rest, short_key(key), self._settings.service)

    async def open_pages(self, deployment: str) -> Mapping[str, Shown] | Unread:
        """Every page of that deployment that PagerDuty shows as open."""
        if self._rest is None:
            return Unread("it has no rest_token")
        return await open_pages(self._rest, self._settings.service, deployment)

    @property
    def knows_on_call(self) -> bool:
        return self._rest is not None and self._settings.service is not None

    async def on_call(self) -> tuple[Person, ...] | Unread:
        """Who is on call for the service."""
        if self._rest is None or self._settings.service is None:
            return Unread("it has no rest_token, or no service")
        return await on_call(self._rest, self._settings.service)

    async def close(self) -> None:
        await self._client.aclose()
        if self._rest:
            await self._rest.close()

    async def _mark(self, payload: Mapping[str, Any]) -> Answer:
        key = self._settings.routing_key.get_secret_value()
        return await self._send({"routing_key": key} | change(payload), self._change_url)

    def _event(self, action: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "routing_key": self._settings.routing_key.get_secret_value(),
            "event_action": action,
            "dedup_key": short_key(payload["key"]),
        }

    async def _send(self, event: Mapping[str, Any], url: str = "") -> Answer:
        try:
            # httpx counts from byte to byte; an answer that drips would never end by that.
            async with asyncio.timeout(self._settings.timeout_s):
                status, body = await self._post(url or self._url, as_json(event))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            return Later(why=f"PagerDuty cannot be reached: {self._said(error)}")
        except TimeoutError:
            waited = f"{self._settings.timeout_s:g} s"
            return Later(why=f"PagerDuty did not answer within {waited}", unsure=True)
        except httpx.RequestError as error:
            return Later(why=f"PagerDuty's answer was lost: {self._said(error)}", unsure=True)
        return self._verdict(event, status, body)

    async def _post(self, url: str, content: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        async with self._client.stream("POST", url, content=content, headers=headers) as response:
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > ANSWER_MAX:
                    break
            return response.status_code, body[:ANSWER_MAX]

    def _verdict(self, event: Mapping[str, Any], status: int, body: bytes) -> Answer:
        """By PagerDuty's table "API Response Codes & Retry Logic"; what it does not name is retried.

        An event needs no login, so 401, 403, 404 or a redirect come from something in between, or from a wrong
        base_url: both can be mended, and a page given up for good cannot.
        """
        if status == 202:
            return _accepted(event)
        if status in (400, 413):
            return Never(why=f"PagerDuty refused the event: {self._errors(body)}")
        if status == 429 or status >= 500:
            return Later(why=f"PagerDuty answered {status}", unsure=status >= 500)
        return Later(
            why=f"PagerDuty answered {status}, which it does not do: look at base_url and proxies",
            after_s=ODD_STATUS_AFTER_S,
        )

    def _errors(self, body: bytes) -> str:
        """What the answer says is wrong, without our key in it."""
        try:
            said = json.loads(body)
            errors = said.get("errors") or [said.get("message", "no reason given")]
            text = "; ".join(str(error) for error in errors)
        except (ValueError, AttributeError, TypeError):
            text = body.decode("utf-8", "replace") or "no reason given"
        return self._said(text)

    def _said(self, what: object) -> str:
        key = self._settings.routing_key.get_secret_value()
        return one_line(str(what).replace(key, "(routing key)")) or type(what).__name__


def _accepted(event: Mapping[str, Any]) -> Done:
    if "event_action" not in event:
        return Done(receipt={"status": "accepted"})  # a change event: it rings nobody
    key, action = event["dedup_key"], event["event_action"]
    did = "paged: PagerDuty took it as" if action == "trigger" else "PagerDuty took the end of"
    return Done(receipt={"dedup_key": key, "status": "accepted"}, note=f"{did} {key}")


def _without_more(paged: Done, why: str) -> Done:
    return replace(paged, note=f"{paged.note}, with the summary only ({why})")
