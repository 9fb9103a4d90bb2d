"""The outgoing heartbeat: a sign of life to whoever notices when it stays away.

It is sent only while we are well, so its silence says what we cannot: that the loop stands still (it runs on that
loop), that the door takes nothing, that the store cannot be written, or that we have long been blind. It is in
nobody's way: whatever becomes of it is counted and said once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import structlog

from checker.config.settings import Settings, SignOfLife
from checker.door import Door
from checker.store.store import Store

LOOK_S = 1.0  # how often it is asked how we are
ANSWER_S = 10.0  # whoever takes longer has not heard us
STUCK = "the door takes nothing in"
OWING = "the store owes commits"
BLIND = "blind"
BEARABLE_S = {STUCK: 60.0, OWING: 60.0, BLIND: 600.0}  # for longer, and we are not well

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Signs:
    """How we are at this moment."""

    wanted: SignOfLife | None  # None: nobody waits for one
    taken: int  # events that the door has taken so far; time itself is one, every second
    owed: int  # commits that the store has refused so far
    blind: bool


def signs_of(settings: Settings, door: Door, store: Store) -> Signs:
    """How those are at this moment."""
    here = door.state.vantages.get(settings.location)
    is_blind = here is not None and here.blind_since is not None
    return Signs(settings.heartbeat, door.taken, store.owed, is_blind)


class Heartbeat:
    """Beats while we are well. `sent` is told of each beat whether it arrived."""

    def __init__(
        self,
        now: Callable[[], Signs],
        sent: Callable[[bool], None],
        *,
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sent = sent
        self._monotonic = monotonic
        self._pause = pause
        self._taken = -1
        self._since: dict[str, float] = {}  # what is not well → since when
        self._not_before = 0.0
        self._told = ""  # of the trouble that the log knows of

    async def run(self) -> None:
        """For ever. A fresh connection for each beat: one kept alive may be dead."""
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=ANSWER_S, limits=limits) as client:
            while True:
                await self._pause(LOOK_S)
                signs = self._now()
                ailment = self._ailment(signs)
                if signs.wanted is not None and self._monotonic() >= self._not_before:
                    await self._beat(client, signs.wanted, ailment)

    def _ailment(self, signs: Signs) -> str:
        """What has been wrong for longer than is bearable; empty while we are well."""
        now = self._monotonic()
        wrong = {STUCK: signs.taken == self._taken, OWING: signs.owed > 0, BLIND: signs.blind}
        self._taken = signs.taken
        self._since = {what: self._since.get(what, now) for what, is_so in wrong.items() if is_so}
        lasting = (w for w, since in self._since.items() if now - since > BEARABLE_S[w])
        return next(lasting, "")

    async def _beat(self, client: httpx.AsyncClient, wanted: SignOfLife, ailment: str) -> None:
        if ailment:  # asked again in a second: it may end at once
            self._say("heartbeat withheld", ailment)
            return
        self._not_before = self._monotonic() + wanted.every_s
        fault = await _send(client, wanted.url.get_secret_value())
        self._sent(not fault)
        self._say("heartbeat failed" if fault else "", fault)

    def _say(self, trouble: str, why: str) -> None:
        """Once when trouble begins, whatever becomes of it, and once when it ends."""
        if trouble == self._told:
            return
        self._told = trouble
        if trouble:
            log.warning(trouble, why=why)
        else:
            log.info("heartbeat goes out again")


async def _send(client: httpx.AsyncClient, url: str) -> str:
    """Why the beat did not arrive; empty if it did. The body of the answer is not read, no redirect followed."""
    try:
        async with asyncio.timeout(ANSWER_S), client.stream("GET", url) as answer:
            return "" if answer.is_success else f"status {answer.status_code}"
    except TimeoutError:
        return f"no answer within {ANSWER_S:g} s"
    except Exception as fault:
        # The kind only: the text may hold the address, and who knows that can pretend to be us.
        return type(fault).__name__
