"""The methods of Slack's Web API that we use. Each answers plainly, or raises Refused or Unanswered."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from checker.responders.slack_answers import (
    answered,
    heard,
    inside,
    listed,
    needed,
    new_session,
)
from checker.responders.slack_message import Message
from checker.responders.slack_refusals import Refused

PAGE_SIZE = 200
PAGES_MAX = 5  # of a list that is searched: the newest thousand
EVENT_TYPE = "checker_effect"  # of our messages' metadata


class Workspace:
    """One Slack workspace, reached with one bot token. Never tries twice."""

    def __init__(self, token: str, base_url: str, timeout_s: float) -> None:
        # Left alone, the SDK sends again after a cut connection: one call would become two messages.
        self._client = AsyncWebClient(token=token, base_url=base_url, retry_handlers=[])
        self._timeout_s = timeout_s

    async def create(self, name: str) -> str:
        """The new channel's id."""
        answer = await self._ask(self._client.conversations_create(name=name))
        return needed(answer, "channel", "id")

    async def mine(self) -> list[Mapping[str, Any]]:
        """The channels that the bot is in, archived ones left out."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        for _ in range(PAGES_MAX):
            answer = await self._ask(
                self._client.users_conversations(
                    exclude_archived=True, limit=PAGE_SIZE, cursor=cursor or None
                )
            )
            found += listed(answer, "channels")
            cursor = inside(answer, "response_metadata", "next_cursor") or ""
            if not cursor:
                break
        return found

    async def set_purpose(self, channel: str, purpose: str) -> None:
        await self._ask(self._client.conversations_setPurpose(channel=channel, purpose=purpose))

    async def set_topic(self, channel: str, topic: str) -> None:
        await self._ask(self._client.conversations_setTopic(channel=channel, topic=topic))

    async def invite(self, channel: str, users: tuple[str, ...]) -> None:
        """Who is there already stays; who cannot be invited does not keep out the others."""
        try:
            await self._ask(
                self._client.conversations_invite(channel=channel, users=users, force=True)
            )
        except Refused as no:
            if no.word not in ("already_in_channel", "cant_invite_self"):
                raise

    async def join(self, channel: str) -> None:
        await self._ask(self._client.conversations_join(channel=channel))

    async def post(self, channel: str, message: Message, mark: str) -> str:
        """The new message's ts. `mark` goes into its metadata, where `find` looks for it."""
        answer = await self._ask(
            self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=list(message.blocks) or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": mark}},
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return needed(answer, "ts")

    async def update(self, channel: str, ts: str, message: Message) -> None:
        await self._ask(
            self._client.chat_update(
                channel=channel, ts=ts, text=message.text, blocks=list(message.blocks)
            )
        )

    async def pin(self, channel: str, ts: str) -> None:
        try:
            await self._ask(self._client.pins_add(channel=channel, timestamp=ts))
        except Refused as no:
            if no.word != "already_pinned":
                raise

    async def bookmarks(self, channel: str) -> frozenset[str]:
        """The titles of the channel's bookmarks; Slack keeps no more than a hundred, on one page."""
        answer = await self._ask(self._client.bookmarks_list(channel_id=channel))
        return frozenset(str(inside(one, "title")) for one in listed(answer, "bookmarks"))

    async def add_bookmark(self, channel: str, title: str, link: str) -> None:
        request = self._client.bookmarks_add(
            channel_id=channel, title=title, type="link", link=link
        )
        await self._ask(request)

    async def find(self, channel: str, mark: str, oldest: float) -> str | None:
        """The ts of the message with this mark; None if the newest thousand since `oldest` do not have it."""
        cursor = ""
        for _ in range(PAGES_MAX):
            answer = await self._ask(
                self._client.conversations_history(
                    channel=channel,
                    oldest=f"{oldest:.6f}",
                    limit=PAGE_SIZE,
                    include_all_metadata=True,
                    cursor=cursor or None,
                )
            )
            for message in listed(answer, "messages"):
                if inside(message, "metadata", "event_payload", "id") == mark:
                    return needed(message, "ts")
            cursor = inside(answer, "response_metadata", "next_cursor") or ""
            if not cursor:
                break
        return None

    async def close(self) -> None:
        if self._client.session is not None:
            await self._client.session.close()

    async def introduce(self) -> tuple[Any, str | None]:
        """Who we are here, and the scopes that the token has, in one line, if Slack says them."""
        self._connect()
        response = await answered(self._client.auth_test())
        return response.data, response.headers.get("X-OAuth-Scopes")

    async def _ask(self, request: Awaitable[AsyncSlackResponse]) -> Any:
        self._connect()
        return await heard(request)

    def _connect(self) -> None:
        if self._client.session is None:  # made here because it wants a running loop
            self._client.session = new_session(self._timeout_s)
