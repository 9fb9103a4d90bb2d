"""Slack: a channel for each incident, what happens posted there, one pinned summary kept up to date.

Carries out ROOM, POST and SUMMARY. Every step can be done again without harm.

A message has the effect's id in its metadata, because chat.postMessage has no key by which Slack would know it again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator

from checker.core.model import Duty
from checker.responders.contract import (
    Answer,
    Attempt,
    Done,
    Later,
    Never,
    ResponderSettings,
)
from checker.responders.contract_findings import Finding
from checker.responders.slack_bookmarks import bookmark, topic_with, wanted
from checker.responders.slack_examined import examined
from checker.responders.slack_message import full, plain
from checker.responders.slack_pace import Gap, gathered, receipt_of
from checker.responders.slack_refusals import (
    GONE,
    NO_CHANNELS,
    TOO_MUCH,
    Refused,
    Unanswered,
    verdict,
)
from checker.responders.slack_room import Room, room_for
from checker.responders.slack_workspace import Workspace

CLOCKS_APART_S = 60.0  # how far our clock and Slack's may differ
NO_ROOM = "this incident has no room in Slack: opening it was refused"

LINK_MAX = 200  # of the 250 characters that a topic takes
LINK = r"^https?://[^\s<>|]+$"
CHANNEL_ID = r"^[CG][A-Z0-9]+$"
UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]+$")]
Command = Annotated[str, Field(pattern=r"^/[^\s/]{1,31}$")]


class Settings(ResponderSettings):
    """One Slack workspace."""

    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.ROOM, Duty.POST, Duty.SUMMARY})

    token: SecretStr = Field(description="the app's bot token, xoxb-…")
    base_url: AnyHttpUrl = Field(
        AnyHttpUrl("https://slack.com/api/"), description="where Slack's methods are"
    )
    invite: tuple[UserId, ...] = Field(
        (), max_length=100, description="ids of people who are invited to every room"
    )
    fallback_channel: str | None = Field(
        None, pattern=CHANNEL_ID, description="id of the channel to use where none can be opened"
    )
    call_url: str | None = Field(
        None,
        pattern=LINK,
        max_length=LINK_MAX,
        description="the call that people join: in the topic",
    )
    status_page_url: str | None = Field(
        None, pattern=LINK, max_length=LINK_MAX, description="what customers see, as a bookmark"
    )
    dashboard_url: str | None = Field(
        None, pattern=LINK, max_length=LINK_MAX, description="where the figures are, as a bookmark"
    )
    timeout_s: float = Field(5.0, gt=0, le=60, description="of one call; a room takes about seven")
    app_token: SecretStr | None = Field(
        None, description="xapp-…, with connections:write: people are heard over Socket Mode"
    )
    signing_secret: SecretStr | None = Field(
        None, min_length=16, description="people are heard over /webhooks/slack; needs a public URL"
    )
    commands: tuple[Command, ...] = Field(
        ("/incident", "/inc"), max_length=20, description="the app's slash commands that are ours"
    )

    @field_validator("app_token")
    @classmethod
    def _of_an_app(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not token.get_secret_value().startswith("xapp-"):
            raise ValueError("an app-level token begins with xapp-")
        return token

    @field_validator("token")
    @classmethod
    def _of_a_bot(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
            raise ValueError("a bot token begins with xoxb-")
        return token


class Responder:
    """One Slack workspace."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._gap = Gap(clock)
        token = settings.token.get_secret_value()
        self._workspace = Workspace(token, str(settings.base_url), settings.timeout_s)

    async def carry_out(self, attempt: Attempt) -> Answer:
        try:
            match attempt.effect.duty:
                case Duty.ROOM:
                    return await self._room(attempt)
                case Duty.SUMMARY:
                    return await self._summary(attempt)
                case _:
                    return await self._post(attempt)
        except Refused as no:
            return verdict(no)
        except Unanswered as lost:
            return lost.later

    async def examine(self) -> list[Finding]:
        """Token and scopes, by one auth.test."""
        return await examined(self._workspace, self._settings.fallback_channel is not None)

    async def close(self) -> None:
        await self._workspace.close()

    async def _room(self, attempt: Attempt) -> Answer:
        room = await self._made(attempt)
        # In a channel that was there before, an earlier try may have got as far as this message.
        ts = await self._said(attempt, room.channel, look=not room.new)
        missed = await self._furnish(room, attempt.effect.payload, ts)
        receipt = {"channel": room.channel, "name": room.name, "ts": ts, "summary_ts": ts}
        where = f"#{room.name}" if room.name else f"channel {room.channel} (we may not open one)"
        return Done(receipt, note="; ".join([f"room in Slack: {where}", *missed]))

    async def _post(self, attempt: Attempt) -> Answer:
        room = newest(attempt.receipts)
        if room is None:
            return Never(why=NO_ROOM)
        channel = room["channel"]
        ts = await self._there(attempt, channel) if attempt.unsure else None
        if ts is None:
            if wait := self._gap.left_s(channel):
                return Later(why="one message a second to a channel", after_s=wait)
            ts = await self._added(attempt, channel) or await self._say(channel, attempt)
        return Done(receipt_of(attempt.effect, channel, ts))

    async def _summary(self, attempt: Attempt) -> Answer:
        room = newest(attempt.receipts)
        if room is None:
            return Never(why=NO_ROOM)
        channel, ts = room["channel"], room["summary_ts"]
        try:
            await self._edit(channel, ts, attempt.effect.payload["notice"])
        except Refused as no:
            if no.word not in GONE:
                raise
            ts = await self._said(attempt, channel, look=True)
            await self._wish(self._workspace.pin(channel, ts))
        return Done({"channel": channel, "summary_ts": ts})

    async def _made(self, attempt: Attempt) -> Room:
        payload = attempt.effect.payload
        try:
            return await room_for(
                self._workspace, payload["name"], payload["purpose"], attempt.effect.incident
            )
        except Refused as no:
            fallback = self._settings.fallback_channel
            if fallback is None or no.word not in NO_CHANNELS:
                raise
            return Room(fallback, name="", new=False)

    async def _furnish(self, room: Room, payload: Mapping[str, Any], ts: str) -> list[str]:
        """What a room should have, but is not worth a room; says what is missing."""
        slack, channel = self._workspace, room.channel
        missed = [await self._wish(slack.pin(channel, ts))]
        if room.name:
            topic = topic_with(self._settings.call_url, payload["topic"])
            missed.append(await self._wish(slack.set_topic(channel, topic)))
        if room.name and self._settings.invite:
            missed.append(await self._wish(slack.invite(channel, self._settings.invite)))
        if room.name:  # last: people first, links second
            links = self._links(payload)
            missed.append(await bookmark(slack, channel, links, look=bool(links) and not room.new))
        return [miss for miss in missed if miss]

    def _links(self, payload: Mapping[str, Any]) -> list[tuple[str, str]]:
        given = self._settings
        fixed = [
            ("Call", given.call_url),
            ("Status page", given.status_page_url),
            ("Dashboard", given.dashboard_url),
        ]
        return wanted(fixed, payload.get("links", ()))  # older effects in the outbox have none

    async def _wish(self, step: Awaitable[None]) -> str:
        """Does it if Slack lets us; else says what was refused."""
        try:
            await step
        except Refused as no:
            return f"Slack refused {no.method}: {no.word}"
        return ""

    async def _said(self, attempt: Attempt, channel: str, look: bool) -> str:
        """The ts of the effect's message: of the one that is there, or else of a new one."""
        if look and (ts := await self._there(attempt, channel)):
            return ts
        return await self._say(channel, attempt)

    async def _there(self, attempt: Attempt, channel: str) -> str | None:
        tried_at = attempt.first_tried_at
        since = attempt.effect.at if tried_at is None else tried_at
        try:
            return await self._workspace.find(channel, attempt.effect.id, since - CLOCKS_APART_S)
        except Refused as no:
            # Where we may not look (no channels:history), said twice is better than not at all.
            if no.word == "missing_scope" or isinstance(verdict(no), Never):
                return None
            raise

    async def _added(self, attempt: Attempt, channel: str) -> str | None:
        """The ts of the message that it was added to; None if it needs one of its own."""
        found = gathered(attempt, channel)
        if found is None:
            return None
        try:
            await self._edit(channel, *found)
        except Refused as no:
            if no.word not in GONE:
                raise
            return None
        self._gap.said(channel)
        return found[0]

    async def _say(self, channel: str, attempt: Attempt) -> str:
        notice, mark = attempt.effect.payload["notice"], attempt.effect.id
        message = full(notice)
        try:
            ts = await self._workspace.post(channel, message, mark)
        except Refused as no:
            if no.word in TOO_MUCH:
                message = plain(notice)
            elif no.word != "not_in_channel" or await self._wish(self._workspace.join(channel)):
                raise
            ts = await self._workspace.post(channel, message, mark)
        self._gap.said(channel)
        return ts

    async def _edit(self, channel: str, ts: str, notice: Mapping[str, Any]) -> None:
        try:
            await self._workspace.update(channel, ts, full(notice))
        except Refused as no:
            if no.word not in TOO_MUCH:
                raise
            await self._workspace.update(channel, ts, plain(notice))


def newest(receipts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The receipt of the newest summary: it names the room that the incident is in now."""
    kept = [receipt for receipt in receipts.values() if "summary_ts" in receipt]
    return max(kept, key=lambda receipt: float(receipt["summary_ts"]), default=None)
