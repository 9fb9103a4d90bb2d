"""Where Slack delivers what people say, for those who have a public URL: signed, or refused.

docs.slack.dev, "Verifying requests from Slack", "Using the Events API over HTTP". An event that is not answered with
200 within three seconds is delivered again, at once, after a minute and after five.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from checker.responders.slack_answers import inside
from checker.slack.inbound import Inbound
from checker.slack.listening import Ear
from checker.slack.payloads import Spoken, Way, spoken
from checker.slack.signature import is_signed
from checker.web.guard import plain
from checker.web.strangers import signed

PATH = "/webhooks/slack"
FIELDS_MAX = 50  # of a form; a slash command has about fifteen
CHALLENGE_MAX = 200  # characters; Slack's has about fifty


def slack_routes(
    ears: Callable[[], Iterable[Ear]], now: Callable[[], float] = time.time
) -> list[web.RouteDef]:
    """POST /webhooks/slack, for commands, buttons, forms and events alike. `ears`: those there are now.

    The size of a body is bounded before, by `guard.bound_body`. `now`: seconds since the epoch.
    """

    async def deliver(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        listening = list(ears())
        if not listening:
            return plain(
                "Nothing is heard from Slack here: its responder has no signing_secret.", 403
            )
        if _is_ssl_check(request, body):
            return web.Response()
        ear = next((ear for ear in listening if _is_from(ear, request, body, now())), None)
        if ear is None:
            return plain("The signature is missing, wrong or old.", 401)
        return signed(await _taken(ear.inbound, request, body))

    return [web.post(PATH, deliver)]


def _is_from(ear: Ear, request: web.Request, body: bytes, now: float) -> bool:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    return is_signed(ear.signing_secret.get_secret_value(), timestamp, signature, body, now)


def _is_ssl_check(request: web.Request, body: bytes) -> bool:
    """Slack looks now and then at our certificate, and is not interested in more."""
    return request.content_type != "application/json" and body.startswith(b"ssl_check=1")


async def _taken(inbound: Inbound, request: web.Request, body: bytes) -> web.Response:
    try:
        way, payload = _read(request.content_type, body)
    except (ValueError, RecursionError):
        return plain("The body cannot be read.", 400)
    if inside(payload, "type") == "url_verification":
        return web.Response(text=str(inside(payload, "challenge"))[:CHALLENGE_MAX])
    said = spoken(way, payload, request.headers["X-Slack-Signature"])
    return web.Response() if said is None else await _heard(inbound, said)


def _read(content_type: str, body: bytes) -> tuple[Way, Any]:
    """What was delivered; ValueError, RecursionError if that is nothing of Slack's."""
    text = body.decode()
    if content_type == "application/json":
        return Way.MENTION, json.loads(text)
    form = {k: v[0] for k, v in parse_qs(text, max_num_fields=FIELDS_MAX).items()}
    if "payload" in form:
        return Way.BUTTON, json.loads(form["payload"])
    return Way.COMMAND, form


async def _heard(inbound: Inbound, said: Spoken) -> web.Response:
    answer = await inbound.answer(said)
    if answer is None:
        return plain("Not taken yet; please deliver it again.", 503)
    return web.json_response(answer) if answer else web.Response()
