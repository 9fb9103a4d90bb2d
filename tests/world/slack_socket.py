"""A Slack that people speak through: Socket Mode, names of people, and messages that one person sees.

docs.slack.dev, "Using Socket Mode": an envelope that is not acknowledged is delivered again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from aiohttp import web

from tests.world.door import Right
from tests.world.faults import Answer, answer_with
from tests.world.slack import TOKEN, Slack
from tests.world.slack_limits import UPDATE_TEXT_MAX, No
from tests.world.slack_workspace import Args, Workspace

APP_TOKEN = "xapp-of-the-world"
WAIT_S = 10.0  # for whom we test; nothing takes so long


@dataclass(frozen=True)
class Whisper:
    """A message that only `user` sees."""

    channel: str
    user: str
    text: str


class Peopled(Workspace):
    """`whispers` is what single people were told."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(now)
        self.whispers: list[Whisper] = []
        self._newest: asyncio.Queue[Whisper] = asyncio.Queue()

    async def whispered(self) -> Whisper:
        """The next whisper that has not been waited for yet."""
        async with asyncio.timeout(WAIT_S):
            return await self._newest.get()

    def call(self, method: str, args: Args) -> Args:
        if method == "chat.postEphemeral":
            return self._whisper(args)
        return super().call(method, args)

    def _whisper(self, args: Args) -> Args:
        if not 1 <= len(args.get("text") or "") <= UPDATE_TEXT_MAX:
            raise No("msg_too_long")
        whisper = Whisper(args["channel"], args["user"], args["text"])
        self.whispers.append(whisper)
        self._newest.put_nowait(whisper)
        return {"message_ts": self._ts()}


class SlackSocket(Slack):
    """`links` are the connections that are open now, `hellos` how many there have been."""

    workspace: Peopled

    def __init__(self, token: str = TOKEN, now: Callable[[], float] = time.time) -> None:
        super().__init__(token, now)
        self.workspace = Peopled(now)
        self.workspace.address = self.address
        self.links: list[web.WebSocketResponse] = []
        self.hellos = 0
        self._numbers = count(1)
        self._acks: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._changed = asyncio.Event()

    def routes(self) -> list[tuple[str, str, str, Right]]:
        return [*super().routes(), ("GET", "/link", "link", self._link)]

    async def answer(self, name: str, request: web.Request, right: Answer) -> web.StreamResponse:
        if name == "link":
            return await answer_with(self.faults.take(name), request, right)
        return await super().answer(name, request, right)

    async def linked(self, hellos: int = 1) -> None:
        """Waits until so many connections have been made, and one is open."""
        async with asyncio.timeout(WAIT_S):
            while self.hellos < hellos or not self.links:
                self._changed.clear()
                await self._changed.wait()

    async def deliver(self, way: str, payload: Any, envelope: str = "") -> dict[str, Any]:
        """Sends an envelope, and waits for its acknowledgement. The same `envelope` is a redelivery."""
        envelope = envelope or f"envelope-{next(self._numbers)}"
        acks = self._acks.setdefault(envelope, asyncio.Queue())
        await self.send({"envelope_id": envelope, "type": way, "payload": payload})
        async with asyncio.timeout(WAIT_S):
            return await acks.get()

    async def send(self, message: Any) -> None:
        """Anything at all, as JSON; text as it is."""
        link = self.links[-1]
        await (link.send_str(message) if isinstance(message, str) else link.send_json(message))

    async def disconnect(self, reason: str) -> None:
        """Says that it is about to end the connection."""
        await self.send({"type": "disconnect", "reason": reason})

    async def _respond(self, request: web.Request) -> web.Response:
        if request.match_info["method"] != "apps.connections.open":
            return await super()._respond(request)
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return web.json_response({"ok": True, "url": f"{self.address}/link".replace("http", "ws")})

    async def _link(self, request: web.Request) -> web.StreamResponse:
        link = web.WebSocketResponse()
        await link.prepare(request)
        await link.send_json({"type": "hello", "num_connections": len(self.links) + 1})
        self.links.append(link)
        self.hellos += 1
        self._changed.set()
        try:
            async for message in link:
                ack = message.json()
                self._acks[ack["envelope_id"]].put_nowait(ack)
        finally:
            self.links.remove(link)
        return link
