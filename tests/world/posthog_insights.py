"""PostHog's insights: computed by a query or, on older instances, a trend; saved and soft-deleted."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

KEY = "phx_canary"
PROJECT = "1"

# What PostHog says with each status, as {"type", "code", "detail", "attr"}.
ERRORS = {
    400: ("validation_error", "invalid_input", "Invalid query."),
    401: ("authentication_error", "authentication_failed", "Invalid personal API key."),
    403: ("authentication_error", "permission_denied", "API key missing required scope."),
    404: ("invalid_request", "not_found", "Project not found."),
    429: (
        "throttled_error",
        "throttled",
        "Request was throttled. Expected available in 42 seconds.",
    ),
    500: ("server_error", "error", "A server error occurred."),
    503: ("server_error", "error", "Queries are a little too busy right now."),
    504: ("server_error", "error", "Query timed out."),
    512: ("server_error", "error", "Estimated query execution time is too long."),
}

Answer = Callable[[web.Request], Awaitable[web.Response]]


def refused(status: int, **headers: str) -> web.Response:
    type_, code, detail = ERRORS.get(status, ERRORS[500])
    body = {"type": type_, "code": code, "detail": detail, "attr": None}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response(body, status=status, headers=names)


class PosthogInsights:
    """One project's insights. Everything that can be broken is a plain attribute.

    `rows` are all that were ever made, deleted ones too; `asked` keeps each request that came.
    """

    def __init__(self) -> None:
        self.key = KEY
        self.compute_status = 200
        self.retry_after: str | None = None  # the header of a 429; None: only in the text
        self.always_from_cache = False
        self.ignores_refresh = False  # answers from the cache whatever is asked for
        self.write_status: dict[str, int] = {}  # method → what it is refused with
        self.forgets_writes = False  # 200 and 201, and nothing kept
        self.hogql: Answer | None = None  # who answers the other kinds of query
        self.rows: dict[int, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self._cache: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """What the app host has below `/api/projects/:id/`."""
        root = "/api/projects/{project}"
        return [
            web.post(f"{root}/query/", self.query),
            web.post(f"{root}/insights/trend/", self.trend),
            web.get(f"{root}/insights/", self.listed),
            web.post(f"{root}/insights/", self.create),
            web.get(f"{root}/insights/{{id}}/", self.read),
            web.patch(f"{root}/insights/{{id}}/", self.change),
            web.delete(f"{root}/insights/{{id}}/", self.forbidden),
        ]

    async def query(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.hogql is not None and body.get("query", {}).get("kind") != "TrendsQuery":
            return await self.hogql(request)
        forced = body.get("refresh") == "force_blocking"
        return await self._computed(request, body, body.get("query"), forced, "results")

    async def trend(self, request: web.Request) -> web.Response:
        body = await request.json()
        asked = {key: value for key, value in body.items() if key != "refresh"}
        return await self._computed(request, body, asked, body.get("refresh") is True, "result")

    async def listed(self, request: web.Request) -> web.Response:
        refusal = self._enter(request, None)
        if refusal is not None:
            return refusal
        sought = request.query.get("search", "")
        rows = [r for r in self.rows.values() if not r["deleted"] and sought in r["name"]]
        return web.json_response({"count": len(rows), "next": None, "results": rows})

    async def create(self, request: web.Request) -> web.Response:
        body = await request.json()
        refusal = self._enter(request, body)
        if refusal is not None:
            return refusal
        number = len(self.rows) + 1
        row = {"id": number, "short_id": f"s{number}", "deleted": False} | body
        if not self.forgets_writes:
            self.rows[number] = row
        return web.json_response(row, status=201)

    async def read(self, request: web.Request) -> web.Response:
        refusal = self._enter(request, None)
        row = self.rows.get(int(request.match_info["id"]))
        if refusal is not None:
            return refusal
        return refused(404) if row is None or row["deleted"] else web.json_response(row)

    async def change(self, request: web.Request) -> web.Response:
        """A PATCH sees what is deleted, and can bring it back."""
        body = await request.json()
        refusal = self._enter(request, body)
        row = self.rows.get(int(request.match_info["id"]))
        if refusal is not None:
            return refusal
        if row is None:
            return refused(404)
        if not self.forgets_writes:
            row.update(body)
        return web.json_response(row | body)

    async def forbidden(self, request: web.Request) -> web.Response:
        self._enter(request, None)
        return refused(405)

    def left_behind(self) -> list[int]:
        """What somebody who looks at the list of insights would find there."""
        return [number for number, row in self.rows.items() if not row["deleted"]]

    async def _computed(
        self, request: web.Request, body: Any, asked: Any, forced: bool, field: str
    ) -> web.Response:
        key = json.dumps(asked, sort_keys=True)
        self.asked.append((request.method, request.path, body))
        refusal = self._unauthorized(request)
        if refusal is not None:
            return refusal
        if self.compute_status == 202:
            return web.json_response({"query_status": {"complete": False}}, status=202)
        if self.compute_status != 200:
            wait = {"Retry_After": self.retry_after} if self.retry_after else {}
            return refused(self.compute_status, **wait)
        forced = forced and not self.ignores_refresh
        cached = self.always_from_cache or (key in self._cache and not forced)
        self._cache.add(key)
        series = {"count": 0, "data": [0, 0], "labels": ["a", "b"], "label": "synthetic_canary"}
        return web.json_response({field: [series], "is_cached": cached, "last_refresh": "now"})

    def _enter(self, request: web.Request, body: Any) -> web.Response | None:
        self.asked.append((request.method, request.path, body))
        status = self.write_status.get(request.method, 200)
        return refused(status) if status != 200 else self._unauthorized(request)

    def _unauthorized(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return refused(401)
        return None if request.match_info["project"] == PROJECT else refused(404)
