"""A PagerDuty on loopback: the Events API v2 of one service, with its rules about keys, and what REST shows of it.

developer.pagerduty.com, "Send an event": the same key on an open incident adds a log entry and rings nobody; an
acknowledged one does not ring whatever comes; after a resolve the same key opens a new incident; acknowledging or
resolving what is not open is dropped, with 202 all the same.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.world import pagerduty_incidents, pagerduty_rest
from tests.world.door import Fake, Right
from tests.world.faults import Fault, answer_with

KEY_MAX = 255
SUMMARY_MAX = 1024
BODY_MAX = 512 * 1024
SEVERITIES = ("critical", "error", "warning", "info")
ROUTING_KEY = "fa4e0000fa4e0000fa4e0000fa4e0000"


@dataclass
class PagedIncident:
    """What the service holds of one incident. `log` are the events that reached it, in order."""

    number: int
    key: str
    severity: str
    summary: str
    created_at: float = 0.0
    state: str = "triggered"
    by: str = ""  # who acknowledged or resolved it; empty: an event
    log: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Ring:
    """Somebody's telephone rang."""

    at: float
    key: str
    severity: str
    summary: str

    @property
    def page(self) -> str:
        """The key without the store's mark, which nobody knows before: "world/us-1/1"."""
        return plain(self.key)


def plain(key: str) -> str:
    return re.sub(r"^([^/.]*)\.[a-z0-9]{6}/", r"\1/", key)


class PagerDuty(Fake):
    """`rings` is who was woken; `incidents` what the service shows; `events` all that was accepted."""

    def __init__(
        self, routing_key: str = ROUTING_KEY, now: Callable[[], float] = time.time
    ) -> None:
        self.routing_key = routing_key
        self._now = now
        self.rings: list[Ring] = []
        self.incidents: list[PagedIncident] = []
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.rest_token = pagerduty_rest.TOKEN
        self.service = pagerduty_rest.Service()
        self.requests = 0
        super().__init__()

    def routes(self) -> list[tuple[str, str, str, Right]]:
        return [
            ("POST", "/v2/enqueue", "enqueue", self.enqueue),
            ("POST", "/v2/change/enqueue", "change", self.change),
            ("GET", "/incidents", "incidents", self.show),
            ("POST", "/incidents", "open", self.open_by_rest),
            ("PUT", "/incidents/{id}", "update", self.update),
            ("GET", "/services/{id}", "services", self.show_service),
            ("GET", "/oncalls", "oncalls", self.show_on_call),
        ]

    async def answer(self, name: str, request: web.Request, right: Any) -> web.StreamResponse:
        self.requests += 1
        broken = self.faults.take(name)
        if broken and broken.fault == Fault("lose"):
            return _accepted(str((await request.json()).get("dedup_key")))
        return await answer_with(broken, request, right)

    async def enqueue(self, request: web.Request) -> web.Response:
        body = await request.read()
        event, wrong = self._checked(body)
        if wrong:
            return _refused(wrong)
        self.events.append(event)
        key = str(event.get("dedup_key") or f"made-up-{len(self.events)}")
        self._take(event, key)
        return _accepted(key)

    async def change(self, request: web.Request) -> web.Response:
        event = json.loads(await request.read())
        if event.get("routing_key") != self.routing_key or not event["payload"].get("summary"):
            return _refused(["Change event object is invalid"])
        self.changes.append(event)
        return web.json_response({"message": "Change event processed"}, status=202)

    async def show(self, request: web.Request) -> web.Response:
        """List incidents, by their key; events that were accepted and lost show nothing."""
        return pagerduty_rest.listed(request, self.rest_token, self.incidents)

    async def open_by_rest(self, request: web.Request) -> web.Response:
        return await pagerduty_incidents.opened(request, self)

    async def update(self, request: web.Request) -> web.Response:
        return await pagerduty_incidents.updated(request, self)

    async def show_service(self, request: web.Request) -> web.Response:
        return pagerduty_rest.shown(request, self.rest_token, self.service, self.routing_key)

    async def show_on_call(self, request: web.Request) -> web.Response:
        return pagerduty_rest.on_calls(request, self.rest_token, self.service.on_call)

    # ── what people do ──

    def acknowledge(self, key: str, by: str = "Ada Lovelace") -> None:
        found = self.open(key)
        found.state, found.by = "acknowledged", by

    def resolve(self, key: str, by: str = "Ada Lovelace") -> None:
        found = self.open(key)
        found.state, found.by = "resolved", by

    def open(self, key: str) -> PagedIncident:
        """The incident that is open under this key; LookupError if there is none."""
        found = self._open(key)
        if found is None:
            raise LookupError(f"nothing is open under {key}")
        return found

    # ── the rules ──

    def _open(self, key: str) -> PagedIncident | None:
        """By its key, or by the key without the store's mark."""
        live = (i for i in self.incidents if key in (i.key, plain(i.key)) and i.state != "resolved")
        return next(live, None)

    def _take(self, event: dict[str, Any], key: str) -> None:
        found = self._open(key)
        action = event["event_action"]
        if action == "trigger" and found is None:
            found = self.ring(event["payload"], key)
        if found is None:
            return
        found.log.append(event)
        if action != "trigger":
            found.state = "resolved" if action == "resolve" else "acknowledged"
            found.by = ""

    def is_open(self, key: str) -> bool:
        return self._open(key) is not None

    def ring(self, payload: dict[str, Any], key: str) -> PagedIncident:
        """A new incident, and somebody's telephone rings."""
        severity, summary = payload["severity"], payload["summary"]
        incident = PagedIncident(len(self.incidents) + 1, key, severity, summary, self._now())
        self.incidents.append(incident)
        self.rings.append(Ring(self._now(), key, severity, summary))
        return incident

    def _checked(self, body: bytes) -> tuple[dict[str, Any], list[str]]:
        if len(body) > BODY_MAX:
            return {}, ["Event is too large"]
        try:
            event = json.loads(body)
        except ValueError:
            return {}, ["Event is not valid JSON"]
        if not isinstance(event, dict):
            return {}, ["Event object is invalid"]
        return event, [*self._envelope(event), *_payload(event)]

    def _envelope(self, event: dict[str, Any]) -> list[str]:
        wrong = []
        if event.get("routing_key") != self.routing_key:
            wrong.append("Invalid routing key")
        if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
            wrong.append("'event_action' is invalid")
        if len(str(event.get("dedup_key") or "")) > KEY_MAX:
            wrong.append("'dedup_key' is too long")
        if event.get("event_action") != "trigger" and not event.get("dedup_key"):
            wrong.append("'dedup_key' is missing or blank")
        if any(not link.get("href") for link in event.get("links", ())):
            wrong.append("'links' is invalid")
        return wrong


def _payload(event: dict[str, Any]) -> list[str]:
    if event.get("event_action") != "trigger":
        return []
    payload = event.get("payload") or {}
    wrong = [
        f"'payload.{name}' is missing or blank"
        for name in ("summary", "source", "severity")
        if not payload.get(name)
    ]
    if payload.get("severity") not in SEVERITIES:
        wrong.append("'payload.severity' is invalid (must be one of the following …)")
    if len(payload.get("summary") or "") > SUMMARY_MAX:
        wrong.append("'payload.summary' is too long")
    return wrong


def _accepted(key: str) -> web.Response:
    said = {"status": "success", "message": "Event processed", "dedup_key": key}
    return web.json_response(said, status=202)


def _refused(wrong: list[str]) -> web.Response:
    said = {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": wrong,
    }
    return web.json_response(said, status=400)
