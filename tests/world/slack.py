"""A Slack on loopback: a workspace behind HTTP, and the ways in which Slack refuses.

Faults are put on a method's name ("chat.postMessage") or on ANYTHING. Refusals come as HTTP 200 with `ok: false`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tests.world.door import Fake, Right
from tests.world.faults import Answer, answer_with
from tests.world.slack_limits import No
from tests.world.slack_workspace import Args, Workspace

TOKEN = "xoxb-of-the-world"
SCOPES = (
    "app_mentions:read", "commands", "chat:write", "chat:write.public", "channels:manage",
    "channels:read", "channels:join", "channels:history", "pins:write", "bookmarks:write",
    "bookmarks:read", "users:read", "users:read.email", "usergroups:read", "files:write",
    "im:write", "im:history",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    method: str
    args: Args


class Slack(Fake):
    """`workspace` is what people would see; `calls` is every request, in order."""

    def __init__(self, token: str = TOKEN, now: Callable[[], float] = time.time) -> None:
        self.token = token
        self.revoked = False
        self.scopes_missing: set[str] = set()  # methods that answer missing_scope
        self.scopes = list(SCOPES)  # what the token has; said with every answer
        self.workspace = Workspace(now)
        self.calls: list[Call] = []
        super().__init__()
        self.workspace.address = self.address

    @property
    def api(self) -> str:
        """What a client takes as its base URL."""
        return f"{self.address}/api/"

    def asked(self, method: str) -> list[Args]:
        """The arguments of every call of this method."""
        return [call.args for call in self.calls if call.method == method]

    def routes(self) -> list[tuple[str, str, str, Right]]:
        return [
            ("*", "/api/{method}", "", self._respond),
            ("POST", "/upload/{id}", "upload", self._take),
        ]

    async def answer(self, name: str, request: web.Request, right: Answer) -> web.StreamResponse:
        if name == "upload":
            return await answer_with(self.faults.take(name), request, right)
        method = request.match_info["method"]
        self.calls.append(Call(method, await _arguments(request)))
        broken = self.faults.take(method)
        if broken and broken.fault.what == "says":
            return _no(No(broken.fault.value))
        return await answer_with(broken, request, right)

    async def _respond(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            self._check_token(request, method)
            found = self.workspace.call(method, await _arguments(request))
        except No as no:
            return _no(no)
        return web.json_response(
            {"ok": True} | found, headers={"X-OAuth-Scopes": ",".join(self.scopes)}
        )

    async def _take(self, request: web.Request) -> web.Response:
        """The bytes of a file. Its address is secret enough: whoever sends a token there gives it away."""
        upload = next((u for u in self.workspace.files if u.id == request.match_info["id"]), None)
        if upload is None or "Authorization" in request.headers:
            return web.Response(status=400)
        upload.content = await request.read()
        return web.Response(text=f"OK - {len(upload.content)}")

    def _check_token(self, request: web.Request, method: str) -> None:
        if self.revoked:
            raise No("token_revoked")
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise No("invalid_auth")
        if method in self.scopes_missing:
            raise No("missing_scope", needed="its:scope", provided="chat:write")


async def _arguments(request: web.Request) -> Args:
    """From the query, a form or JSON: Slack takes all three."""
    args: Args = dict(request.query)
    if request.content_type == "application/json":
        args.update(await request.json())
    else:
        args.update(await request.post())
    for name in ("blocks", "metadata"):
        if isinstance(args.get(name), str):
            args[name] = json.loads(args[name])
    return args


def _no(no: No) -> web.Response:
    return web.json_response({"ok": False, "error": no.error} | no.more)
