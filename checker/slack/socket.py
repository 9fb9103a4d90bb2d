"""Socket Mode: Slack delivers what people say over a connection that we open, so that nobody needs a public URL.

docs.slack.dev, "Using Socket Mode". Each envelope is acknowledged when the inbox has it; one that is not is delivered
again. A word on a line that breaks, or on one that Slack asks us to leave, is finished all the same.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from checker.responders.contract import Later
from checker.responders.slack_answers import heard, inside, needed, new_session, staying
from checker.responders.slack_refusals import MEND_AFTER_S, Refused, Unanswered, verdict
from checker.slack.inbound import Inbound
from checker.slack.payloads import spoken

CALL_S = 10.0  # to be told where to connect, and to connect
SILENCE_S = 30.0  # after which we ask whether the other side is still there
MESSAGE_MAX = 256 * 1024  # bytes
AT_ONCE_MAX = 64  # envelopes in hand; the next is read when one is done
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
STEADY_S = 10.0  # a connection that lived so long was a good one

log = structlog.get_logger(__name__)


class Unusable(Exception):
    """There is no line to Slack; the message says why. `after_s`: not worth another try before."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


class Socket:
    """Keeps one connection to Slack open, for as long as `run` runs."""

    def __init__(
        self,
        app_token: SecretStr,
        base_url: str,
        inbound: Inbound,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token = app_token
        self._base_url = base_url
        self._inbound = inbound
        self._pause = pause
        self._monotonic = monotonic
        self._hands: set[asyncio.Task[None]] = set()
        self._hello_at: float | None = None  # of the connection that is open; None: there is none

    @property
    def connected(self) -> bool:
        """Whether Slack has somebody to deliver to now."""
        return self._hello_at is not None

    async def run(self) -> None:
        """For ever: nothing that Slack does ends it."""
        wait = FIRST_WAIT_S
        try:
            while True:
                steady, after_s = await self._line()
                if steady:
                    wait = FIRST_WAIT_S
                if not steady or after_s is not None:
                    await self._pause(max(wait, after_s or 0.0))
                    wait = min(2 * wait, LONGEST_WAIT_S)
        finally:
            for hand in self._hands:
                hand.cancel()

    async def _line(self) -> tuple[bool, float | None]:
        """One connection, to its end: whether it was a good one, and how long Slack wants to be left alone."""
        after_s = None
        try:
            await self._listen(await self._address())
        except Unusable as fault:
            log.warning("no line to Slack", why=str(fault))
            after_s = fault.after_s
        except (TimeoutError, aiohttp.ClientError, OSError) as fault:
            # Not its text: that may hold the address, and with it the ticket.
            log.warning("the line to Slack broke", why=type(fault).__name__)
        except Exception:
            log.exception("the line to Slack broke: a fault of ours")
        hello_at, self._hello_at = self._hello_at, None
        return hello_at is not None and self._monotonic() - hello_at >= STEADY_S, after_s

    async def _address(self) -> str:
        """Where to connect: an address with a ticket in it, good for one connection."""
        client = AsyncWebClient(base_url=self._base_url, retry_handlers=[])
        async with new_session(CALL_S) as client.session:
            try:
                token = self._token.get_secret_value()
                answer = await heard(client.apps_connections_open(app_token=token))
                url = needed(answer, "url")
            except Refused as no:
                after = verdict(no)
                wait = after.after_s if isinstance(after, Later) else MEND_AFTER_S
                raise Unusable(after.why, wait) from None
            except Unanswered as lost:
                raise Unusable(lost.later.why, lost.later.after_s) from None
        # Only a fake that we call without TLS may have us connect without.
        if not url.startswith("wss://") and not self._base_url.startswith("http://"):
            raise Unusable("Slack named an address that is not wss://")
        return url

    async def _listen(self, url: str) -> None:
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[staying()]
        ) as session:
            async with asyncio.timeout(CALL_S):
                line = await session.ws_connect(url, heartbeat=SILENCE_S, max_msg_size=MESSAGE_MAX)
            async with line:
                await self._read(line)
                if self._hands:  # what is in hand is acknowledged where it came from
                    await asyncio.wait(self._hands)

    async def _read(self, line: aiohttp.ClientWebSocketResponse) -> None:
        """Takes envelopes until the line ends or Slack asks us to leave it."""
        async for message in line:
            envelope = _envelope(message)
            if self._is_over(envelope):
                return
            if len(self._hands) >= AT_ONCE_MAX:
                await asyncio.wait(self._hands, return_when=asyncio.FIRST_COMPLETED)
            hand = asyncio.create_task(self._take(line, envelope))
            self._hands.add(hand)
            hand.add_done_callback(self._hands.discard)

    def _is_over(self, envelope: Any) -> bool:
        """Whether Slack asks us to connect anew; it does so every few hours."""
        if inside(envelope, "type") == "hello":
            self._hello_at = self._monotonic()
            log.info("listening to Slack")
        if inside(envelope, "type") != "disconnect":
            return False
        if inside(envelope, "reason") == "link_disabled":
            raise Unusable("Socket Mode is switched off in the app's settings", MEND_AFTER_S)
        return True

    async def _take(self, line: aiohttp.ClientWebSocketResponse, envelope: Any) -> None:
        """Acknowledges one envelope when it is safe. Never raises: one must not break the others."""
        id_, way = inside(envelope, "envelope_id"), inside(envelope, "type")
        if not isinstance(id_, str):
            return
        said = spoken(str(way), inside(envelope, "payload"), id_)
        answer = {} if said is None else await self._inbound.answer(said)
        if answer is None:
            return  # not taken yet: Slack brings it again
        acknowledged = {"envelope_id": id_} | ({"payload": answer} if answer else {})
        try:
            await line.send_str(json.dumps(acknowledged))
        except (ConnectionError, aiohttp.ClientError):
            log.info("an acknowledgement was lost")  # Slack brings it again, and it acts once


def _envelope(message: aiohttp.WSMessage) -> Any:
    """None for what is no JSON."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return None
    try:
        return json.loads(message.data)
    except (ValueError, RecursionError):
        return None
