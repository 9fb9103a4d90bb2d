"""One drill: an incident of the target "drill" through the real core, store, delivery and responders, and back.

It is declared as a person would, so that it pages and opens a room; and it is closed as soon as both have happened, so
that the page ends. Nothing of it touches the daemon's own incidents: it has a store of its own, which goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from checker.config.settings import Settings
from checker.core.effects import page_key
from checker.core.engine import step
from checker.core.events import Closed, Declared, Event
from checker.core.model import Duty, Effect, Incident, Severity, State
from checker.delivery import Delivery
from checker.drill.marked import MARK, Drilled
from checker.drill.plan import TARGET, lacking, policy_for, responders_for
from checker.drill.report import Report, Step
from checker.responders.contract import (
    Answer,
    Done,
    Never,
    PageState,
    ReadsBack,
    Responder,
    Shown,
    Unread,
)
from checker.store.faults import StoreError
from checker.store.store import Store

WITHIN_S = 60.0  # one step; a way out that needs longer is not one for the night
ASK_S = 1.0  # between two looks at whether the page is shown
END_S = 5.0  # for what is still under way at the end
WHAT = f"{MARK}, nothing is wrong"

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds since the epoch, monotonic seconds, and a wait."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    pause: Pause = asyncio.sleep


async def drill(
    settings: Settings,
    make: Callable[[Settings], Mapping[str, Responder]] = responders_for,
    clocks: Clocks | None = None,
    within_s: float = WITHIN_S,
) -> Report:
    """Makes one, from beginning to end. Never raises for what the other side or the disk does."""
    clocks = clocks or Clocks()
    at = clocks.wall()
    missing = [Step("nothing is left out", None, why) for why in lacking(settings)]
    responders = make(settings)
    try:
        with tempfile.TemporaryDirectory(prefix="checker-drill-") as folder:
            store = await Store.open(f"sqlite:///{folder}/drill.db")
            try:
                run = _Run(settings, responders, store, clocks, within_s)
                steps = await run.through(at)
            finally:
                await store.close()
    except (OSError, StoreError) as error:
        steps = [Step("a store for the drill", None, f"{type(error).__name__}: {error}")]
    finally:
        for responder in responders.values():
            await responder.close()
    return Report(at, (*missing, *steps))


class _Run:
    """A drill under way. What happens wakes whoever waits for it."""

    def __init__(
        self,
        settings: Settings,
        responders: Mapping[str, Responder],
        store: Store,
        clocks: Clocks,
        within_s: float,
    ) -> None:
        self._policy = policy_for(settings)
        self._responders = responders
        self._store = store
        self._clocks = clocks
        self._within_s = within_s
        self._state = State()
        self._turn = asyncio.Lock()
        self._wanted: list[Effect] = []
        self._answers: dict[str, Answer] = {}  # effect → what came of its newest try
        self._done_at: dict[str, float] = {}  # effect → monotonic
        self._news = asyncio.Event()
        marked = {name: Drilled(one, self._note) for name, one in responders.items()}
        self._delivery = Delivery(store, marked, self._take, clocks.wall, pause=clocks.pause)

    async def through(self, at: float) -> list[Step]:
        """The steps, in the order in which they should happen."""
        begun = self._clocks.monotonic()
        self._state = State(counters={TARGET: _number(at) - 1})
        self._delivery.start()
        try:
            await self._take(Declared(at, TARGET, MARK, WHAT, Severity.MAJOR))
            declared = Step("declared", self._since(begun), self._incident.id)
            opened = await asyncio.gather(
                self._paged(begun), self._carried_out(Duty.ROOM, "room, with its message,", begun)
            )
            ended = await self._ended()
            await self._settled(self._wanted, min(self._within_s, END_S))
        finally:
            await self._delivery.drain(min(self._within_s, END_S))
        return [declared, *(step for steps in opened for step in steps), *ended]

    async def _paged(self, begun: float) -> list[Step]:
        accepted = await self._carried_out(Duty.PAGE, "page accepted", begun)
        return accepted + await self._shown(
            "page", (PageState.TRIGGERED, PageState.ACKNOWLEDGED), begun
        )

    async def _ended(self) -> list[Step]:
        begun = self._clocks.monotonic()
        known = len(self._wanted)
        closed = Closed(self._clocks.wall(), self._incident.id, MARK, WHAT, "nothing to mend")
        await self._take(closed)
        first = Step("closed", self._since(begun))
        said = await self._carried_out(Duty.POST, "the close, said", begun, known)
        accepted = await self._carried_out(Duty.RESOLVE, "end of the page accepted", begun)
        shown = await self._shown("end of the page", (PageState.RESOLVED,), begun)
        return [first, *said, *accepted, *shown]

    # ── what happens ──────────────────────────────────────────────────────────────────────────

    @property
    def _incident(self) -> Incident:
        (incident,) = self._state.incidents.values()
        return incident

    async def _take(self, event: Event) -> None:
        """As the daemon does: step, write, act."""
        async with self._turn:
            taken = step(self._policy, self._state, event)
            await self._store.commit(taken)
            self._state = taken.state
            self._wanted += taken.effects
            self._delivery.put(taken.effects)

    def _note(self, effect: Effect, answer: Answer) -> None:
        self._answers[effect.id] = answer
        if isinstance(answer, Done):
            self._done_at.setdefault(effect.id, self._clocks.monotonic())
        self._news.set()

    # ── what is waited for ────────────────────────────────────────────────────────────────────

    async def _carried_out(self, duty: Duty, what: str, begun: float, after: int = 0) -> list[Step]:
        """A step for each effect of the duty, from the `after`-th effect on."""
        wanted = [effect for effect in self._wanted[after:] if effect.duty is duty]
        await self._settled(wanted, self._within_s)
        return [self._step(effect, what, begun) for effect in wanted]

    async def _settled(self, wanted: Sequence[Effect], within_s: float) -> None:
        """Waits until each of them is done or refused; no longer than that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not all(map(self._is_settled, wanted)):
                    await self._news.wait()
                    self._news.clear()

    def _is_settled(self, effect: Effect) -> bool:
        return isinstance(self._answers.get(effect.id), Done | Never)

    def _step(self, effect: Effect, what: str, begun: float) -> Step:
        answer, name = self._answers.get(effect.id), f"{what} by {effect.responder}"
        match answer:
            case Done():
                return Step(name, self._done_at[effect.id] - begun, answer.note)
            case None:
                return Step(name, None, f"no answer within {self._within_s:g} s")
        return Step(name, None, answer.why)

    async def _shown(self, what: str, states: tuple[PageState, ...], begun: float) -> list[Step]:
        """Whether each responder that paged and can be asked shows what it should."""
        able = {
            name: responder
            for name in self._policy.routes.get(Duty.PAGE, ())
            if isinstance(responder := self._responders[name], ReadsBack)
            and responder.reads_every_s is not None
        }
        return await asyncio.gather(
            *(
                self._ask(f"{what} shown by {name}", one, states, begun)
                for name, one in able.items()
            )
        )

    async def _ask(
        self, what: str, responder: ReadsBack, states: tuple[PageState, ...], begun: float
    ) -> Step:
        key = page_key(self._policy, self._incident, self._incident.page)
        last = "nothing"
        try:
            async with asyncio.timeout(self._within_s):
                while True:
                    answer = await responder.look_up(key)
                    if isinstance(answer, Shown) and answer.state in states:
                        return Step(what, self._since(begun), _seen(answer))
                    last = _seen(answer)
                    await self._clocks.pause(ASK_S)
        except TimeoutError:
            return Step(what, None, f"within {self._within_s:g} s it showed: {last}")

    def _since(self, begun: float) -> float:
        return self._clocks.monotonic() - begun


def _seen(answer: Shown | Unread | None) -> str:
    match answer:
        case Shown():
            return f"{answer.state}, {answer.who}" if answer.who else answer.state
        case Unread():
            return answer.why
    return "nothing under that key"


def _number(at: float) -> int:
    """When it was, so that no drill finds the room or the page of another: 20261123140210."""
    return int(datetime.fromtimestamp(at, UTC).strftime("%Y%m%d%H%M%S"))
