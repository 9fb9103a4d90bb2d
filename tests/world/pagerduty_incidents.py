"""What PagerDuty's REST API lets one do with incidents, with its own rules and refusals.

developer.pagerduty.com, "Create an Incident", "Update an incident": whoever writes says by an e-mail in whose name; an
open incident with the same key on the same service is a refusal; what is resolved cannot be resolved again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.world.pagerduty_rest import SERVICE, as_rest, refused, wrong

if TYPE_CHECKING:
    from tests.world.pagerduty import PagedIncident, PagerDuty

USERS = {"checker@example.com": "Checker"}


async def opened(request: web.Request, pagerduty: PagerDuty) -> web.Response:
    """POST /incidents."""
    if no := refused(request, pagerduty.rest_token) or _stranger(request):
        return no
    asked = json.loads(await request.read())["incident"]
    mistakes = [
        f"{name} is missing" for name in ("type", "title", "service") if not asked.get(name)
    ]
    if mistakes:
        return wrong(400, 2001, "Invalid Input Provided", *mistakes)
    if asked["service"]["id"] != SERVICE:
        return wrong(400, 2001, "Invalid Input Provided", "Service not found")
    key = asked.get("incident_key") or f"made-up-{len(pagerduty.incidents)}"
    if pagerduty.is_open(key):
        said = "Open incident with matching dedup key already exists on this service"
        return wrong(400, 2002, "Arguments Caused Error", said)
    incident = pagerduty.ring({"severity": "high", "summary": asked["title"]}, key)
    incident.log.append(asked)
    return web.json_response({"incident": as_rest(incident)}, status=201)


async def updated(request: web.Request, pagerduty: PagerDuty) -> web.Response:
    """PUT /incidents/{id}, as far as its status is concerned."""
    if no := refused(request, pagerduty.rest_token) or _stranger(request):
        return no
    found = _by_id(request.match_info["id"], pagerduty.incidents)
    if found is None:
        return wrong(404, 2100, "Not Found")
    if found.state == "resolved":
        said = "Incident Already Resolved"
        return wrong(400, 1001, said, said)
    found.state = json.loads(await request.read())["incident"]["status"]
    found.by = USERS[request.headers["From"]]
    return web.json_response({"incident": as_rest(found)})


def _by_id(id_: str, incidents: list[PagedIncident]) -> PagedIncident | None:
    return next((one for one in incidents if as_rest(one)["id"] == id_), None)


def _stranger(request: web.Request) -> Any:
    if request.headers.get("From") in USERS:
        return None
    return wrong(400, 2001, "Invalid Input Provided", "Requester User Not Found")
