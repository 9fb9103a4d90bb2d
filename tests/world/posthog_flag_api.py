"""One feature flag of PostHog's, as the private API shows it and lets it be changed: the banner, number 984.

posthog/api/feature_flag.py: filters are replaced whole; a conflict is only looked for where `version` and
`original_flag` are there, field by field; payloads must belong to the flag's variants, or be "true"'s.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from aiohttp import web

KEY = "phx_banner"
PROJECT = "2"
FLAG = 984
PATH = "/api/projects/{project}/feature_flags/{flag}/"
EVERYBODY = {"properties": [], "rollout_percentage": 100, "variant": None}
DEFAULT_TEXT = "We're experiencing technical difficulties."
ERRORS = {
    400: ("validation_error", "invalid_input"),
    401: ("authentication_error", "authentication_failed"),
    403: ("authentication_error", "permission_denied"),
    404: ("invalid_request", "not_found"),
    409: ("server_error", "conflict"),
}


class PosthogFlagApi:
    """`flag` is what there is, `changes` each body of a PATCH that was taken; `shows` is what people read."""

    def __init__(self) -> None:
        self.key = KEY
        self.scopes = ["feature_flag:write"]
        self.wants_approval = False  # a policy: somebody else must agree
        self.versioned = True  # older builds show no version and look for no conflict
        self.meddling = 0  # so many reads are each followed by a change of somebody else's
        self.changes: list[dict[str, Any]] = []
        self.flag: dict[str, Any] = {
            "id": FLAG,
            "key": "cloud-announcement",
            "name": "The banner",
            "active": False,
            "deleted": False,
            "has_encrypted_payloads": False,
            "version": 7,
            "filters": {
                "groups": [dict(EVERYBODY)],
                "payloads": {"true": json.dumps("Welcome to the new app.")},
                "multivariate": None,
                "aggregation_group_type_index": None,
            },
        }

    def routes(self) -> list[web.RouteDef]:
        """What is read, at the app host."""
        return [
            web.get(PATH, self.show),
            web.get("/api/personal_api_keys/@current/", self.describe_key),
        ]

    def writes(self) -> list[web.RouteDef]:
        return [web.patch(PATH, self.change)]

    def shows(self) -> str | None:
        """The banner as the app would show it; None: there is none."""
        filters = self.flag["filters"]
        if not self.flag["active"] or not filters["groups"]:
            return None
        if filters.get("multivariate"):
            return str(filters["multivariate"]["variants"][0]["key"]).replace("_", " ")
        payload = (filters.get("payloads") or {}).get("true")
        return str(json.loads(payload)) if payload else DEFAULT_TEXT

    def set(self, *, active: bool | None = None, **filters: Any) -> None:
        """What somebody else does by hand."""
        if active is not None:
            self.flag["active"] = active
        self.flag["filters"] = self.flag["filters"] | filters
        self.flag["version"] += 1

    async def show(self, request: web.Request) -> web.Response:
        answer = self._refusal(request, "read") or web.json_response(self._shown())
        if self.meddling:
            self.meddling -= 1
            self.set(payloads={"true": json.dumps(f"Somebody else's {self.meddling}.")})
        return answer

    async def change(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request, "write"):
            return refusal
        body = await request.json()
        if wrong := _wrong_filters(body.get("filters")):
            return _no(400, wrong)
        if self.wants_approval:
            said = {"code": "approval_required", "message": "Approval required"}
            return web.json_response(said, status=409)
        if self._conflicts(body):
            who = "ada@example.com"
            return _no(409, f"The feature flag was updated by {who} since you started editing it.")
        self.take(body)
        return web.json_response(self._shown())

    def take(self, body: dict[str, Any]) -> None:
        """The change is done."""
        self.changes.append(body)
        self.flag |= {name: body[name] for name in ("active", "filters") if name in body}
        self.flag["version"] += 1

    async def describe_key(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return _no(401, "Invalid personal API key.")
        return web.json_response({"label": "checker", "scopes": self.scopes})

    def _shown(self) -> dict[str, Any]:
        shown = copy.deepcopy(self.flag)
        if not self.versioned:
            del shown["version"]
        return shown

    def _refusal(self, request: web.Request, verb: str) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return _no(401, "Invalid personal API key.")
        if (request.match_info["project"], request.match_info["flag"]) != (PROJECT, str(FLAG)):
            return _no(404, "Not found.")
        granted = {"feature_flag:write", "*", f"feature_flag:{verb}"} & set(self.scopes)
        return (
            None if granted else _no(403, f"API key missing required scope 'feature_flag:{verb}'")
        )

    def _conflicts(self, body: dict[str, Any]) -> bool:
        before = body.get("original_flag") or {}
        if not self.versioned or body.get("version", self.flag["version"]) == self.flag["version"]:
            return False
        return any(
            name in body
            and body[name] != old
            and old != self.flag[name]
            and body[name] != self.flag[name]
            for name, old in before.items()
        )


def _wrong_filters(filters: Any) -> str:
    if filters is None:
        return ""
    payloads = filters.get("payloads") or {}
    variants = [v["key"] for v in (filters.get("multivariate") or {}).get("variants", [])]
    if not filters.get("groups"):
        return "Filters are not valid (groups are missing)"
    if variants and not set(payloads) <= set(variants):
        return "Payload keys must match a variant key for multivariate flags"
    if not variants and set(payloads) - {"true"}:
        return "Payload keys must be 'true' for boolean flags"
    return ""


def _no(status: int, detail: str) -> web.Response:
    kind, code = ERRORS[status]
    said = {"type": kind, "code": code, "detail": detail, "attr": None}
    return web.json_response(said, status=status)
