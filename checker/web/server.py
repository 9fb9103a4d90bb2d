"""What the daemon answers over HTTP.

Acting needs the token. Reading needs one where `reading_token` is set, else it is open to whoever can connect.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from aiohttp import hdrs, web

from checker.metrics import Page, View
from checker.metrics.exposition import Shared
from checker.web.acting import Acting
from checker.web.doorway import DOORWAY, Doorway, keep_place, keep_place_of_known
from checker.web.guard import (
    NOTHING_ELSE,
    add_headers,
    ask_readers,
    bound_body,
    plain,
    refusal,
    speak_plainly,
)
from checker.web.incidents import add_reading
from checker.web.landing import STYLE_HASH, landing
from checker.web.listening import CannotListen, Listening, serve
from checker.web.locations import add_locations
from checker.web.pagerduty import PATH as PAGERDUTY_PATH
from checker.web.pagerduty import add_pagerduty
from checker.web.ports import PORTS, Limits, WebPorts
from checker.web.slack import PATH as SLACK_PATH
from checker.web.slack import slack_routes
from checker.web.status import status_of
from checker.web.strangers import Strangers, bound_rate
from checker.web.tokens import may_read
from checker.web.webhooks import add_webhooks

__all__ = ["CannotListen", "Limits", "Listening", "WebPorts", "make_app", "serve"]

LANDING_POLICY = f"default-src 'none'; style-src '{STYLE_HASH}'; {NOTHING_ELSE}"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(ports: WebPorts, monotonic: Callable[[], float] = time.monotonic) -> web.Application:
    """All routes, joined to the daemon. GET changes nothing; a route that acts asks `refusal` first."""
    rate = bound_rate(Strangers(ports.limits, monotonic), (PAGERDUTY_PATH, SLACK_PATH))
    app = web.Application(
        client_max_size=ports.limits.body_bytes,
        middlewares=[
            speak_plainly,
            rate,
            ask_readers,
            keep_place_of_known,
            bound_body,
            keep_place,
        ],
    )
    app[PORTS] = ports
    app[DOORWAY] = Doorway(ports.limits, ports.bounded, monotonic)
    app.on_response_prepare.append(add_headers)
    app.router.add_get("/", _shown(Shared(ports.view, _page, monotonic), LANDING_POLICY))
    app.router.add_get("/api/v1/status", _shown(Shared(ports.view, _json, monotonic)))
    app.router.add_get("/metrics", _metrics)
    app.router.add_get("/-/healthy", _healthy)
    app.router.add_get("/-/ready", _ready)
    app.router.add_route("*", "/-/reload", _reload)
    add_reading(app)
    add_locations(app)
    Acting().add_to(app)
    add_webhooks(app)
    add_pagerduty(app)
    app.add_routes(slack_routes(ports.ears, ports.now))
    return app


def _page(view: View) -> Page:
    return Page(landing(status_of(view)).encode(), "text/html; charset=utf-8")


def _json(view: View) -> Page:
    body = json.dumps(asdict(status_of(view)), allow_nan=False, ensure_ascii=False, indent=1)
    return Page(body.encode(), "application/json; charset=utf-8")


def _shown(page: Shared[View], policy: str | None = None) -> Answer:
    """Answers with a page that all who ask within a second share."""
    headers = {"Content-Security-Policy": policy} if policy else {}

    async def answer(_request: web.Request) -> web.Response:
        return _sent(await page.get(), headers)

    return answer


def _sent(page: Page, headers: dict[str, str]) -> web.Response:
    return web.Response(body=page.body, headers={**headers, hdrs.CONTENT_TYPE: page.content_type})


async def _metrics(request: web.Request) -> web.Response:
    accept = ",".join(request.headers.getall(hdrs.ACCEPT, []))
    return _sent(await request.app[PORTS].metrics(accept), {})


async def _healthy(_request: web.Request) -> web.Response:
    """That this is answered at all is the answer: the loop lives."""
    return plain("Healthy.")


async def _ready(request: web.Request) -> web.Response:
    """May go back to 503: ready means able to do the work now."""
    missing = request.app[PORTS].ready()
    if not missing:
        return plain("Ready.")
    if not may_read(request):
        return plain("Not ready.", 503)
    return plain("\n".join(["Not ready. Missing:", *(f"- {what}" for what in missing)]), 503)


async def _reload(request: web.Request) -> web.Response:
    """Prometheus' own words and methods: https://prometheus.io/docs/prometheus/latest/management_api/"""
    if request.method not in (hdrs.METH_POST, hdrs.METH_PUT):
        return plain("This endpoint requires a POST request.", 405, Allow="POST, PUT")
    refused = refusal(request)
    if refused is not None:
        return refused
    result = await request.app[PORTS].reload()
    return plain(result.text, 200 if result.ok else 500)
