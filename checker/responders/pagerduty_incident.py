"""Pages by PagerDuty's REST API: an incident is opened there by hand, as it were. A second way beside the events.

It is of use when events are taken and lead to nothing, or are not taken at all: another API of the same company, but
not the same way. developer.pagerduty.com, "Create an Incident": it is answered when it is done, it is "heavily rate
limited" and meant for the speed of people, and "requests [are] rejected if an open incident matches that
incident_key" on the same service. So it may be sent again without harm while it is open; and after a lost answer it
is looked for first, because a person may have ended it meanwhile.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator

from checker.core.model import Duty
from checker.responders.contract import (
    Answer,
    ApiUrl,
    Attempt,
    Done,
    Later,
    Never,
    PageState,
    ResponderSettings,
    Shown,
    Unread,
)
from checker.responders.contract_findings import Finding
from checker.responders.pagerduty_event import SUMMARY_MAX, short_key
from checker.responders.pagerduty_examined import service_found
from checker.responders.pagerduty_open import open_pages
from checker.responders.pagerduty_pages import incidents, look_up
from checker.responders.pagerduty_rest import (
    Reply,
    Rest,
    Silence,
    in_json,
    inside,
    throttled_s,
    visible,
)
from probes.contract import one_line

DETAILS_MAX = 20_000  # characters of what is said beside the title
MENDED_S = 60.0  # a page is tried again that soon, whatever must be mended first
ALREADY_OPEN = "matching dedup key already exists"
ALREADY_RESOLVED = 1001  # PagerDuty's code


class Settings(ResponderSettings):
    """One service, and who writes to it. All three must be given."""

    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.FALLBACK, Duty.RESOLVE})
    rings_at: ClassVar[str] = "service"

    rest_token: SecretStr = Field(description="a REST API key that may write incidents")
    service: str = Field(
        pattern=r"^P[A-Z0-9]+$", description="the id of the service that rings; best another one"
    )
    from_email: str = Field(
        pattern=r"^[!-;=?-~]+@[!-;=?-~]+$",
        description="the e-mail of a user of that PagerDuty, in whose name incidents are opened",
    )
    rest_url: ApiUrl = Field(
        AnyHttpUrl("https://api.pagerduty.com"), description="another one in the EU, or a fake"
    )
    timeout_s: float = Field(10.0, gt=0, le=60, description="of one call")
    read_every_s: float = Field(
        30.0, ge=1, le=600, description="between two looks at what became of a page"
    )

    @property
    def confirms(self) -> bool:
        return True

    @field_validator("rest_token")
    @classmethod
    def _of_visible_letters(cls, token: SecretStr) -> SecretStr:
        return visible(token)


class Responder:
    """POST /incidents for FALLBACK; for RESOLVE, whatever is open under the key is resolved."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._rest = Rest(settings, settings.rest_token, tls)

    async def carry_out(self, attempt: Attempt) -> Answer:
        payload = attempt.effect.payload
        key = short_key(payload["key"])
        if attempt.effect.duty is Duty.RESOLVE:
            return await self._end(key)
        if attempt.unsure and isinstance(await self.look_up(key), Shown):
            return _done(key, f"paged: PagerDuty has an incident for {key}, the answer was lost")
        answer = await self._open(key, payload, _details(payload))
        if not isinstance(answer, Never):
            return answer
        # Refused for its shape, which is a fault of ours: a bare page is better than none.
        second = await self._open(key, payload, "")
        with_why = f", with the title only ({answer.why})"
        return replace(second, note=second.note + with_why) if isinstance(second, Done) else second

    async def examine(self) -> list[Finding]:
        """Whether the service is there. Whether we may write to it, only a page shows."""
        return [await service_found(self._rest, self._settings.service, None)]

    @property
    def reads_every_s(self) -> float | None:
        return self._settings.read_every_s

    async def look_up(self, key: str) -> Shown | Unread | None:
        """What the service shows of the page with this key. Who ended it is not said: we do, in a user's name."""
        shown = await look_up(self._rest, short_key(key), self._settings.service)
        ended = isinstance(shown, Shown) and shown.state is PageState.RESOLVED
        return Shown(PageState.RESOLVED) if ended else shown

    async def open_pages(self, deployment: str) -> Mapping[str, Shown] | Unread:
        """Every page of that deployment that the service shows as open."""
        return await open_pages(self._rest, self._settings.service, deployment)

    async def close(self) -> None:
        await self._rest.close()

    async def _open(self, key: str, payload: Mapping[str, Any], details: str) -> Answer:
        incident = {
            "type": "incident",
            "title": one_line(payload["summary"], SUMMARY_MAX),
            "service": {"id": self._settings.service, "type": "service_reference"},
            "urgency": "high",
            "incident_key": key,
        }
        if details:
            incident["body"] = {"type": "incident_body", "details": details}
        reply = await self._write("POST", "/incidents", incident)
        if isinstance(reply, Reply) and reply.status == 201:
            return _done(key, f"paged: PagerDuty opened an incident for {key}")
        if isinstance(reply, Reply) and reply.status == 400 and ALREADY_OPEN in _errors(reply):
            return _done(key, f"paged: PagerDuty has an open incident for {key} already")
        return self._verdict(reply)

    async def _end(self, key: str) -> Answer:
        found = await incidents(self._rest, key, self._settings.service)
        if isinstance(found, Unread):
            return Later(found.why, found.after_s)
        for id_ in _open_ones(found):
            told = {"type": "incident_reference", "status": "resolved"}
            reply = await self._write("PUT", f"/incidents/{id_}", told)
            if not _is_resolved(reply):
                return self._verdict(reply)
        return Done({"key": key}, f"nothing is open at PagerDuty for {key} any more")

    async def _write(self, method: str, path: str, incident: Mapping[str, Any]) -> Reply | Silence:
        body, sender = {"incident": incident}, self._settings.from_email
        return await self._rest.ask(method, path, body=body, sender=sender)

    def _verdict(self, reply: Reply | Silence) -> Answer:
        """By PagerDuty's REST errors; what it does not name is retried.

        What is mended at PagerDuty or in the config is tried again and not given up: it is a page.
        """
        if isinstance(reply, Silence):
            return Later(reply.why, unsure=reply.sent)
        match reply.status:
            case 400 | 402:
                return Never(f"PagerDuty refused the incident ({reply.status}): {_errors(reply)}")
            case 401 | 403 as status:
                why = f"PagerDuty answered {status}: rest_token must be allowed to write incidents"
                return Later(why, MENDED_S)
            case 404:
                why = f"PagerDuty answered 404: look at `service` ({self._settings.service})"
                return Later(why, MENDED_S)
            case 429:
                return Later("PagerDuty says that we write too often", throttled_s(reply))
        if reply.status == 408 or reply.status >= 500:
            return Later(f"PagerDuty answered {reply.status}", unsure=True)
        return Later(f"PagerDuty answered {reply.status}: look at rest_url and proxies", MENDED_S)


def _done(key: str, note: str) -> Done:
    return Done({"key": key, "status": "opened"}, note)


def _open_ones(found: list[Any]) -> list[str]:
    """The ids of those that are not resolved yet."""
    live = (one for one in found if isinstance(one, dict) and one.get("status") != "resolved")
    ids = (str(one.get("id")) for one in live)
    return [id_ for id_ in ids if re.fullmatch(r"[A-Z0-9]+", id_)]


def _is_resolved(reply: Reply | Silence) -> bool:
    """Whether it is: by us, or by somebody a moment before."""
    if isinstance(reply, Silence):
        return False
    already = inside(in_json(reply.body), "error", "code") == ALREADY_RESOLVED
    return reply.status == 200 or (reply.status == 400 and already)


def _errors(reply: Reply) -> str:
    """What the answer says is wrong."""
    told = in_json(reply.body)
    errors = inside(told, "error", "errors")
    said = [inside(told, "error", "message"), *(errors if isinstance(errors, list) else [])]
    return one_line("; ".join(str(one) for one in said if one)) or "no reason given"


def _details(payload: Mapping[str, Any]) -> str:
    """All that is known, line by line."""
    told = [f"{label}: {text}" for label, text in payload["details"].items()]
    links = [f"{link['text']}: {link['href']}" for link in payload["links"]]
    return "\n".join([*told, *links])[:DETAILS_MAX]
