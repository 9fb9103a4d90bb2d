"""Asks those who know who is on call, and says it at the door when it is news.

Only while an incident is live that may disturb people: at once for a new one, then every five minutes. What is said
has an id that makes it once: `pagerduty/us-42/oncall/<digest of the people>/<which five minutes>`; for an override may
end, and then the people are those of before. A responder that does not say is asked again soon, and is in nobody's way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import structlog

from checker.core.events import Event, OnCallSeen
from checker.core.incident import is_live
from checker.core.model import Person
from checker.core.people import may_disturb
from checker.readback import Situation
from checker.responders.contract import KnowsOnCall, Unread

LOOK_S = 1.0  # how often it is asked whether it is time to ask
EVERY_S = 300.0  # a shift may end during an incident
AGAIN_S = 30.0  # after no answer
ASKED_WITHIN_S = 30.0  # of one question: it may need two calls of ten seconds

People = tuple[Person, ...]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Asking:
    """How it goes with one responder. Times are monotonic seconds."""

    due_at: float = 0.0
    not_before: float = 0.0  # not even for a new incident
    trouble: str = ""
    asked: frozenset[str] = frozenset()  # incidents that the newest answer was for
    told: dict[str, People] = field(default_factory=dict)  # incident → what was said last
    task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return self.task is not None and not self.task.done()


class OnCall:
    """Keeps each live incident told of who is on call. `say` gets an inbox id and an event."""

    def __init__(
        self,
        now: Callable[[], Situation],
        say: Callable[[str, Event], Awaitable[None]],
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._say = say
        self._clock = clock
        self._monotonic = monotonic
        self._pause = pause
        self._askings: dict[str, Asking] = {}

    async def run(self) -> None:
        """For ever. Ends with what it asks: no question is left open."""
        try:
            while True:
                self.begin()
                await self._pause(LOOK_S)
        finally:
            tasks = list(self._under_way())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self) -> None:
        """Begins to ask whoever is due; a slow one holds up nobody else."""
        situation, at = self._now(), self._clock()
        incidents = [
            incident.id
            for incident in situation.state.incidents.values()
            if is_live(incident) and may_disturb(situation.policy, incident, at)
        ]
        if not incidents:
            self._askings = {n: a for n, a in self._askings.items() if a.is_busy}
            return
        for name, responder in situation.responders.items():
            if isinstance(responder, KnowsOnCall) and responder.knows_on_call:
                self._begin(name, responder, incidents)

    async def settled(self) -> None:
        """Waits until all that was asked is answered."""
        await asyncio.gather(*self._under_way())

    def _under_way(self) -> Iterator[asyncio.Task[None]]:
        return (a.task for a in self._askings.values() if a.task and a.is_busy)

    def _begin(self, name: str, responder: KnowsOnCall, incidents: Sequence[str]) -> None:
        asking, now = self._askings.setdefault(name, Asking()), self._monotonic()
        if asking.is_busy or now < asking.not_before:
            return
        if now >= asking.due_at or not asking.asked.issuperset(incidents):
            asking.told = {one: people for one, people in asking.told.items() if one in incidents}
            asking.task = asyncio.create_task(self._ask(name, responder, asking, incidents))

    async def _ask(
        self, name: str, responder: KnowsOnCall, asking: Asking, incidents: Sequence[str]
    ) -> None:
        answer = await _answer(responder)
        now = self._monotonic()
        if isinstance(answer, Unread):
            asking.not_before = now + max(answer.after_s or 0.0, AGAIN_S)
            _log(name, asking, answer.why)
            return
        _log(name, asking, "")
        asking.due_at, asking.asked = now + EVERY_S, frozenset(incidents)
        for incident in incidents:
            if asking.told.get(incident) != answer:
                event = OnCallSeen(self._clock(), incident, name, answer)
                await self._say(inbox_id(event), event)
                asking.told[incident] = answer


def inbox_id(seen: OnCallSeen) -> str:
    """The same for the same people within five minutes, however often they are seen."""
    told = "\n".join(f"{who.name} <{who.email}>" for who in seen.people)
    digest = sha256(told.encode()).hexdigest()[:16]
    return f"{seen.responder}/{seen.incident}/oncall/{digest}/{seen.at // EVERY_S:.0f}"


async def _answer(responder: KnowsOnCall) -> People | Unread:
    """What the responder says; silence and bugs are no answer."""
    try:
        async with asyncio.timeout(ASKED_WITHIN_S):
            return await responder.on_call()
    except TimeoutError:
        return Unread(f"no answer within {ASKED_WITHIN_S:g} s")
    except Exception as fault:
        # The kind only: the text of a foreign error may hold a token.
        return Unread(f"the responder broke: {type(fault).__name__}")


def _log(name: str, asking: Asking, trouble: str) -> None:
    """Once when trouble begins or changes, and once when it ends."""
    if trouble == asking.trouble:
        return
    asking.trouble = trouble
    if trouble:
        log.warning("who is on call cannot be asked", responder=name, why=trouble)
    else:
        log.info("who is on call can be asked again", responder=name)
