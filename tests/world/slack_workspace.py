"""What a Slack workspace holds, and what its methods do to it. No HTTP here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.world import slack_files, slack_folk, slack_views
from tests.world.slack_files import Upload
from tests.world.slack_folk import BOT, Args
from tests.world.slack_limits import (
    TOPIC_MAX,
    UPDATE_TEXT_MAX,
    No,
    check_bookmark,
    check_message,
    check_metadata,
    check_name,
)


@dataclass
class Message:
    """As it stands now; `edits` counts the updates."""

    ts: str
    text: str
    blocks: list[Any]
    metadata: dict[str, Any] | None
    edits: int = 0
    thread: str = ""  # ts of the message that it answers
    files: list[dict[str, str]] = field(default_factory=list)


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
    """`channels` and their messages are what people would see; `directs` are what single people are told."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._last_ts = 0.0
        self.address = ""  # of the HTTP in front of it
        self.channels: list[Channel] = []
        self.directs: dict[str, Channel] = {}  # by the person's id
        self.people: dict[str, str] = {}  # id → handle
        self.full_names: dict[str, str] = {}  # by id, of whoever has said theirs
        self.emails: dict[str, str] = {}  # e-mail → id
        self.groups: dict[str, list[str]] = {}  # id → its members' ids
        self.refuses: dict[str, str] = {}  # id of whom nobody may reach → Slack's word for it
        self.files: list[Upload] = []
        self.views: list[Args] = []  # modals that were opened
        self.triggers: set[str] = set()  # those that have opened one

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
            "conversations.info": lambda args: {"channel": _shown(self._found(args))},
            "conversations.setTopic": self._set_topic,
            "conversations.setPurpose": self._set_purpose,
            "conversations.invite": self._invite,
            "conversations.join": self._join,
            "conversations.open": self._open,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.conversations": self._mine,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "pins.add": self._pin,
            "bookmarks.add": self._bookmark,
            "bookmarks.list": self._bookmarks,
            **slack_folk.methods(self),
            **slack_files.methods(self),
            **slack_views.methods(self),
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
        users = [user for user in args["users"].split(",") if user]
        return slack_folk.invite(self._joined(args), users, _true(args.get("force")), self.refuses)

    def _open(self, args: Args) -> Args:
        user = args["users"]
        if "," in user:
            raise No("method_not_supported_for_channel_type")
        return {"channel": {"id": self.direct(user).id}}

    def direct(self, user: str) -> Channel:
        """The direct messages of the bot and a person."""
        if not user.startswith(("U", "W")) or user in self.refuses:
            raise No(self.refuses.get(user, "user_not_found"))
        return self.directs.setdefault(user, Channel(f"D{user[1:]}", "", {BOT, user}))

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
        """What was said in the channel itself: replies stand in their threads."""
        channel = self._joined(args, archived_too=True)
        return _listed([m for m in channel.messages if not m.thread], args)

    def _replies(self, args: Args) -> Args:
        """A thread, and the message that it hangs from at its head."""
        channel, ts = self._found(args), args["ts"]
        thread = [m for m in channel.messages if ts in (m.ts, m.thread)]
        if not thread:
            raise No("thread_not_found")
        return _listed(thread, args)

    def _post(self, args: Args) -> Args:
        if str(args.get("channel")).startswith(("U", "W")):
            args = args | {"channel": self.direct(args["channel"]).id}
        check_message(args)
        check_metadata(args.get("metadata"))
        channel, thread = self._joined(args), args.get("thread_ts") or ""
        message = Message(
            self._ts(), args.get("text") or "", args.get("blocks") or [], args.get("metadata")
        )
        _put(channel, message, thread)
        return {"channel": channel.id, "ts": message.ts}

    def show(self, channel: str, text: str, thread: str, files: list[dict[str, str]]) -> None:
        """A message that somebody's file hangs from."""
        message = Message(self._ts(), text, [], None, files=files)
        _put(self._joined({"channel": channel}), message, thread)

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
        for channel in (*self.channels, *self.directs.values()):
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


def _put(channel: Channel, message: Message, thread: str) -> None:
    if thread and not any(m.ts == thread and not m.thread for m in channel.messages):
        raise No("cannot_reply_to_message")
    message.thread = thread
    channel.messages.append(message)


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
    if message.files:
        shown["files"] = message.files
    return shown


def _listed(messages: list[Message], args: Args) -> Args:
    """Those since `oldest`, newest first; the head of a thread is always among its replies."""
    oldest, metadata_too = float(args.get("oldest") or 0), _true(args.get("include_all_metadata"))
    kept = [m for m in reversed(messages) if float(m.ts) > oldest or m.ts == args.get("ts")]
    return _paged("messages", [_message(m, metadata_too) for m in kept], args)


def _paged(name: str, all_of_them: list[Args], args: Args) -> Args:
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    more = str(start + limit) if start + limit < len(all_of_them) else ""
    return {
        name: all_of_them[start : start + limit],
        "has_more": bool(more),
        "response_metadata": {"next_cursor": more},
    }
