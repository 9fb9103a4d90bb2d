"""How PostHog says no: what of it is our own doing, and how long it asks us to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from probes.contract import Reason
from probes.wire.exchange import Exchange, Failure

WAIT_S = 60.0  # when we are told to wait, and not how long
WAIT_MAX_S = 3600.0  # the longest window of PostHog's own limits: no answer shall blind us for more

# Cloudflare's own pages for who may not come in: by address, country, browser or rule.
# https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/
_BLOCKED = re.compile(
    r"\berror(?: code)?:? 10(?:06|07|08|09|10|12|20)\b"
    r"|cf-error-code\">10(?:06|07|08|09|10|12|20)<"
    r"|you have been blocked",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SECONDS = re.compile(r"(\d{1,9}) second")


def ours(answer: Exchange) -> Failure | None:
    """What an answer of the private API blames on us; None if it does not.

    Our key (401, 403, or a project that it cannot see), our rate limit (429), our request (400).
    """
    status, named = answer.status, code(answer)
    if status == 429:
        wait_s = retry_after_s(answer)
        return Failure(Reason.OWN_LIMIT, f"429: our own limit, wait {wait_s:.0f} s")
    if status == 403 and is_page(answer):
        return Failure(Reason.CHALLENGE, "403 with a page: our address is blocked")
    if status in (401, 403) or (status == 404 and named == "not_found"):
        return Failure(Reason.OWN_KEY, f"{status}: our key is refused ({named or 'no reason'})")
    if status == 400:
        return Failure(Reason.OWN_FAULT, f"400: our request is refused ({named or 'no reason'})")
    return None


def blocked(answer: Exchange) -> Failure | None:
    """That Cloudflare, not PostHog, keeps us out of a page; None if it does not say so."""
    is_cloudflare = answer.headers.get("server", "").lower() == "cloudflare"
    if answer.status == 403 and is_cloudflare and _BLOCKED.search(answer.text):
        return Failure(Reason.CHALLENGE, "403 by Cloudflare: our address is blocked")
    return None


def code(answer: Exchange) -> str:
    """The word for the error in `{"type", "code", "detail", "attr"}`, or "".

    The word alone: the sentence beside it may quote a key ("API key is not valid: phc_…").
    """
    return word(_object(answer).get("code"))


def status_in_words(answer: Exchange) -> str:
    """ "status 503 (clickhouse_at_capacity)": all that can be shown of a status that is wrong."""
    named = code(answer)
    return f"status {answer.status}" + (f" ({named})" if named else "")


def word(value: Any) -> str:
    """`value` if it is one plain word that can be shown, or ""."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def retry_after_s(answer: Exchange) -> float:
    """Seconds to wait after a 429: by the header, else by the number in the text, else WAIT_S.

    The header is absent before May 2023 and for rejections of concurrent queries:
    https://github.com/PostHog/posthog/issues/15411
    """
    header = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return _within(float(header))
    detail = _object(answer).get("detail")
    said = _SECONDS.search(detail) if isinstance(detail, str) else None
    return _within(float(said[1])) if said else WAIT_S


def is_page(answer: Exchange) -> bool:
    """Whether HTML came, where the API would have said something in JSON."""
    kind = answer.headers.get("content-type", "").lower()
    return "html" in kind or answer.body.lstrip()[:1] == b"<"


def _within(seconds: float) -> float:
    return min(max(seconds, 1.0), WAIT_MAX_S)


def _object(answer: Exchange) -> Mapping[str, Any]:
    value = answer.json().value
    return value if isinstance(value, dict) else {}
