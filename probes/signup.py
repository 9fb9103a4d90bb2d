"""A customer could sign up: the page is there, its script loads, and new organizations are welcome.

"Customer signup is broken" has looked like this: `/signup` led to `/login`, with 200 everywhere.
Nothing is ever created. Twice a day at most an empty form is sent, which must be refused for its first
missing field; more would lock us out, for PostHog takes five a day from an address. So what only
the form shows is noted, and cannot declare an incident by itself. Captchas, mails, and
logins by others are not seen at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field
from yarl import URL

from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Verdict
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange, Request
from probes.wire.redirects import Trip, follow
from probes.wire.refusals import code, is_page, retry_after_s, status_in_words

PATH = "/signup"
REDIRECTS_MAX = 3
SCRIPT_MAX = 16 * 1024  # bytes of the script that are read: it is megabytes, and its head will do
FORM_EVERY_S = 12 * 3600.0  # between two forms: PostHog takes five a day from one address

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.REDIRECT: "/signup leads elsewhere, as to /login",
        Reason.STATUS: "the page, its script, /_preflight or the form answers with an error",
        Reason.BODY: "no HTML, no script in it, HTML for a script, or no new organizations allowed",
        Reason.CREATED: "the empty form was accepted: something was made, and must be deleted",
        Reason.SLOW: "all right, but the page took longer than its limit",
        Reason.LOOK_UP: "the script comes from a host that we do not know, so it was not fetched",
        Reason.OWN_LIMIT: "our address has sent too many forms",
        Reason.CHALLENGE: "our address is blocked",
    }
)

# A page names its script in one of two ways. Bounded: the page is somebody else's.
_SOURCE = re.compile(r"""<script\b[^>]{0,300}?\ssrc\s?=\s?["']([^"'\s]{1,500})["']""", re.I)
_LOADED = re.compile(r"""ESBUILD_LOAD_SCRIPT\(\s?["']([^"'\s]{1,300}\.js[^"'\s]{0,100})["']""")
_BASE = re.compile(r"""window\.JS_URL\s?=\s?["']([^"'\s]{0,300})["']""")


class Params(ProbeParams):
    """How long it may take."""

    fastest_s: ClassVar = 10.0
    remembers: ClassVar = "signup"

    forms: bool = Field(True, description="whether the empty form is sent, twice a day at most")
    slow_s: float | None = Field(None, gt=0, description="seconds for the page; over it is slow")


async def probe(params: Params, io: Io) -> Outcome:
    """Go the way of a customer, up to the first thing that is wrong."""
    assert io.target is not None, "config gives every check of signup a target"
    asked: list[URL] = []

    async def noted(request: Request) -> Exchange:
        asked.append(URL(request.url))
        return await io.fetch(request)

    trip = await follow(noted, io.target.app_origin, PATH, io.target, REDIRECTS_MAX)
    wrong = judge_page(trip)
    if wrong is not None:
        return wrong
    here = asked[-1]
    script = script_of(trip.exchange.text, here)
    if script is None:
        return trip.exchange.outcome(Reason.BODY, "the page has no script")
    foreign = not _is_known(script, here, io.target)
    wrong = None if foreign else judge_script(await io.fetch(_head_of(script)))
    wrong = wrong or judge_preflight(await io.fetch(_preflight(here.origin())))
    if wrong is not None:
        return wrong
    found = judge_pace(params, trip.exchange)
    if foreign:
        found = trip.exchange.outcome(Reason.LOOK_UP, f"the script is at {script.host}")
    return await _with_form(io, here, found) if params.forms else found


def by_hand(params: Params, target: Target) -> str:
    """The page, and what it asks first. Never the form: PostHog takes five a day from an address."""
    page = shell.curl(Request(target.app_origin + PATH), REDIRECTS_MAX)
    return f"{page}; {shell.curl(_preflight(target.app_origin))}"


def judge_page(trip: Trip) -> Outcome | None:
    """What is wrong with the page; None if nothing."""
    page = trip.exchange
    if page.failure is not None:
        return page.failed()
    if trip.path.rstrip("/") != PATH:
        return page.outcome(Reason.REDIRECT, f"{PATH} leads to {trip.path}")
    if page.status == 403:
        return page.outcome(Reason.CHALLENGE, "403: our address is blocked")
    if page.status != 200:
        return page.outcome(Reason.STATUS, f"{PATH}: {status_in_words(page)}")
    if not is_page(page):
        return page.outcome(Reason.BODY, f"{PATH} is no HTML")
    return None


def script_of(html: str, page: URL) -> URL | None:
    """Where the page's own script is; None if it names none."""
    loaded = _LOADED.search(html)
    if loaded is not None:
        base = _BASE.search(html)
        return _joined(page, f"{base[1] if base else ''}/static/{loaded[1]}")
    for source in _SOURCE.findall(html):
        if "/static/" in source and ".js" in source:
            return _joined(page, source)
    return None


def judge_script(script: Exchange) -> Outcome | None:
    """What is wrong with the script; None if it is one. That it is longer than we read is right."""
    if script.failure is not None and len(script.body) < SCRIPT_MAX:
        return replace(script.failed(), detail=f"its script: {script.failure.detail}")
    if script.status != 200:
        return script.outcome(Reason.STATUS, f"its script: {status_in_words(script)}")
    if is_page(script) or not script.body:
        what = "is HTML" if script.body else "is empty"
        return script.outcome(Reason.BODY, f"its script {what}")
    if "script" not in script.headers.get("content-type", "").lower():
        return script.outcome(Reason.BODY, "its script is not served as one")
    return None


def judge_preflight(answer: Exchange) -> Outcome | None:
    """What is wrong with what the page asks first; None if nothing. It is always a 200."""
    if answer.failure is not None:
        return replace(answer.failed(), detail=f"/_preflight: {answer.failure.detail}")
    if answer.status != 200:
        return answer.outcome(Reason.STATUS, f"/_preflight: {status_in_words(answer)}")
    body = answer.json()
    if not isinstance(body.value, dict):
        return answer.outcome(Reason.BODY, f"/_preflight: {body.problem or 'not an object'}")
    if body.value.get("can_create_org") is not True:
        return answer.outcome(Reason.BODY, "/_preflight: can_create_org is not true")
    return None


def judge_pace(params: Params, page: Exchange) -> Outcome:
    """A page that is right, by the time it took."""
    took_s = sum(page.phases.values())
    if params.slow_s is not None and took_s > params.slow_s:
        return page.outcome(Reason.SLOW, f"took {took_s:.2f} s, over {params.slow_s:g} s")
    return page.outcome()


def judge_form(answer: Exchange) -> Outcome | None:
    """What is wrong with the answer to an empty form; None if it is refused as it must be."""
    status = answer.status
    if answer.failure is not None:
        return replace(answer.failed(), detail=f"the form: {answer.failure.detail}")
    if status == 201:
        return answer.outcome(Reason.CREATED, "the empty form was accepted: look what it made")
    if status == 429:
        values = {"retry_after_seconds": retry_after_s(answer)}
        return answer.outcome(Reason.OWN_LIMIT, "the form: 429, too many from us", values=values)
    if status == 403 and is_page(answer):
        return answer.outcome(Reason.CHALLENGE, "the form: 403, our address is blocked")
    if status != 400:
        return answer.outcome(Reason.STATUS, f"the form: {status_in_words(answer)}")
    if code(answer) != "required":
        return answer.outcome(Reason.BODY, "the form: refused, but not for its missing fields")
    return None


async def _with_form(io: Io, page: URL, found: Outcome) -> Outcome:
    """`found`, or what is wrong with the form, if it is time to send one."""
    now = io.now().timestamp()
    due = io.memory.get("form_due")
    if not isinstance(due, int | float):
        # Not yet: a look whose memory does not hold would send one each time, and lock us out.
        return replace(found, memory={"form_due": now})
    if 0 < due - now <= FORM_EVERY_S:
        return found
    request = Request(
        f"{page.origin()}/api/signup/", "POST", {"Content-Type": "application/json"}, b"{}"
    )
    wrong = judge_form(await io.fetch(request))
    if wrong is None or (wrong.verdict is Verdict.INCONCLUSIVE and found.reason is not None):
        wrong = found
    return replace(wrong, memory={"form_due": now + FORM_EVERY_S})


def _preflight(origin: URL | str) -> Request:
    return Request(f"{origin}/_preflight")


def _head_of(script: URL) -> Request:
    return Request(str(script), max_body=SCRIPT_MAX)


def _joined(page: URL, source: str) -> URL | None:
    try:
        script = page.join(URL(source))
    except ValueError:
        return None
    return script if script.host else None


def _is_known(script: URL, page: URL, target: Target) -> bool:
    """Whether a script is at home: at the page's own origin, or over TLS beside it in its domain.

    The page is somebody else's word: it shall not send us wherever it likes.
    """
    if script.origin() == page.origin():
        return True
    if script.scheme != "https" or script.host is None or page.host is None:
        return False
    domain = page.host.partition(".")[2]
    is_one = "." in domain and domain[-1].isalpha()  # and no part of an IP address
    beside = is_one and script.host.endswith(f".{domain}")
    return beside or script.host in target.aliases
