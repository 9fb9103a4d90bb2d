"""What Alertmanager sends: its webhook, version 4.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. It tries again after a 5xx, and
gives up after a 4xx; so 200 is answered once the alerts are safe in the store, and 400 only to what can
never be read.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal

import structlog
from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from checker.core.events import Alerted
from checker.core.model import Alert
from checker.store.faults import StoreError
from checker.web.bodies import Misread, read
from checker.web.guard import ALERTS_PATH, plain, refusal_of_alerts
from checker.web.ports import PORTS

ALERTS_MAX = 2000  # in one message
LABELS_MAX = 64
AGAIN_S = 60.0  # the same message within this was sent twice; later it says that they still fire

Text = Annotated[str, StringConstraints(max_length=1024)]

log = structlog.get_logger(__name__)


class _Sent(BaseModel):
    """Newer Alertmanagers may send more than is asked for here."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class SentAlert(_Sent):
    """One alert of a message. While it fires, `endsAt` is the year 1."""

    status: Literal["firing", "resolved"]
    fingerprint: str = Field(min_length=1, max_length=64)
    labels: dict[Text, Text] = Field(max_length=LABELS_MAX)
    annotations: dict[str, str] = Field(default={}, max_length=LABELS_MAX)
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime | None = Field(None, alias="endsAt")

    def alert(self) -> Alert:
        said = (self.annotations.get(name, "") for name in ("summary", "description", "message"))
        return Alert(
            self.fingerprint,
            self.labels,
            _seconds(self.starts_at),
            self.status == "firing",
            _seconds(self.ends_at) if self.ends_at and self.ends_at.year > 1 else None,
            next(filter(None, said), "")[:1024],
        )


class Message(_Sent):
    """What Alertmanager posts: alerts of one group."""

    version: Literal["4"]
    group_key: str = Field(alias="groupKey", max_length=8192)
    truncated: int = Field(0, alias="truncatedAlerts", ge=0, le=10**9)
    alerts: list[SentAlert] = Field(max_length=ALERTS_MAX)

    def inbox_id(self, at: float) -> str:
        """The same for what is sent twice: by a pair of Alertmanagers, or because our answer was lost."""
        each = sorted(f"{a.fingerprint} {a.starts_at} {a.status}" for a in self.alerts)
        digest = sha256("\n".join([self.group_key, *each]).encode()).hexdigest()
        return f"alertmanager/{digest}/{at // AGAIN_S:.0f}"


def add_webhooks(app: web.Application) -> None:
    app.router.add_post(ALERTS_PATH, _alertmanager)


async def _alertmanager(request: web.Request) -> web.Response:
    ports = request.app[PORTS]
    refused = refusal_of_alerts(request)
    if refused is not None:
        return refused
    try:
        message = read(Message, await request.read())
    except Misread as error:
        return plain(f"This is no message of Alertmanager's webhook, version 4: {error}", 400)
    if message.truncated:
        log.warning("alertmanager left alerts out", count=message.truncated)
        ports.left_out("truncated", message.truncated)
    at = ports.now()
    event = Alerted(at, tuple(sent.alert() for sent in message.alerts))
    try:
        await ports.say(message.inbox_id(at), event)
    except StoreError as error:
        log.error("alerts not kept", why=str(error))
        return plain("The alerts could not be kept. Send them again.", 503)
    left_out = f", {message.truncated} more were left out" if message.truncated else ""
    return plain(f"{len(message.alerts)} alerts taken{left_out}.")


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
