"""Slack: a channel for each incident, what happens posted there, one pinned summary kept up to date.

Carries out ROOM, POST, SUMMARY, INVITE and DOCUMENT; FALLBACK too, where config says so. Every step can be done again
without harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from checker.core.model import Duty
from checker.responders.contract import Answer, Attempt, Done, Never, Unread
from checker.responders.contract_findings import Finding
from checker.responders.contract_seen import RoomSeen
from checker.responders.slack_bookmarks import bookmark, topic_with, wanted
from checker.responders.slack_documents import Documents
from checker.responders.slack_examined import examined
from checker.responders.slack_files import Files
from checker.responders.slack_invitations import Invitations
from checker.responders.slack_line import Line, Place
from checker.responders.slack_message import Manner
from checker.responders.slack_pace import receipt_of
from checker.responders.slack_pages import Pages
from checker.responders.slack_patience import Patience
from checker.responders.slack_people import Directory
from checker.responders.slack_refusals import (
    GONE,
    NO_CHANNELS,
    Refused,
    Unanswered,
    is_unknown,
    verdict,
)
from checker.responders.slack_room import Room, room_for
from checker.responders.slack_seen import opening, seen
from checker.responders.slack_settings import Settings
from checker.responders.slack_voice import Voice
from checker.responders.slack_workspace import Workspace

__all__ = ["NO_ROOM", "Responder", "Settings"]

NO_ROOM = "this incident has no room in Slack: opening it was refused"
TRIES_MAX = 5  # of what Slack refuses with a word that is in no table of ours
VITAL = (Duty.ROOM, Duty.FALLBACK)

Receipt = Mapping[str, Any]


class Responder:
    """One Slack workspace."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        base_url = str(settings.base_url)
        line = Line(settings.token.get_secret_value(), base_url, settings.timeout_s)
        workspace = Workspace(line)
        voice = Voice(workspace, Manner(settings.hears, settings.sync_owner), clock)
        self._settings = settings
        self._line = line
        self._workspace = workspace
        self._voice = voice
        self._invitations = Invitations(settings, workspace, Directory(line), voice)
        self._documents = Documents(workspace, Files(line, base_url), voice)
        self._patience = Patience(TRIES_MAX)
        self._pages = Pages(settings.page_users, line, voice)

    async def carry_out(self, attempt: Attempt) -> Answer:
        room = newest(attempt.receipts)
        try:
            match attempt.effect.duty:
                case Duty.ROOM:
                    return await self._room(attempt)
                case Duty.FALLBACK:
                    return await self._pages.carry_out(attempt, room["channel"] if room else "")
                case _ if room is None:
                    return Never(why=NO_ROOM)
                case Duty.SUMMARY:
                    return await self._summary(attempt, room)
                case Duty.INVITE:
                    return await self._invitations.carry_out(attempt, place_of(room))
                case Duty.DOCUMENT:
                    return await self._documents.carry_out(attempt, place_of(room))
                case _:
                    return await self._post(attempt, place_of(room))
        except Refused as no:
            return self._verdict(attempt, no)
        except Unanswered as lost:
            return lost.later

    async def examine(self) -> list[Finding]:
        """Tokens and scopes, by one auth.test and, where people are heard over it, one apps.connections.open."""
        return await examined(self._line, self._settings)

    async def see_room(self, receipts: Mapping[str, Receipt]) -> RoomSeen | Unread | None:
        """The incident's room as it is now, by two reads and one for each two hundred messages."""
        room = newest(receipts)
        if room is None:
            return Unread(NO_ROOM)
        place = place_of(room)
        return await seen(self._workspace, place, opening(receipts, place.channel))

    async def close(self) -> None:
        await self._line.close()

    def _verdict(self, attempt: Attempt, no: Refused) -> Answer:
        """The room and a page are tried for ever; what is said there must not hold up what follows."""
        answer, effect = verdict(no), attempt.effect
        if effect.duty in VITAL or not is_unknown(no.word) or self._patience.lasts(effect.id):
            return answer
        return Never(f"{answer.why}, {TRIES_MAX} times")

    async def _room(self, attempt: Attempt) -> Answer:
        room = await self._made(attempt)
        place = Place(room.channel)
        # In a channel that was there before, an earlier try may have got as far as this message.
        ts = None if room.new else await self._voice.there(attempt, place)
        if ts is None:
            if not room.name and (wait := self._voice.too_soon(room.channel)):
                return wait  # others speak in the fixed channel
            ts = await self._voice.say(attempt, place)
        receipt = {"channel": room.channel, "name": room.name, "ts": ts, "summary_ts": ts}
        if not room.name:  # many incidents share the fixed channel: each is a thread there
            where = f"a thread in channel {room.channel} (we may not open one)"
            return Done(receipt | {"thread": ts}, note=f"room in Slack: {where}")
        missed = await self._furnish(room, attempt.effect.payload, ts)
        return Done(receipt, note="; ".join([f"room in Slack: #{room.name}", *missed]))

    async def _post(self, attempt: Attempt, place: Place) -> Answer:
        ts = await self._voice.there(attempt, place) if attempt.unsure else None
        if ts is None:
            if wait := self._voice.too_soon(place.channel):
                return wait
            ts = await self._voice.added(attempt, place) or await self._voice.say(attempt, place)
        return Done(receipt_of(attempt.effect, place.channel, ts))

    async def _summary(self, attempt: Attempt, room: Receipt) -> Answer:
        channel, ts = room["channel"], room["summary_ts"]
        try:
            await self._voice.edit(channel, ts, attempt.effect.payload["notice"])
        except Refused as no:
            if no.word not in GONE:
                raise
            ts = await self._voice.said(attempt, Place(channel), look=True)
            if "thread" not in room:
                await self._voice.wish(self._workspace.pin(channel, ts))
        receipt = {"channel": channel, "summary_ts": ts}
        return Done(receipt | ({"thread": ts} if "thread" in room else {}))

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
        topic = topic_with(self._settings.call_url, payload["topic"])
        links = self._links(payload)
        missed = [
            await self._voice.wish(slack.pin(channel, ts)),
            await self._voice.wish(slack.set_topic(channel, topic)),
            await bookmark(slack, channel, links, look=bool(links) and not room.new),
        ]
        return [miss for miss in missed if miss]

    def _links(self, payload: Mapping[str, Any]) -> list[tuple[str, str]]:
        given = self._settings
        fixed = [
            ("Call", given.call_url),
            ("Status page", given.status_page_url),
            ("Dashboard", given.dashboard_url),
        ]
        return wanted(fixed, payload.get("links", ()))  # older effects in the outbox have none


def newest(receipts: Mapping[str, Receipt]) -> Receipt | None:
    """The receipt of the newest summary: it names the room that the incident is in now."""
    kept = [receipt for receipt in receipts.values() if "summary_ts" in receipt]
    return max(kept, key=lambda receipt: float(receipt["summary_ts"]), default=None)


def place_of(room: Receipt) -> Place:
    """Where news of the incident is said. A fixed channel of before there were threads has none."""
    return Place(room["channel"], room.get("thread", ""))
