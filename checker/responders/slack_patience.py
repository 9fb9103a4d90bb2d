"""How often something is tried that may never work: what comes after it in the room cannot wait for ever."""

from __future__ import annotations

COUNTED_MAX = 100  # effects whose tries are remembered


class Patience:
    """Counts the tries of each effect, in this process: a restart begins anew."""

    def __init__(self, tries: int) -> None:
        self._tries_max = tries
        self._tries: dict[str, int] = {}

    def lasts(self, effect: str) -> bool:
        """Counts one more try; whether there may be another."""
        if effect not in self._tries and len(self._tries) >= COUNTED_MAX:
            del self._tries[next(iter(self._tries))]
        self._tries[effect] = self._tries.get(effect, 0) + 1
        return self._tries[effect] < self._tries_max
