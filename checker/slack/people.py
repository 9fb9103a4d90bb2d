"""The people in the workspace: what they are called, and a word or a form that only one of them sees."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from checker.responders.slack_answers import heard, inside, new_session
from checker.responders.slack_message import escaped_lines
from checker.responders.slack_refusals import Refused, Unanswered
from checker.slack.sentence import NAME_MAX
from probes.contract import one_line

KNOWN_MAX = 1000  # names that are remembered
WHISPER_MAX = 3500  # characters; Slack takes 4000
NAMED_WITHIN_S = 0.8  # that Slack is given to tell a name
SHOWN = frozenset(["exchanged_trigger_id"])  # the form is there already: it was asked for twice


class People:
    """Reached with the bot's token. Never raises for what Slack does: a name is worth no word of a person."""

    def __init__(self, token: str, base_url: str, timeout_s: float) -> None:
        self._client = AsyncWebClient(token=token, base_url=base_url, retry_handlers=[])
        self._timeout_s = timeout_s
        self._names: dict[str, str] = {}

    async def name(self, user: str, said: str = "") -> str:
        """What that person is called; the id where nobody can say. `said`: the handle, where Slack has just told it.

        Their full name, if they have one: PagerDuty calls them by that too, and so they are one person.
        """
        return self._names.get(user) or await self._asked(user) or said or user[:NAME_MAX]

    async def whisper(self, channel: str, user: str, text: str, thread: str = "") -> str:
        """Says it to one person in a channel; why not, if Slack will not."""
        call = self._open().chat_postEphemeral(
            channel=channel,
            user=user,
            text=escaped_lines(text, WHISPER_MAX),
            thread_ts=thread or None,
        )
        try:
            await heard(call)
        except Refused as no:
            return str(no)
        except Unanswered as lost:
            return lost.later.why
        return ""

    async def show(self, trigger: str, view: Mapping[str, Any]) -> str:
        """Opens a form for whoever gave us `trigger` less than three seconds ago; why not, if Slack will not."""
        try:
            await heard(self._open().views_open(trigger_id=trigger, view=dict(view)))
        except Refused as no:
            return "" if no.word in SHOWN else str(no)
        except Unanswered as lost:
            return lost.later.why
        return ""

    async def close(self) -> None:
        if self._client.session is not None:
            await self._client.session.close()

    async def _asked(self, user: str) -> str:
        try:
            async with asyncio.timeout(NAMED_WITHIN_S):
                answer: Any = await heard(self._open().users_info(user=user))
        except (Refused, Unanswered, TimeoutError):
            return ""
        told = [inside(answer, "user", key) for key in ("real_name", "name")]
        names = (one_line(one, NAME_MAX) for one in told if isinstance(one, str))
        name = next(filter(None, names), "")
        if name:
            self._remember(user, name)
        return name

    def _remember(self, user: str, name: str) -> None:
        if len(self._names) >= KNOWN_MAX:
            del self._names[next(iter(self._names))]
        self._names[user] = name

    def _open(self) -> AsyncWebClient:
        if self._client.session is None:  # made here because it wants a running loop
            self._client.session = new_session(self._timeout_s)
        return self._client
