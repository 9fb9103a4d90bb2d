"""A store of which the test says who leads it, and time that the test moves."""

from __future__ import annotations

from collections.abc import Sequence

from checker.core.model import Observation, State
from checker.store.faults import Fenced, StoreUnreachable
from checker.store.leases import Term
from checker.store.presence import Presence
from checker.store.rows import Restored


class Time:
    """Monotonic seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Store:
    """`holder` has the lease; while `away`, nothing is answered. What was done stands in `done`."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.holder = ""
        self.away = False
        self.slow_s = 0.0  # that an answer takes
        self.done: list[str] = []
        self.looks: list[Observation] = []
        self.present: list[Presence] = []
        self.wanted: dict[str, float] = {}

    @property
    def sharing(self) -> Store:
        return self

    def _answer(self) -> None:
        self.time.now += self.slow_s
        if self.away:
            raise StoreUnreachable("nobody answers")

    async def take(self, name: str, owner: str, ttl_s: float) -> Term | None:
        asked = self.time.now
        self._answer()
        if self.holder not in ("", owner):
            return None
        self.holder = owner
        self.done.append("take")
        return Term(name, owner, 1, asked + ttl_s)

    async def renew(self, term: Term, ttl_s: float) -> Term:
        asked = self.time.now
        self._answer()
        if self.holder != term.owner:
            raise Fenced("another's")
        self.done.append("renew")
        return Term(term.name, term.owner, term.epoch, asked + ttl_s)

    async def release(self, term: Term) -> None:
        self._answer()
        self.done.append("release")
        self.holder = ""

    async def lead(self, term: Term) -> Restored:
        self._answer()
        self.done.append("lead")
        return Restored(State(), (), ())

    async def restore(self) -> Restored:
        self._answer()
        self.done.append("restore")
        return Restored(State(), (), ())

    def step_down(self) -> None:
        self.done.append("step down")

    async def put_looks(self, replica: str, seen: Sequence[Observation]) -> None:
        self._answer()
        self.looks += seen

    async def say(self, here: Presence) -> float:
        self._answer()
        return 0.0

    async def everyone(self) -> list[Presence]:
        return self.present

    async def want(self, wanted: dict[str, float]) -> None:
        self._answer()
        self.wanted = dict(wanted)

    async def pace(self) -> dict[str, float]:
        self._answer()
        return self.wanted
