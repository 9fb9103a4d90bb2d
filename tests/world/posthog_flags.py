"""PostHog's feature flags, as `/decide` (v1 to v4) and `/flags` (v1 to v4) return them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from aiohttp import web

TOKEN = "phc_canary"
CANARY = "synthetic-canary"  # on for everyone
DATABASE_CANARY = "synthetic-canary-database"  # on for persons with a property

# What a GET gets, and a bot, with 200 and whatever is broken behind it.
CONSTANT = {
    "config": {"enable_collect_everything": True},
    "toolbarParams": {},
    "isAuthenticated": False,
    "sessionRecording": False,
    "supportedCompression": ["gzip", "gzip-js"],
}
THROTTLED = {
    "type": "validation_error",
    "code": "rate_limit_exceeded",
    "detail": "Rate limit exceeded",
    "attr": None,
}


class PosthogFlags:
    """One project's flags. Everything that can be broken is a plain attribute.

    `asked` keeps each request: its method and, of a POST, the body; `paths` where it went.
    """

    def __init__(self) -> None:
        self.token = TOKEN
        self.values: dict[str, bool | str] = {CANARY: True, DATABASE_CANARY: True}
        self.need_database = {DATABASE_CANARY}
        self.database_down = False  # flags that need it fail, the others are there
        self.failed_are_omitted = False  # as before 2026: absent, not `failed`
        self.forgotten = False  # 200, no flags, no word of an error
        self.errors = False
        self.quota_limited = False
        self.takes_us_for_a_bot = False
        self.status = 200
        self.active: bool | None = True  # what the app says of each flag; None: it has none
        self.app_status = 200
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.paths: list[str] = []
        self.inquiries: list[str] = []  # the Authorization of each look at the list of flags

    def routes(self) -> list[web.RouteDef]:
        """`/decide/` and `/flags/` of the ingest host, with and without the last slash."""
        return [
            web.route("*", f"/{endpoint}{slash}", self.answer)
            for endpoint in ("decide", "flags")
            for slash in ("", "/")
        ]

    def app_routes(self) -> list[web.RouteDef]:
        """The list of flags at the app host."""
        return [web.get("/api/projects/{project}/feature_flags/", self.listed)]

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json() if request.method == "POST" else {}
        self.asked.append((request.method, body))
        self.paths.append(request.path_qs)
        endpoint = request.path.strip("/")
        version = int(request.query.get("v", "1"))
        if request.method != "POST" or self.takes_us_for_a_bot:
            return web.json_response(self._shaped(endpoint, version, {}) | CONSTANT)
        refusal = self._refusal(body)
        if refusal is not None:
            return refusal
        asked_for = body.get("flag_keys_to_evaluate") or list(self.values)
        flags = {key: value for key, value in self.values.items() if key in asked_for}
        answer = self._shaped(endpoint, version, {} if self._has_none() else flags)
        if self.quota_limited:
            answer["quotaLimited"] = ["feature_flags"]
        return web.json_response(answer)

    async def listed(self, request: web.Request) -> web.Response:
        self.inquiries.append(request.headers.get("Authorization", ""))
        if self.app_status != 200:
            return web.Response(status=self.app_status, text="broken on command")
        keys = [key for key in self.values if request.query.get("search", "") in key]
        rows = [{"id": n, "key": key, "active": self.active} for n, key in enumerate(keys, 1)]
        if self.active is None:
            rows = []
        return web.json_response(
            {"count": len(rows), "next": None, "previous": None, "results": rows}
        )

    def _refusal(self, body: dict[str, Any]) -> web.Response | None:
        if self.status == 429:
            return web.json_response(THROTTLED, status=429)
        if self.status != 200:
            return web.Response(status=self.status, text="Flags are currently unavailable")
        if not body.get("distinct_id"):
            return web.Response(status=400, text="The distinct_id field is missing")
        if (body.get("token") or body.get("api_key")) != self.token:
            return web.Response(status=401, text="The provided API key is invalid")
        return None

    def _has_none(self) -> bool:
        return self.forgotten or self.quota_limited

    def _shaped(self, endpoint: str, version: int, flags: dict[str, bool | str]) -> dict[str, Any]:
        """The flags as that version of that endpoint writes them."""
        failed = self.need_database if self.database_down else set[str]()
        errors = {"errorsWhileComputingFlags": self.errors or bool(failed & set(flags))}
        if self.failed_are_omitted:
            flags = {key: value for key, value in flags.items() if key not in failed}
        scalars = {key: value if key not in failed else False for key, value in flags.items()}
        if endpoint == "decide" and version == 1:
            return {"featureFlags": [key for key, value in scalars.items() if value]}
        if endpoint == "decide" and version == 2:
            return {"featureFlags": {key: value for key, value in scalars.items() if value}}
        if version < (4 if endpoint == "decide" else 2):
            return {"featureFlags": scalars, "featureFlagPayloads": {}} | errors
        full = {key: detailed(key, value, version, key in failed) for key, value in flags.items()}
        return {"flags": full, "requestId": str(uuid4()), "evaluatedAt": 0} | errors


def detailed(key: str, value: bool | str, version: int, failed: bool) -> dict[str, Any]:
    """One flag with its reason: `enabled` and a variant up to v2 (and decide's v4), `value` after."""
    code = "database_unavailable" if failed else "condition_match"
    flag: dict[str, Any] = {
        "key": key,
        "reason": {"code": code, "condition_index": 0, "description": None},
        "metadata": {"id": 1, "version": 1, "description": None, "payload": None},
    }
    if version == 3:
        flag |= {"value": False if failed else value}
    else:
        variant = value if isinstance(value, str) else None
        flag |= {"enabled": bool(value) and not failed, "variant": variant}
    return flag | ({"failed": True} if failed else {})
