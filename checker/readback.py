"""Asks those who page what became of it, and says the news at the door.

Only while an incident is live and has paged, only those that can be asked, each at its own pace. What is said has
an id that makes it once: `pagerduty/<key>/acknowledged`. A responder that does not say is asked again later, and
is in nobody's way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import structlog

from checker.core.effects import page_key
from checker.core.events import Acknowledged, Event, PageConfirmed, PageResolved
from checker.core.incident import is_live
from checker.core.model import State
from checker.core.rules import Policy
from checker.responders.contract import PageState, ReadsBack, Responder, Shown, Unread

LOOK_S = 1.0  # how often it is asked whether it is time to ask
ASKED_WITHIN_S = 15.0  # of one question: whoever takes longer has not answered
PAGES_MAX = 5  # of one incident, the newest
QUESTIONS_MAX = 20  # to one responder in one round

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is so at this moment: who can be asked, and about what."""

    responders: Mapping[str, Responder]
    policy: Policy
    state: State


@dataclass(frozen=True, slots=True)
class Page:
    """One page that may still ring."""

    incident: str
    number: int
    key: str


@dataclass(slots=True)
class Asking:
    """How it goes with one responder. Times are monotonic seconds."""

    not_before: float = 0.0
    trouble: str = ""
    told: dict[str, PageState] = field(default_factory=dict)  # key → what was said of it last
    task: asyncio.Task[None] | None = None


class Readback:
    """Reads pages back. `say` gets an inbox id and an event."""

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
        """For ever; ends with the questions under way when it is cancelled."""
        try:
            while True:
                await self._pause(LOOK_S)
                self.begin()
        finally:
            tasks = list(self._under_way())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self) -> None:
        """Begins to ask whoever is due; a slow one holds up nobody else."""
        situation = self._now()
        pages = live_pages(situation.policy, situation.state)
        if not pages:
            self._askings = {n: a for n, a in self._askings.items() if a.task and not a.task.done()}
            return
        for name, responder in situation.responders.items():
            if isinstance(responder, ReadsBack) and responder.reads_every_s is not None:
                self._begin(name, responder, responder.reads_every_s, pages)

    async def settled(self) -> None:
        """Waits until all that was asked is answered."""
        await asyncio.gather(*self._under_way())

    def _under_way(self) -> Iterator[asyncio.Task[None]]:
        return (a.task for a in self._askings.values() if a.task and not a.task.done())

    def _begin(self, name: str, responder: ReadsBack, every_s: float, pages: list[Page]) -> None:
        asking = self._askings.setdefault(name, Asking())
        busy = asking.task is not None and not asking.task.done()
        if busy or self._monotonic() < asking.not_before:
            return
        asking.not_before = self._monotonic() + every_s
        keys = {page.key for page in pages}
        asking.told = {key: state for key, state in asking.told.items() if key in keys}
        ended = [key for key, state in asking.told.items() if state is PageState.RESOLVED]
        wanted = [page for page in pages if page.key not in ended][:QUESTIONS_MAX]
        asking.task = asyncio.create_task(self._ask(name, responder, asking, wanted))

    async def _ask(
        self, name: str, responder: ReadsBack, asking: Asking, pages: list[Page]
    ) -> None:
        for page in pages:
            answer = await _answer(responder, page.key)
            if isinstance(answer, Unread):
                later = self._monotonic() + (answer.after_s or 0.0)
                asking.not_before = max(asking.not_before, later)
                _log(name, asking, answer.why)
                return  # whoever does not answer one question is not asked the rest now
            _log(name, asking, "")
            if answer is not None and asking.told.get(page.key) is not answer.state:
                event = news(self._clock(), name, page, answer)
                await self._say(inbox_id(name, page, answer.state), event)
                asking.told[page.key] = answer.state


def live_pages(policy: Policy, state: State) -> list[Page]:
    """The pages of live incidents, PAGES_MAX of each: the newest of every incident before any older one."""
    live = [incident for incident in state.incidents.values() if is_live(incident)]
    return [
        Page(incident.id, number, page_key(policy, incident, number))
        for age in range(PAGES_MAX)
        for incident in live
        if (number := incident.page - age) > 0
    ]


def inbox_id(responder: str, page: Page, state: PageState) -> str:
    """The same whoever brings the news, and however often."""
    return f"{responder}/{page.key}/{state}"


def news(at: float, responder: str, page: Page, shown: Shown) -> Event:
    """What a page's being so means for the incident."""
    match shown.state:
        case PageState.TRIGGERED:
            return PageConfirmed(at, page.incident, responder, page.number, shown.who)
        case PageState.ACKNOWLEDGED:
            return Acknowledged(at, page.incident, shown.who or "somebody", page.number)
        case PageState.RESOLVED:
            return PageResolved(at, page.incident, shown.who, page.number)


async def _answer(responder: ReadsBack, key: str) -> Shown | Unread | None:
    """What the responder says; silence and bugs are no answer."""
    try:
        async with asyncio.timeout(ASKED_WITHIN_S):
            return await responder.look_up(key)
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
        log.warning("pages cannot be read back", responder=name, why=trouble)
    else:
        log.info("pages can be read back again", responder=name)
