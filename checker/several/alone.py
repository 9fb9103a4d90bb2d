"""The store is away, and nobody leads as far as we can tell: this daemon judges by itself, and pages only.

By the line for one location, under the id that comes next by what it knew last: so whoever else is alone comes to the
same key, and nobody is rung twice. What it knew to be paged for already it leaves alone. What the first way does not
take goes the second way, as ever; but no page is read back. When the store is back, what was done is told to whoever
leads then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import structlog

from checker.core.events import Delivered, Event, PagedAlone, Refused, Ticked
from checker.core.incident import is_live
from checker.core.model import RINGS, Duty, Effect, Severity, State
from checker.core.rules import Policy
from checker.delivery import Delivery
from checker.responders.contract import Responder
from checker.several.shadow import careful_step
from checker.store.faults import StoreError
from checker.store.rows import Restored

SENDS_END_S = 3.0  # for what is under way when the store is back

log = structlog.get_logger(__name__)


class Inbox(Protocol):
    """Where whoever leads is told."""

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool: ...


class Nowhere:
    """Marks of tries that nobody can be told of."""

    async def sending(self, effect_id: str, at: float) -> None: ...
    async def confirmed(self, effect_id: str, at: float, receipt: Mapping[str, Any]) -> None: ...
    async def refused(self, effect_id: str, at: float, why: str) -> None: ...
    async def postponed(
        self, effect_id: str, not_before: float, why: str, unsure: bool
    ) -> None: ...
    async def superseded(self, effect_id: str, at: float, why: str) -> None: ...


def is_paged_for(state: State, target: str) -> bool:
    """Whether somebody was rung already about what fails there."""
    return any(
        one.target == target and is_live(one) and one.page for one in state.incidents.values()
    )


def policy_alone(policy: Policy, known: State, location: str) -> Policy:
    """Pages only, and only about what nobody was paged for; not about what was known to be our own problem."""
    local = {check for check, where in known.local.items() if where == location}
    return replace(
        policy,
        watched={name: w for name, w in policy.watched.items() if name not in local},
        targets=tuple(t for t in policy.targets if not is_paged_for(known, t)),
        routes={duty: policy.routes.get(duty, ()) for duty in RINGS},
        confirms=frozenset(),
        ages=(),
        auto={},
    )


def state_alone(own: State, known: State, targets: Iterable[str]) -> State:
    """What we see ourselves, in the place of what all saw; the rest as it was known."""
    watched = set(targets)
    incidents = {id_: one for id_, one in known.incidents.items() if one.target in watched}
    return replace(own, incidents=incidents, counters=known.counters, maintenance=known.maintenance)


class Alone:
    """`known` is what was read from the store last; `responders` are those of this moment."""

    def __init__(
        self,
        store: Inbox,
        location: str,
        policy: Callable[[], Policy],
        responders: Callable[[], Mapping[str, Responder]],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._location = location
        self._policy = policy
        self._responders = responders
        self._clock = clock
        self._known = Restored(State(), (), ())
        self._state = State()
        self._delivery: Delivery | None = None
        self._pages: dict[str, Effect] = {}
        self._told: dict[str, PagedAlone] = {}  # inbox id → what is to be told

    @property
    def is_alone(self) -> bool:
        return self._delivery is not None

    def know(self, restored: Restored) -> None:
        """What was known when the store could last be read."""
        self._known = restored

    def begin(self, own: State) -> None:
        """From now on, with what our own looks have shown so far."""
        log.critical("judges alone and pages only: the store is away", location=self._location)
        policy = policy_alone(self._policy(), self._known.state, self._location)
        self._state = state_alone(own, self._known.state, policy.targets)
        self._delivery = Delivery(Nowhere(), self._responders(), self._answered, self._clock)
        self._delivery.start()
        self._page(_unsent(one.effect for one in self._known.outbox))
        self.take(Ticked(self._clock()))

    def take(self, event: Event) -> None:
        """A look, or time; nothing while we are not alone."""
        if self._delivery is None:
            return
        policy = policy_alone(self._policy(), self._known.state, self._location)
        taken = careful_step(policy, self._state, event)
        self._state = taken.state
        for entry in taken.entries:
            log.warning(
                "timeline, alone", incident=entry.incident, what=entry.what, text=entry.text
            )
        self._page(map(self._marked, taken.effects))

    async def end(self) -> None:
        """The store is back: whoever leads judges."""
        if self._delivery is not None:
            log.warning("the store is back: judges alone no longer", pages=len(self._told))
            ended, self._delivery = self._delivery, None
            await ended.drain(SENDS_END_S)
            self._pages.clear()

    async def tell(self) -> None:
        """Tells whoever leads of the pages; what the store does not take is told the next time."""
        for inbox_id, event in list(self._told.items()):
            try:
                await self._store.put_inbox(inbox_id, event, event.at)
            except StoreError:
                return
            del self._told[inbox_id]

    def owe(self, effects: Iterable[Effect], at: float) -> None:
        """Pages that went out and that the store may not know of."""
        for effect in effects:
            if effect.duty is Duty.PAGE:
                self._tell_of(effect, at)

    def _page(self, effects: Iterable[Effect]) -> None:
        assert self._delivery is not None
        pages = [effect for effect in effects if effect.duty in RINGS]
        self._pages |= {effect.id: effect for effect in pages}
        self._delivery.put(pages)

    def _marked(self, effect: Effect) -> Effect:
        said = (
            f"{self._location} judged this alone: the store is away, other locations were not asked"
        )
        details = {"Alone": said, **effect.payload.get("details", {})}
        return replace(effect, payload={**effect.payload, "details": details})

    async def _answered(self, event: Event) -> None:
        if isinstance(event, Delivered) and event.effect in self._pages:
            self._tell_of(self._pages[event.effect], event.at)
        if isinstance(event, Delivered | Refused):
            self.take(event)

    def _tell_of(self, effect: Effect, at: float) -> None:
        page = effect.payload
        told = PagedAlone(
            at=at,
            incident=effect.incident,
            target=str(page["source"]),
            by=self._location,
            key=str(page["key"]),
            severity=Severity[str(page["severity"]).upper()],
            what=str(page["summary"]),
            since=float(page["since"]),
        )
        self._told[f"alone/{self._location}/{told.key}/{at:.0f}"] = told


def _unsent(outbox: Iterable[Effect]) -> list[Effect]:
    """What was decided and rings, but for what somebody has ended meanwhile: nobody here could end it."""
    waiting = list(outbox)
    ended = {one.payload["key"] for one in waiting if one.duty is Duty.RESOLVE}
    return [one for one in waiting if one.duty in RINGS and one.payload["key"] not in ended]
