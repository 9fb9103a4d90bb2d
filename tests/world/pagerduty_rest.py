"""What PagerDuty's REST API shows of a service: reads only, in its own shapes and with its own refusals.

developer.pagerduty.com, "List incidents": the last month unless `date_range=all`; `acknowledgements` are empty
unless it is acknowledged; `assignments` are empty once it is resolved. "List all of the on-calls": users are
references without an e-mail unless `include[]=users`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.world.pagerduty import PagedIncident

TOKEN = "y_NbAkKc66ryYTWUXYEu"
SERVICE = "P43Y0E8"
POLICY = "PT20YPA"
ON_CALL = "Grace Hopper"
MONTH_S = 30 * 86400.0
LIMIT = 25


@dataclass
class Service:
    """The one service that there is, and who is on call for it: (level, name)."""

    status: str = "active"
    on_call: list[tuple[int, str]] = field(
        default_factory=lambda: [(1, ON_CALL), (2, "Katherine Johnson")]
    )
    key: str | None = None  # of its integration; None: the one that is used, "": not to be seen


def shown(request: web.Request, token: str, service: Service, routing_key: str) -> web.Response:
    """GET /services/{id}."""
    if no := refused(request, token):
        return no
    if request.match_info["id"] != SERVICE:
        return wrong(404, 2100, "Not Found")
    integration = {"id": "PQ12345", "type": "events_api_v2_inbound_integration_reference"}
    key = routing_key if service.key is None else service.key
    if key and "integrations" in request.query.getall("include[]", []):
        integration |= {"integration_key": key}
    policy = {"id": POLICY, "type": "escalation_policy_reference", "summary": "Default"}
    told = _service() | {"status": service.status, "escalation_policy": policy}
    return web.json_response({"service": told | {"type": "service", "integrations": [integration]}})


def on_calls(request: web.Request, token: str, on_call: Sequence[tuple[int, str]]) -> web.Response:
    """GET /oncalls. In no order, as there is none documented."""
    if no := refused(request, token):
        return no
    query, whole = request.query, "users" in request.query.getall("include[]", [])
    if query.getall("escalation_policy_ids[]", [POLICY]) != [POLICY]:
        on_call = ()
    entries = [
        {"user": user(name, whole), "escalation_level": level, "start": None, "end": None}
        for level, name in reversed(on_call)
    ]
    return web.json_response({"oncalls": entries, "limit": 100, "offset": 0, "more": False})


def listed(request: web.Request, token: str, incidents: Iterable[PagedIncident]) -> web.Response:
    """GET /incidents."""
    if no := refused(request, token):
        return no
    query = request.query
    if query.get("date_range", "all") != "all" or not _is_whole(query.get("limit", "25")):
        return wrong(400, 2001, "Invalid Input Provided")
    found = [i for i in incidents if query.get("incident_key", i.key) == i.key]
    if "date_range" not in query:
        found = [i for i in found if time.time() - i.created_at < MONTH_S]
    if query.getall("service_ids[]", [SERVICE]) != [SERVICE]:
        found = []
    states = query.getall("statuses[]", [])
    found = [i for i in found if not states or i.state in states]
    newest_first = query.get("sort_by") == "created_at:desc"
    found.sort(key=lambda i: i.number, reverse=newest_first)
    limit, offset = min(int(query.get("limit", LIMIT)), 100), int(query.get("offset", "0"))
    end = offset + limit
    shown = [as_rest(incident) for incident in found[offset:end]]
    page = {"limit": limit, "offset": offset, "more": len(found) > end, "total": None}
    return web.json_response({"incidents": shown} | page)


def as_rest(incident: PagedIncident) -> dict[str, Any]:
    """One incident as the list shows it."""
    at = datetime.fromtimestamp(incident.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rung = [{"at": at, "assignee": user(ON_CALL)}] if incident.state != "resolved" else []
    by = user(incident.by) if incident.by else _service()
    taken = [{"at": at, "acknowledger": by}] if incident.state == "acknowledged" else []
    return {
        "id": f"PT4KHL{incident.number}",
        "type": "incident",
        "incident_number": incident.number,
        "incident_key": incident.key,
        "title": incident.summary,
        "created_at": at,
        "status": incident.state,
        "service": _service(),
        "assignments": rung,
        "acknowledgements": taken,
        "last_status_change_at": at,
        "last_status_change_by": by,
    }


def user(name: str, whole: bool = False) -> dict[str, str]:
    """A reference, or the user with all that there is to know."""
    first = name.partition(" ")[0]
    if not whole:
        return {"id": f"P{first.upper()}", "type": "user_reference", "summary": name}
    more = {"type": "user", "name": name, "email": f"{first.lower()}@example.com"}
    return user(name) | more


def _service() -> dict[str, str]:
    return {"id": SERVICE, "type": "service_reference", "summary": "PostHog Cloud"}


def refused(request: web.Request, token: str) -> web.Response | None:
    if request.headers.get("Authorization") == f"Token token={token}":
        return None
    return wrong(401, 2006, "Authentication failed")


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def wrong(status: int, code: int, message: str, *errors: str) -> web.Response:
    said = {"error": {"message": message, "code": code, "errors": list(errors)}}
    return web.json_response(said, status=status)
