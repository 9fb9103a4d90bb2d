"""The store as the rest of the house sees it: one writer, every write repeatable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checker.core.model import Entry, Event, Incident, Observation, State, Step
from checker.store.rows import Restored, Tracked

OWED_MAX = 1000  # commits kept in memory while the disk refuses them


class Store:
    """A database of one daemon. Times are seconds since the epoch.

    Every method may raise StoreUnavailable (busy, full, slow: try later) or StoreDamaged.
    """

    @classmethod
    async def open(cls, url: str, *, deadline_s: float = 5.0) -> Store:
        """For the daemon: makes folders, takes the claim, migrates. `url`: "sqlite:///var/checker.db".

        StoreInUse when another daemon holds it, StoreDamaged when it is not a store.
        """
        raise NotImplementedError

    @classmethod
    async def open_shared(cls, url: str, *, deadline_s: float = 5.0) -> Store:
        """For the command line beside a running daemon: reads, and may append to the inbox.

        Takes no claim, makes and migrates nothing; StoreMissing when there is none yet.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Gives back the claim and every connection; harmless twice."""
        raise NotImplementedError

    async def restore(self) -> Restored:
        """What the last daemon knew: once, after `open` and before the first write."""
        raise NotImplementedError

    async def commit(self, step: Step, inbox_id: str | None = None) -> None:
        """Everything that one event led to, in one transaction that survives a power cut.

        After StoreUnavailable the step stays owed and is written first with the next commit
        (or `settle`): do not repeat it, and do carry out its effects, for a page must go out.
        """
        raise NotImplementedError

    async def settle(self) -> None:
        """Writes the owed commits, if there are any; worth calling on every tick."""
        raise NotImplementedError

    @property
    def owed(self) -> int:
        """Commits that the disk has refused so far: a metric, 0 when all is well."""
        raise NotImplementedError

    async def record(self, observations: Sequence[Observation], state: State) -> None:
        """A batch of looks and the suspicion they led to. A power cut may take the last ones."""
        raise NotImplementedError

    # ── the outbox ────────────────────────────────────────────────────────────────────────────

    async def sending(self, effect_id: str, at: float) -> None:
        """A try begins. Marks raise StoreUnavailable while the effect itself is not stored yet."""
        raise NotImplementedError

    async def confirmed(self, effect_id: str, at: float, receipt: Mapping[str, Any]) -> None:
        raise NotImplementedError

    async def refused(self, effect_id: str, at: float, why: str) -> None:
        raise NotImplementedError

    async def postponed(self, effect_id: str, not_before: float, why: str, unsure: bool) -> None:
        raise NotImplementedError

    async def superseded(self, effect_id: str, at: float, why: str) -> None:
        raise NotImplementedError

    # ── the inbox ─────────────────────────────────────────────────────────────────────────────

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        """Appends, durably. False: this id is known already, nothing was done."""
        raise NotImplementedError

    async def inbox(self, limit: int = 1000) -> list[tuple[str, Event]]:
        """What no commit has drained yet, oldest first."""
        raise NotImplementedError

    # ── questions ─────────────────────────────────────────────────────────────────────────────

    async def incidents(self, limit: int = 50) -> list[Incident]:
        """Newest first."""
        raise NotImplementedError

    async def incident(self, incident_id: str) -> Incident | None:
        raise NotImplementedError

    async def timeline(self, incident_id: str) -> list[Entry]:
        """In the order in which it was written."""
        raise NotImplementedError

    async def effects(self, incident_id: str) -> list[Tracked]:
        """In the order in which they were decided."""
        raise NotImplementedError

    async def observations(
        self, check: str, since: float, limit: int = 10_000
    ) -> list[Observation]:
        """Looks that started at `since` or later, oldest first."""
        raise NotImplementedError

    async def prune(self, before: float) -> int:
        """Forgets looks and drained inbox rows from before then; how many.

        In slices, so that no writer waits long. Incidents, timelines and effects are kept.
        """
        raise NotImplementedError

    async def size(self) -> int:
        """Bytes on disk, with the write-ahead log."""
        raise NotImplementedError
