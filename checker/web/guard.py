"""What every request passes: bounds before it is answered, plain words and safe headers after."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from pydantic import SecretStr

from checker.web.ports import PORTS
from checker.web.tokens import may_act, may_alert, may_read
from probes.contract import one_line

NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; {NOTHING_ELSE}",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "posthog-checker",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

ALERTS_PATH = "/webhooks/alertmanager"
OPEN = ("/-/healthy", "/-/ready")  # to whatever keeps us running, which has no token

NO_ACTING = (
    "Nothing is done over HTTP without a token: set web.token in checker.yaml (as shipped: CHECKER_WEB_TOKEN) "
    "and send it as 'Authorization: Bearer <token>'. "
    "To reload the config, sending SIGHUP to the process works without one."
)
NO_ALERTS = (
    "No alert is taken without a token: set web.alertmanager_token in checker.yaml "
    "(as shipped: CHECKER_ALERTMANAGER_TOKEN) and have Alertmanager send it, as a bearer token or as a password."
)

_PLAIN = {
    404: "Not found.",
    405: "Method not allowed.",
    408: "The body did not come in time.",
    413: "The body is too large.",
}
_KEPT = (hdrs.ALLOW, hdrs.WWW_AUTHENTICATE)

log = structlog.get_logger(__name__)


def plain(text: str, status: int = 200, **headers: str) -> web.Response:
    """A line or more of text."""
    return web.Response(text=f"{text}\n", status=status, headers=headers)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Puts the safe headers on each answer; one that has its own keeps it."""
    for name, value in HEADERS.items():
        if name == hdrs.SERVER or name not in response.headers:
            response.headers[name] = value


@web.middleware
async def speak_plainly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every refusal and every bug into one line of text that gives nothing away."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        text = _PLAIN.get(refusal.status, refusal.reason)
        kept = {name: refusal.headers[name] for name in _KEPT if name in refusal.headers}
        return plain(text, refusal.status, **kept)
    except Exception:
        log.exception("a web request broke", method=request.method, path=one_line(request.path))
        return plain("Something broke here. The log says what.", 500)


@web.middleware
async def bound_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reads the body whole before anything is done with it: not too much, not too slowly."""
    if not request.body_exists:
        return await handler(request)
    limits = request.app[PORTS].limits
    allowed = _allowed_bytes(request)
    if (request.content_length or 0) > allowed:
        raise _too_large(request)
    request = request.clone(client_max_size=allowed)
    try:
        async with asyncio.timeout(limits.body_s):
            await request.read()
    except TimeoutError:
        request.app[PORTS].bounded("web_body_time")
        raise web.HTTPRequestTimeout from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(request) from None
    except (web.RequestPayloadError, ConnectionError):  # cut off, or not what it said it was
        raise web.HTTPBadRequest from None
    return await handler(request)


def _allowed_bytes(request: web.Request) -> int:
    """What a body may have; more for a storm of alerts, but only with the token."""
    ports = request.app[PORTS]
    if request.path != ALERTS_PATH or not may_alert(request):
        return ports.limits.body_bytes
    return ports.limits.alerts_bytes


def _too_large(request: web.Request) -> web.HTTPException:
    ports = request.app[PORTS]
    ports.bounded("web_body")
    return web.HTTPRequestEntityTooLarge(_allowed_bytes(request))


def refusal(request: web.Request) -> web.Response | None:
    """Why this caller may not have anything done, or None if it may. No token, no acting."""
    if may_act(request):
        return None
    return _refused(request.app[PORTS].token, "Bearer", NO_ACTING)


def refusal_of_alerts(request: web.Request) -> web.Response | None:
    """The same for Alertmanager."""
    if may_alert(request):
        return None
    ports = request.app[PORTS]
    token = ports.alertmanager_token or ports.token
    return _refused(token, 'Bearer, Basic realm="alerts"', NO_ALERTS)


def _refused(token: SecretStr | None, ways: str, unset: str) -> web.Response:
    """By a wrong token; or because there is none, which `unset` tells how to mend."""
    if token and token.get_secret_value():
        return plain("The token is missing or wrong.", 401, **{hdrs.WWW_AUTHENTICATE: ways})
    return plain(unset, 403)


@web.middleware
async def ask_readers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Where reading needs a token, nothing is read without: what is not there is not told either."""
    is_reading = request.method in (hdrs.METH_GET, hdrs.METH_HEAD) and request.path not in OPEN
    if not is_reading or may_read(request):
        return await handler(request)
    text = "Reading needs a token here: send web.reading_token as a bearer token, or as a password."
    ways = {hdrs.WWW_AUTHENTICATE: 'Bearer, Basic realm="posthog-checker", charset="UTF-8"'}
    if request.path.startswith("/api/"):
        return web.json_response({"error": text}, status=401, headers=ways)
    return plain(text, 401, **ways)
