"""What PagerDuty tells of pages: its webhooks, version 3. Signed, or refused.

developer.pagerduty.com, "Webhooks Overview", "Verifying Signatures". A delivery that is not answered within five
seconds, or with 5xx, comes again for two days; three in a row that are answered 4xx switch the webhook off for a day.
So what is signed and is not for us is taken and left alone. The news has the id that asking for it would give it:
whichever comes first, it is said once.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from checker.config.settings import Settings
from checker.core.effects import page_key
from checker.core.events import Event
from checker.metrics import View
from checker.readback import Page, inbox_id, news
from checker.responders import pagerduty
from checker.responders.contract import PageState, Shown
from checker.responders.pagerduty_people import NAME_MAX, name_of, person_of
from checker.responders.pagerduty_rest import inside
from checker.store.faults import StoreError
from checker.web.bodies import Misread, read
from checker.web.guard import plain
from checker.web.ports import PORTS, Pager, WebPorts
from checker.web.strangers import signed

PATH = "/webhooks/pagerduty"
SIGNATURES_MAX = 10  # in one header: two while a secret is changed

HANDED_ON = {"incident.delegated", "incident.escalated", "incident.reassigned"}


log = structlog.get_logger(__name__)


class _Sent(BaseModel):
    """PagerDuty may send more than is asked for here."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Happening(_Sent):
    """What happened. `agent`: who did it; `data`: to what, as it is now."""

    id: str = Field(min_length=1, max_length=200)
    event_type: str = Field(max_length=200)
    agent: Any = None
    data: Any = None


class Message(_Sent):
    event: Happening


def pagers_of(settings: Settings) -> list[Pager]:
    """Every PagerDuty that has a secret to sign with."""
    return [
        Pager(planned.name, planned.settings.webhook_secret, planned.settings.service)
        for planned in settings.responders
        if isinstance(planned.settings, pagerduty.Settings) and planned.settings.webhook_secret
    ]


def add_pagerduty(app: web.Application) -> None:
    app.router.add_post(PATH, _delivered)


async def _delivered(request: web.Request) -> web.StreamResponse:
    ports = request.app[PORTS]
    pagers = list(ports.pagers())
    if not pagers:
        return plain(
            "Nothing is heard from PagerDuty here: its responder has no webhook_secret.", 403
        )
    body, signatures = await request.read(), request.headers.getall("X-PagerDuty-Signature", [])
    pager = next((one for one in pagers if is_signed(one, signatures, body)), None)
    if pager is None:
        return plain("The signature is missing or wrong.", 401)
    return signed(await _taken(ports, pager, body))


async def _taken(ports: WebPorts, pager: Pager, body: bytes) -> web.Response:
    try:
        told = news_of(pager, read(Message, body).event, ports.view(), ports.now())
    except Misread as misread:
        return plain(f"This is no message of PagerDuty's webhooks, version 3: {misread}", 400)
    if told is None:
        return plain("Not for us.")
    try:
        await ports.say(*told)
    except StoreError as error:
        log.error("news of a page not kept", why=str(error))
        return plain("It could not be kept. Send it again.", 503)
    return plain("Taken.")


def is_signed(pager: Pager, signatures: Iterable[str], body: bytes) -> bool:
    """Whether one of the signatures is that of `body`, as it came over the wire."""
    right = sign(pager.secret.get_secret_value(), body).encode()
    given = ",".join(signatures).split(",", SIGNATURES_MAX)[:SIGNATURES_MAX]
    same = [
        hmac.compare_digest(one.strip().encode(errors="backslashreplace"), right) for one in given
    ]
    return any(same)


def sign(secret: str, body: bytes) -> str:
    """The signature that PagerDuty would send."""
    return "v1=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


def news_of(pager: Pager, happening: Happening, view: View, at: float) -> tuple[str, Event] | None:
    """What it means for an incident of ours, and the id that makes it once; None: nothing."""
    page = page_of(inside(happening.data, "incident_key"), view)
    shown = _shown(happening)
    elsewhere = pager.rings and inside(happening.data, "service", "id") != pager.rings
    if page is None or shown is None or elsewhere:
        return None
    once = inbox_id(pager.name, page, shown.state)
    if happening.event_type in HANDED_ON:
        once = f"{once}/{happening.id}"
    return once, news(at, pager.name, page, shown)


def page_of(key: object, view: View) -> Page | None:
    """The page of ours that has this key."""
    for incident in view.state.incidents.values():
        for number in range(1, incident.page + 1):
            if key == page_key(view.policy, incident, number):
                return Page(incident.id, number, page_key(view.policy, incident, number))
    return None


def _shown(happening: Happening) -> Shown | None:
    """What became of the page. An end by no person is most likely our own: asking shows what else it may be."""
    who = person_of(happening.agent)
    match happening.event_type:
        case "incident.acknowledged":
            return Shown(PageState.ACKNOWLEDGED, who)
        case "incident.resolved":
            return Shown(PageState.RESOLVED, who) if who else None
        case kind if kind == "incident.triggered" or kind in HANDED_ON:
            return Shown(PageState.TRIGGERED, _rung(inside(happening.data, "assignees")))
    return None  # what is reopened or not acknowledged any more rings, or will: no news for a room


def _rung(assignees: object) -> str:
    names = map(name_of, assignees) if isinstance(assignees, list) else ()
    return ", ".join(filter(None, names))[:NAME_MAX]
