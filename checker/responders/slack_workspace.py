"""Channels of a workspace and what is said in them: the methods of Slack's Web API that we use for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from checker.responders.slack_answers import inside, listed, needed, word_of
from checker.responders.slack_line import Line, Place
from checker.responders.slack_message import Message
from checker.responders.slack_refusals import PERSONAL, Refused

PAGE_SIZE = 200
PAGES_MAX = 5  # of a list that is searched: a thousand
EVENT_TYPE = "checker_effect"  # of our messages' metadata
THERE = frozenset(["already_in_channel", "cant_invite_self"])  # whom inviting has nothing to do for


class Workspace:
    """One Slack workspace. Each method answers plainly, or raises Refused or Unanswered."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._client = line.client

    async def create(self, name: str) -> str:
        """The new channel's id."""
        answer = await self._line.ask(self._client.conversations_create(name=name))
        return needed(answer, "channel", "id")

    async def mine(self) -> list[Mapping[str, Any]]:
        """The channels that the bot is in, archived ones left out."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        for _ in range(PAGES_MAX):
            answer = await self._line.ask(
                self._client.users_conversations(
                    exclude_archived=True, limit=PAGE_SIZE, cursor=cursor or None
                )
            )
            found += listed(answer, "channels")
            cursor = inside(answer, "response_metadata", "next_cursor") or ""
            if not cursor:
                break
        return found

    async def info(self, channel: str) -> Any:
        """What the channel is: its name, and whether it is archived."""
        answer = await self._line.ask(self._client.conversations_info(channel=channel))
        return inside(answer, "channel")

    async def set_purpose(self, channel: str, purpose: str) -> None:
        request = self._client.conversations_setPurpose(channel=channel, purpose=purpose)
        await self._line.ask(request)

    async def set_topic(self, channel: str, topic: str) -> None:
        await self._line.ask(self._client.conversations_setTopic(channel=channel, topic=topic))

    async def invite(self, channel: str, users: Sequence[str]) -> dict[str, str]:
        """Whom Slack did not let in: their ids, and its word for each.

        Who is there already stays; who cannot be invited does not keep out the others.
        """
        request = self._client.conversations_invite(channel=channel, users=list(users), force=True)
        try:
            answer = await self._line.ask(request)
        except Refused as no:
            if not listed(no.answer, "errors"):
                if no.word not in THERE | PERSONAL:
                    raise
                return {} if no.word in THERE else dict.fromkeys(users, no.word)
            answer = no.answer
        said = {
            str(inside(one, "user")): word_of(inside(one, "error"))
            for one in listed(answer, "errors")
        }
        return {user: word for user, word in said.items() if word not in THERE}

    async def join(self, channel: str) -> None:
        await self._line.ask(self._client.conversations_join(channel=channel))

    async def post(self, place: Place, message: Message, mark: str) -> str:
        """The new message's ts. `mark` goes into its metadata, where `marked` looks for it."""
        answer = await self._line.ask(
            self._client.chat_postMessage(
                channel=place.channel,
                thread_ts=place.thread or None,
                text=message.text,
                blocks=list(message.blocks) or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": mark}},
                mrkdwn=None if message.is_formatted else False,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return needed(answer, "ts")

    async def update(self, channel: str, ts: str, message: Message) -> None:
        await self._line.ask(
            self._client.chat_update(
                channel=channel, ts=ts, text=message.text, blocks=list(message.blocks)
            )
        )

    async def pin(self, channel: str, ts: str) -> None:
        try:
            await self._line.ask(self._client.pins_add(channel=channel, timestamp=ts))
        except Refused as no:
            if no.word != "already_pinned":
                raise

    async def bookmarks(self, channel: str) -> frozenset[str]:
        """The titles of the channel's bookmarks; Slack keeps no more than a hundred, on one page."""
        answer = await self._line.ask(self._client.bookmarks_list(channel_id=channel))
        return frozenset(str(inside(one, "title")) for one in listed(answer, "bookmarks"))

    async def add_bookmark(self, channel: str, title: str, link: str) -> None:
        request = self._client.bookmarks_add(
            channel_id=channel, title=title, type="link", link=link
        )
        await self._line.ask(request)

    async def find(self, place: Place, oldest: float, is_it: Callable[[Any], bool]) -> str | None:
        """The ts of the message that `is_it`; None if a thousand since `oldest` are not."""
        async with aclosing(self._since(place, oldest)) as messages:
            async for message in messages:
                if message is not None and is_it(message):
                    return needed(message, "ts")
        return None

    async def said(self, place: Place, oldest: float) -> tuple[list[Any], bool]:
        """The thousand newest messages since `oldest`, and whether they are all."""
        found = [message async for message in self._since(place, oldest)]
        return [one for one in found if one is not None], None not in found

    async def _since(self, place: Place, oldest: float) -> AsyncGenerator[Any]:
        """Messages, newest first; None at the end where there are more than are read."""
        cursor = ""
        for _ in range(PAGES_MAX):
            answer = await self._page(place, oldest, cursor)
            for message in listed(answer, "messages"):
                yield message
            cursor = inside(answer, "response_metadata", "next_cursor") or ""
            if not cursor:
                return
        yield None

    async def _page(self, place: Place, oldest: float, cursor: str) -> Any:
        """What was said in the channel, or in the thread: history has no replies in it."""
        asked: dict[str, Any] = {
            "channel": place.channel,
            "oldest": f"{oldest:.6f}",
            "limit": PAGE_SIZE,
            "include_all_metadata": True,
            "cursor": cursor or None,
        }
        if not place.thread:
            return await self._line.ask(self._client.conversations_history(**asked))
        return await self._line.ask(self._client.conversations_replies(ts=place.thread, **asked))


def marked(mark: str) -> Callable[[Any], bool]:
    """Whether a message is the one with this mark in its metadata."""
    return lambda message: inside(message, "metadata", "event_payload", "id") == mark


def holding(file: str) -> Callable[[Any], bool]:
    """Whether a file of this name hangs from a message. Messages of files have no metadata."""
    return lambda message: any(inside(one, "name") == file for one in listed(message, "files"))
