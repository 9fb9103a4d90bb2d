"""The way to one Slack workspace. Each call answers plainly, or raises Refused or Unanswered."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from checker.responders.slack_answers import answered, heard, new_session


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: a channel, or one thread of it."""

    channel: str
    thread: str = ""  # ts of the message that the thread hangs from


class Line:
    """One workspace, reached with one token. Never tries twice."""

    def __init__(self, token: str, base_url: str, timeout_s: float) -> None:
        # Left alone, the SDK sends again after a cut connection: one call would become two messages.
        self.client = AsyncWebClient(token=token, base_url=base_url, retry_handlers=[])
        self._timeout_s = timeout_s

    async def ask(self, request: Awaitable[AsyncSlackResponse]) -> Any:
        """What Slack answered, if it did as asked."""
        self.session()
        return await heard(request)

    async def introduce(self) -> tuple[Any, str | None]:
        """Who we are here, and the scopes that the token has, in one line, if Slack says them."""
        self.session()
        response = await answered(self.client.auth_test())
        return response.data, response.headers.get("X-OAuth-Scopes")

    def session(self) -> aiohttp.ClientSession:
        """What the calls go through."""
        if self.client.session is None:  # made here because it wants a running loop
            self.client.session = new_session(self._timeout_s)
        return self.client.session

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()
