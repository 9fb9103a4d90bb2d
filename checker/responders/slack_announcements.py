"""#announcements in another Slack workspace, where customers are: one message for each incident, edited in place.

A message has the incident's key in its metadata, because chat.postMessage has no key by which Slack would know it
again. Nothing else than `chat:write` is needed, and `channels:history` to look a message up after a lost answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator
from slack_sdk.models.blocks import Block, HeaderBlock, PlainTextObject, SectionBlock

from checker.core.model import Duty, Effect
from checker.responders.contract import Answer, ApiUrl, Attempt, Done, Never, ResponderSettings
from checker.responders.contract_findings import Finding, bad, ok, warning
from checker.responders.slack_line import Line, Place
from checker.responders.slack_message import HEADER_MAX, Message, escaped, escaped_lines
from checker.responders.slack_refusals import GONE, MEND, TOO_MUCH, Refused, Unanswered, verdict
from checker.responders.slack_workspace import Workspace, marked

CLOCKS_APART_S = 60.0  # how far our clock and Slack's may differ
SECTION_MAX = 3000  # Slack's, of a section's text
PLAIN_MAX = 3900  # chat.update takes 4000
OVER = "✅"
SCOPES = {"chat:write": "nothing can be said"}
SPARE = {"channels:history": "a message whose answer was lost may be posted twice"}
LOOK_AT_WAY = "look at base_url, proxies and the way out to slack.com"


class Settings(ResponderSettings):
    """One channel of one workspace."""

    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.PUBLISH, Duty.WITHDRAW})

    token: SecretStr = Field(description="the bot token of the app in that workspace, xoxb-…")
    channel: str = Field(pattern=r"^[CG][A-Z0-9]+$", description="the channel's id, C…")
    base_url: ApiUrl = Field(
        AnyHttpUrl("https://slack.com/api/"), description="where Slack's methods are"
    )
    timeout_s: float = Field(5.0, gt=0, le=60, description="of one call")

    @field_validator("token")
    @classmethod
    def _of_a_bot(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
            raise ValueError("a bot token begins with xoxb-")
        return token


class Responder:
    """Posts for the first PUBLISH, edits for the next, and for WITHDRAW says in the same message that it is over."""

    def __init__(self, settings: Settings) -> None:
        self._channel, self._place = settings.channel, Place(settings.channel)
        token = settings.token.get_secret_value()
        self._line = Line(token, str(settings.base_url), settings.timeout_s)
        self._workspace = Workspace(self._line)

    async def carry_out(self, attempt: Attempt) -> Answer:
        try:
            if attempt.effect.duty is Duty.WITHDRAW:
                return await self._withdraw(attempt)
            return await self._publish(attempt)
        except Refused as no:
            return verdict(no)
        except Unanswered as lost:
            return lost.later

    async def examine(self) -> list[Finding]:
        """Token and scopes, by one auth.test. Whether the channel lets us in, only a post shows."""
        try:
            _, scopes = await self._line.introduce()
        except Refused as no:
            return [bad(f"Slack refused {no.method}: {no.word}", MEND.get(no.word, LOOK_AT_WAY))]
        except Unanswered as lost:
            return [bad(lost.later.why, LOOK_AT_WAY)]
        return list(_findings(scopes))

    async def close(self) -> None:
        await self._line.close()

    async def _publish(self, attempt: Attempt) -> Answer:
        effect = attempt.effect
        ts = _newest(attempt.receipts) or (await self._there(attempt) if attempt.unsure else None)
        if ts is None or not await self._edit(ts, effect):
            ts = await self._say(effect)
        receipt = {"at": effect.at, "channel": self._channel, "ts": ts}
        return Done(receipt, f"announced in Slack: {escaped(effect.payload['title'], HEADER_MAX)}")

    async def _withdraw(self, attempt: Attempt) -> Answer:
        effect, ts = attempt.effect, _newest(attempt.receipts)
        receipt = {"at": effect.at}
        if ts is None:
            return Done(receipt, "announced in Slack: nothing of ours is up")
        if not await self._edit(ts, effect):
            return Done(receipt, "announced in Slack: left alone, the message is gone")
        return Done(receipt, "announced in Slack: it is over")

    async def _there(self, attempt: Attempt) -> str | None:
        """The ts of the message that an earlier try may have left."""
        tried_at = attempt.first_tried_at
        since = attempt.effect.at if tried_at is None else tried_at
        is_it = marked(attempt.effect.payload["key"])
        try:
            return await self._workspace.find(self._place, since - CLOCKS_APART_S, is_it)
        except Refused as no:
            # Where we may not look, said twice is better than not at all.
            if no.word == "missing_scope" or isinstance(verdict(no), Never):
                return None
            raise

    async def _edit(self, ts: str, effect: Effect) -> bool:
        """Whether it says so now; False: there is no such message any more, or none that takes an edit."""
        try:
            await self._put(ts, announcement(effect), effect)
        except Refused as no:
            if no.word not in GONE:
                raise
            return False
        return True

    async def _put(self, ts: str, message: Message, effect: Effect) -> None:
        try:
            await self._workspace.update(self._channel, ts, message)
        except Refused as no:
            if no.word not in TOO_MUCH:
                raise
            await self._workspace.update(self._channel, ts, bare(message))

    async def _say(self, effect: Effect) -> str:
        message, mark = announcement(effect), effect.payload["key"]
        try:
            return await self._workspace.post(self._place, message, mark)
        except Refused as no:
            if no.word in TOO_MUCH:
                message = bare(message)
            elif no.word == "not_in_channel":
                await self._join(no)
            else:
                raise
        return await self._workspace.post(self._place, message, mark)

    async def _join(self, outside: Refused) -> None:
        try:
            await self._workspace.join(self._channel)
        except Refused:
            raise outside from None


def announcement(effect: Effect) -> Message:
    """A header and a text, both as plain text: nothing in them can format or mention anybody."""
    payload = effect.payload
    sign = f"{OVER} " if effect.duty is Duty.WITHDRAW else ""
    title = sign + escaped(payload["title"], HEADER_MAX - len(sign))
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=title, emoji=False))]
    text = payload["text"].strip()
    if text:
        said = PlainTextObject(text=escaped_lines(text, SECTION_MAX), emoji=False)
        blocks.append(SectionBlock(text=said))
    whole = escaped_lines(text, PLAIN_MAX - len(title)) if text else ""
    told = [block.to_dict() for block in blocks]
    return Message(f"{title}\n{whole}".strip(), told, is_formatted=False)


def bare(message: Message) -> Message:
    """The same without blocks, for when Slack will not take them."""
    return replace(message, blocks=())


def _newest(receipts: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The ts of the newest message, if it is up for all we know."""
    kept = [receipt for receipt in receipts.values() if "at" in receipt]
    last = max(kept, key=lambda receipt: float(receipt["at"]), default={})
    ts = last.get("ts")
    return ts if isinstance(ts, str) else None


def _findings(header: str | None) -> Iterator[Finding]:
    if header is None:
        yield warning("Slack did not say which scopes the token has", "publish in a test channel")
        return
    granted = {scope.strip() for scope in header.split(",")}
    for scope, cost in (SCOPES | SPARE).items():
        to_do = f"add {scope} to the app and install it again"
        if scope not in granted:
            weight = bad if scope in SCOPES else warning
            yield weight(f"no scope {scope}: {cost}", to_do)
    if "chat:write" in granted:
        yield ok("Slack's token may announce")
