"""Words for customers as JSON, posted to one address: for every status page that has no responder of its own.

    POST, with Content-Type: application/json
    Idempotency-Key      the effect's id: the same words again have it again, so the receiver may drop them
    Authorization        Bearer <token>, where there is one
    X-Checker-Timestamp  seconds since the epoch,  X-Checker-Signature  v1=<hex>, where there is a signing_secret:
                         HMAC-SHA256 of the timestamp, a dot and the body

    {"version": 1, "action": "publish" | "withdraw", "key": "<deployment>/us-42", "incident": "us-42", "target": "us",
     "severity": "critical" (publish only), "since": "2026-11-23T14:02:10Z" (publish only), "at": "2026-11-23T14:03:00Z",
     "title": one line, "text": for customers}

The first publish of a key announces, each further one replaces what was said, withdraw says that it is over. Any 2xx
means that it is done.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import Field, SecretStr, field_validator

from checker.core.model import Duty, Effect
from checker.responders.contract import Answer, Attempt, Done, ResponderSettings
from checker.responders.contract_findings import Finding, ok
from checker.responders.contract_http import NotDone, Outside, Terms, as_json, visible
from probes.contract import one_line

LINK = r"https?://[^\s<>|]+"
TITLE_MAX = 255  # characters
TEXT_MAX = 4000
MEND = {
    401: "look at token and signing_secret",
    403: "look at token and signing_secret",
    404: "look at the address",
    405: "the address must take POST",
    410: "the address is gone; put in another",
}


class Settings(ResponderSettings):
    """One address."""

    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.PUBLISH, Duty.WITHDRAW})

    address: SecretStr = Field(description="where to post; who has it may be able to publish")
    token: SecretStr | None = Field(None, description="sent as Authorization: Bearer …")
    signing_secret: SecretStr | None = Field(
        None, min_length=16, description="the body is signed with it, in X-Checker-Signature"
    )
    timeout_s: float = Field(10.0, gt=0, le=60, description="of one request, all in all")

    @field_validator("address")
    @classmethod
    def _is_a_link(cls, address: SecretStr) -> SecretStr:
        if not re.fullmatch(LINK, address.get_secret_value()):
            raise ValueError("an address with http:// or https://")
        return address

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr | None) -> SecretStr | None:
        return token if token is None else visible(token)


class Responder:
    """Posts PUBLISH and WITHDRAW. After a lost answer it posts again: the receiver knows the key."""

    def __init__(
        self,
        settings: Settings,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._receiver = Outside(_terms(settings), tls)

    async def carry_out(self, attempt: Attempt) -> Answer:
        effect = attempt.effect
        content = as_json(body(effect))
        headers = {"Idempotency-Key": _header(effect.id), **self._signed(content)}
        try:
            await self._receiver.ask(
                "POST", self._settings.address.get_secret_value(), content, headers
            )
        except NotDone as no:
            return no.answer
        return Done({}, f"the webhook took it: {one_line(effect.payload['title'], TITLE_MAX)}")

    async def examine(self) -> list[Finding]:
        """What can be said without sending anything: whatever is sent there may be published."""
        return [
            ok("nothing is sent to the webhook by day; whether it takes words, a publish shows")
        ]

    async def close(self) -> None:
        await self._receiver.close()

    def _signed(self, content: bytes) -> dict[str, str]:
        if self._settings.signing_secret is None:
            return {}
        at = str(int(self._clock()))
        secret = self._settings.signing_secret.get_secret_value()
        return {"X-Checker-Timestamp": at, "X-Checker-Signature": signature(secret, at, content)}


def body(effect: Effect) -> dict[str, Any]:
    """What is posted."""
    payload = effect.payload
    told = {
        "version": 1,
        "action": str(effect.duty),
        "key": payload["key"],
        "incident": effect.incident,
        "target": payload["target"],
        "at": _stamp(effect.at),
        "title": one_line(payload["title"], TITLE_MAX),
        "text": _lines(payload["text"]),
    }
    return told | (_of_a_publish(payload) if effect.duty is Duty.PUBLISH else {})


def signature(secret: str, at: str, content: bytes) -> str:
    """What the receiver compares with, in constant time."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


def _of_a_publish(payload: Mapping[str, Any]) -> dict[str, str]:
    return {"severity": payload["severity"], "since": _stamp(payload["since"])}


def _lines(text: str) -> str:
    """With its line breaks, and without other signs that are not to be seen."""
    return "\n".join(one_line(line, TEXT_MAX) for line in text[:TEXT_MAX].splitlines()).strip()


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _header(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")


def _terms(settings: Settings) -> Terms:
    secrets = [settings.address, settings.token, settings.signing_secret]
    hidden = tuple(secret.get_secret_value() for secret in secrets if secret)
    token = (
        {"Authorization": f"Bearer {settings.token.get_secret_value()}"} if settings.token else {}
    )
    headers = {"Content-Type": "application/json"} | token
    return Terms("the webhook", settings.timeout_s, headers, MEND, hidden)
