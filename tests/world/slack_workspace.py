"""What a Slack workspace holds, and what its methods do to it. No HTTP here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.world.slack_limits import (
    TOPIC_MAX,
    UPDATE_TEXT_MAX,
    No,
    check_bookmark,
    check_message,
    check_metadata,
    check_name,
)

BOT = "UBOT"
Args = dict[str, Any]


@dataclass
class Message:
    """As it stands now; `edits` counts the updates."""

    ts: str
    text: str
    blocks: list[Any]
    metadata: dict[str, Any] | None
    edits: int = 0


@dataclass
class Channel:
    id: str
    name: str
    members: set[str]
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False
    messages: list[Message] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    bookmarks: list[tuple[str, str]] = field(default_factory=list)  # title, link


class Workspace:
    """`channels` and their messages are what people would see."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._last_ts = 0.0
        self.channels: list[Channel] = []

    def channel(self, name: str) -> Channel:
        """The channel of this name; LookupError if there is none."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        raise LookupError(f"no channel {name} among {[c.name for c in self.channels]}")

    def add_channel(
        self, name: str, *members: str, purpose: str = "", archived: bool = False
    ) -> Channel:
        number = f"C{len(self.channels) + 1:04}"
        channel = Channel(number, name, set(members), "", purpose, archived)
        self.channels.append(channel)
        return channel

    def call(self, method: str, args: Args) -> Args:
        """What the method answers beside `ok`; raises No when it refuses."""
        methods: dict[str, Callable[[Args], Args]] = {
            "auth.test": lambda _: {
                "user_id": BOT,
                "user": "checker",
                "team_id": "T0001",
                "team": "World",
            },
            "conversations.create": self._create,
            "conversations.setTopic": self._set_topic,
            "conversations.setPurpose": self._set_purpose,
            "conversations.invite": self._invite,
            "conversations.join": self._join,
            "conversations.history": self._history,
            "users.conversations": self._mine,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "pins.add": self._pin,
            "bookmarks.add": self._bookmark,
            "bookmarks.list": self._bookmarks,
        }
        if method not in methods:
            raise No("unknown_method", req_method=method)
        return methods[method](args)

    def _create(self, args: Args) -> Args:
        check_name(args.get("name", ""))
        if any(c.name == args["name"] for c in self.channels):
            raise No("name_taken")
        return {"channel": _shown(self.add_channel(args["name"], BOT))}

    def _set_topic(self, args: Args) -> Args:
        channel = self._joined(args)
        channel.topic = _fits(args["topic"])
        return {}

    def _set_purpose(self, args: Args) -> Args:
        channel = self._joined(args)
        channel.purpose = _fits(args["purpose"])
        return {}

    def _invite(self, args: Args) -> Args:
        channel = self._joined(args)
        users = [user for user in args["users"].split(",") if user]
        if any(not user.startswith("U") for user in users):
            raise No("user_not_found")
        if set(users) <= channel.members:
            raise No("already_in_channel")
        channel.members.update(users)
        return {}

    def _join(self, args: Args) -> Args:
        channel = self._found(args)
        channel.members.add(BOT)
        return {"channel": _shown(channel)}

    def _mine(self, args: Args) -> Args:
        mine = [
            _shown(c)
            for c in self.channels
            if BOT in c.members and not (c.is_archived and _true(args.get("exclude_archived")))
        ]
        return _paged("channels", mine, args)

    def _history(self, args: Args) -> Args:
        channel = self._joined(args, archived_too=True)
        oldest = float(args.get("oldest") or 0)
        metadata_too = _true(args.get("include_all_metadata"))
        shown = [
            _message(m, metadata_too) for m in reversed(channel.messages) if float(m.ts) > oldest
        ]
        return _paged("messages", shown, args)

    def _post(self, args: Args) -> Args:
        channel = self._joined(args)
        check_message(args)
        check_metadata(args.get("metadata"))
        message = Message(
            self._ts(), args.get("text") or "", args.get("blocks") or [], args.get("metadata")
        )
        channel.messages.append(message)
        return {"channel": channel.id, "ts": message.ts}

    def _update(self, args: Args) -> Args:
        channel = self._joined(args)
        message = _message_of(channel, args["ts"])
        check_message(args, UPDATE_TEXT_MAX)
        message.text, message.blocks = args.get("text") or "", args.get("blocks") or []
        message.edits += 1
        return {"channel": channel.id, "ts": message.ts, "text": message.text}

    def _pin(self, args: Args) -> Args:
        channel = self._joined(args)
        message = _message_of(channel, args["timestamp"])
        if message.ts in channel.pins:
            raise No("already_pinned")
        channel.pins.append(message.ts)
        return {}

    def _bookmark(self, args: Args) -> Args:
        channel = self._joined({"channel": args["channel_id"]})
        check_bookmark(args, len(channel.bookmarks))
        channel.bookmarks.append((args["title"], args["link"]))
        return {"bookmark": {"title": args["title"], "link": args["link"]}}

    def _bookmarks(self, args: Args) -> Args:
        channel = self._joined({"channel": args["channel_id"]})
        return {"bookmarks": [{"title": title, "link": link} for title, link in channel.bookmarks]}

    def _found(self, args: Args) -> Channel:
        for channel in self.channels:
            if channel.id == args.get("channel"):
                return channel
        raise No("channel_not_found")

    def _joined(self, args: Args, archived_too: bool = False) -> Channel:
        channel = self._found(args)
        if channel.is_archived and not archived_too:
            raise No("is_archived")
        if BOT not in channel.members:
            raise No("not_in_channel")
        return channel

    def _ts(self) -> str:
        """Slack's name for a message: its time, made unique within the workspace."""
        self._last_ts = max(self._now(), self._last_ts + 0.000_01)
        return f"{self._last_ts:.6f}"


def _true(value: Any) -> bool:
    return str(value).lower() in ("1", "true")


def _fits(text: str) -> str:
    if len(text) > TOPIC_MAX:
        raise No("too_long")
    return text


def _message_of(channel: Channel, ts: str) -> Message:
    for message in channel.messages:
        if message.ts == ts:
            return message
    raise No("message_not_found")


def _shown(channel: Channel) -> Args:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_archived": channel.is_archived,
        "topic": {"value": channel.topic},
        "purpose": {"value": channel.purpose},
    }


def _message(message: Message, metadata_too: bool) -> Args:
    shown: Args = {"type": "message", "ts": message.ts, "text": message.text}
    if metadata_too and message.metadata:
        shown["metadata"] = message.metadata
    return shown


def _paged(name: str, all_of_them: list[Args], args: Args) -> Args:
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    more = str(start + limit) if start + limit < len(all_of_them) else ""
    return {
        name: all_of_them[start : start + limit],
        "has_more": bool(more),
        "response_metadata": {"next_cursor": more},
    }
