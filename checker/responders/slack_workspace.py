"""The methods of Slack's Web API that we use. Each answers plainly, or raises Refused or Unanswered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from checker.responders.contract import Later
from checker.responders.slack_message import Message
from checker.responders.slack_refusals import Refused, Unanswered
from probes.contract import one_line

PAGE_SIZE = 200
PAGES_MAX = 5  # of a list that is searched: the newest thousand
WAIT_MAX_S = 300.0  # the longest Retry-After that is believed
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
        return _needed(answer, "channel", "id")

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
            found += _listed(answer, "channels")
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
        return _needed(answer, "ts")

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
            for message in _listed(answer, "messages"):
                if inside(message, "metadata", "event_payload", "id") == mark:
                    return _needed(message, "ts")
            cursor = inside(answer, "response_metadata", "next_cursor") or ""
            if not cursor:
                break
        return None

    async def _ask(self, request: Awaitable[AsyncSlackResponse]) -> Any:
        try:
            async with asyncio.timeout(self._timeout_s):
                return (await request).data
        except SlackApiError as error:
            raise _not_done(error.response) from None
        except aiohttp.ClientConnectorError as error:
            said = one_line(str(error.os_error))
            raise Unanswered(Later(why=f"Slack cannot be reached: {said}")) from None
        except TimeoutError:
            why = f"Slack did not answer within {self._timeout_s:g} s"
            raise Unanswered(Later(why=why, unsure=True)) from None
        except (aiohttp.ClientError, OSError) as error:
            why = f"Slack's answer was lost: {type(error).__name__}"
            raise Unanswered(Later(why=why, unsure=True)) from None
        except (AttributeError, TypeError, LookupError, ValueError):
            # The SDK takes every answer for a JSON object, and breaks in as many ways on one that is not.
            raise _foreign() from None


def inside(value: Any, *path: str) -> Any:
    """What stands there in nested JSON objects; None where the path ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _listed(answer: Any, name: str) -> list[Any]:
    found = inside(answer, name)
    return found if isinstance(found, list) else []


def _needed(answer: Any, *path: str) -> str:
    found = inside(answer, *path)
    if not isinstance(found, str):
        raise _foreign()
    return found


def _not_done(response: Any) -> Refused | Unanswered:
    """Of an answer that does not say ok. The SDK hands over its own response, or aiohttp's if that is not JSON."""
    status = getattr(response, "status_code", None) or response.status
    data = getattr(response, "data", None)
    word = inside(data, "error")
    if status == 429 or word in ("ratelimited", "rate_limited"):
        wait = _retry_after(response.headers)
        return Unanswered(Later(why="Slack asks us to wait", after_s=wait))
    if isinstance(word, str):
        method = str(response.api_url).rpartition("/")[2]
        return Refused(method, one_line(word, 60), str(inside(data, "needed") or ""))
    if status == 200:
        return _foreign()
    return Unanswered(Later(why=f"Slack answered {status}", unsure=status >= 500))


def _foreign() -> Unanswered:
    why = "the answer is not Slack's: its outage, a proxy, or a wrong base_url"
    return Unanswered(Later(why=why, unsure=True))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, as Slack writes it; None if it says nothing that we understand."""
    said = headers.get("Retry-After", "")
    return min(float(said), WAIT_MAX_S) if said.isdecimal() else None
