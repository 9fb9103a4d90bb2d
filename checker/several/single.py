"""A daemon that has its store for itself: it always leads, and always looks."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from checker.core.model import Effect, Observation
from checker.delivery import Delivery
from checker.door import Door
from checker.several.seat import Always
from checker.several.tempo import Pace
from checker.store.store import Store


class Single:
    """The same to the daemon as a `Company`, and nothing to do."""

    is_leading = True
    is_looking = True

    def __init__(self, store: Store, follow: Callable[[Pace], None]) -> None:
        self._store = store
        self.seat = Always()
        self.wanted = follow

    def join(self, door: Door, delivery: Delivery) -> None:
        self._door, self._delivery = door, delivery

    async def load(self) -> None:
        """What the last daemon knew, and what it left undone."""
        restored = await self._store.restore()
        self._door.show(restored.state)
        self._delivery.restore(restored.outbox, restored.receipts)

    async def begin(self) -> None:
        """Goes on where it has stopped."""
        self._delivery.start()

    def saw(self, observation: Observation) -> None:
        self._door.look(observation)

    def put(self, effects: Iterable[Effect]) -> None:
        self._delivery.put(effects)

    def works(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Nothing."""
        yield from ()

    async def last_looks(self) -> None:
        """The door has them already."""

    async def leave(self) -> None:
        """Nobody waits for it."""
