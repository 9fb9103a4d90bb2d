"""How something is said: once, in a pace that people can read, and in fewer words where Slack will not take more.

A message has the effect's id in its metadata, because chat.postMessage has no key by which Slack would know it again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from checker.responders.contract import Attempt, Later, Never
from checker.responders.slack_line import Place
from checker.responders.slack_message import Manner, Message, full, plain
from checker.responders.slack_pace import Gap, gathered
from checker.responders.slack_refusals import GONE, TOO_MUCH, Refused, verdict
from checker.responders.slack_workspace import Workspace, marked

CLOCKS_APART_S = 60.0  # how far our clock and Slack's may differ


class Voice:
    """Speaks in one workspace."""

    def __init__(self, workspace: Workspace, manner: Manner, clock: Callable[[], float]) -> None:
        self._workspace = workspace
        self._manner = manner
        self._gap = Gap(clock)

    def too_soon(self, channel: str) -> Later | None:
        """What to answer if something was said in the channel a moment ago."""
        wait = self._gap.left_s(channel)
        return Later(why="one message a second to a channel", after_s=wait) if wait else None

    async def said(self, attempt: Attempt, place: Place, look: bool) -> str:
        """The ts of the effect's message: of the one that is there, or else of a new one."""
        if look and (ts := await self.there(attempt, place)):
            return ts
        return await self.say(attempt, place)

    async def there(
        self, attempt: Attempt, place: Place, is_it: Callable[[Any], bool] | None = None
    ) -> str | None:
        """The ts of the effect's message if it was said already. `is_it` knows it; else its mark does."""
        tried_at = attempt.first_tried_at
        since = attempt.effect.at if tried_at is None else tried_at
        is_it = is_it or marked(attempt.effect.id)
        try:
            return await self._workspace.find(place, since - CLOCKS_APART_S, is_it)
        except Refused as no:
            # Where we may not look (no channels:history), said twice is better than not at all.
            if no.word == "missing_scope" or isinstance(verdict(no), Never):
                return None
            raise

    async def added(self, attempt: Attempt, place: Place) -> str | None:
        """The ts of the message that it was added to; None if it needs one of its own."""
        found = gathered(attempt, place.channel)
        if found is None:
            return None
        try:
            await self.edit(place.channel, *found)
        except Refused as no:
            if no.word not in GONE:
                raise
            return None
        self._gap.said(place.channel)
        return found[0]

    async def say(self, attempt: Attempt, place: Place) -> str:
        """The ts of a new message with the effect's notice."""
        notice = attempt.effect.payload["notice"]
        long, short = full(notice, self._manner), plain(notice, self._manner)
        return await self.speak(attempt, place, long, short)

    async def speak(self, attempt: Attempt, place: Place, long: Message, short: Message) -> str:
        """The ts of a new message: the long one, or the short one where that is too much."""
        mark = attempt.effect.id
        try:
            ts = await self._workspace.post(place, long, mark)
        except Refused as no:
            if no.word in TOO_MUCH:
                long = short
            elif no.word != "not_in_channel" or await self.wish(
                self._workspace.join(place.channel)
            ):
                raise
            ts = await self._workspace.post(place, long, mark)
        self.spoke(place.channel)
        return ts

    def spoke(self, channel: str) -> None:
        """Remembers that something was said in the channel just now."""
        self._gap.said(channel)

    async def edit(self, channel: str, ts: str, notice: Mapping[str, Any]) -> None:
        try:
            await self._workspace.update(channel, ts, full(notice, self._manner))
        except Refused as no:
            if no.word not in TOO_MUCH:
                raise
            await self._workspace.update(channel, ts, plain(notice, self._manner))

    async def wish(self, step: Awaitable[Any]) -> str:
        """Does it if Slack lets us; else says what was refused."""
        try:
            await step
        except Refused as no:
            return f"Slack refused {no.method}: {no.word}"
        return ""
