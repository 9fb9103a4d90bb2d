"""What is remembered of drills: one row beside the probes' memories, under no location, for whoever drills there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from checker.drill.report import Report
from checker.store.store import Store

EVERYWHERE = ""  # no location has this name
NAME = "drill"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The newest drill and the newest that went well; seconds since the epoch, None: there was none."""

    at: float | None = None
    ok: bool = False
    succeeded_at: float | None = None

    def begun(self, at: float) -> Remembered:
        """A drill has begun: it counts as failed until it ends well."""
        return Remembered(at, False, self.succeeded_at)

    def after(self, report: Report) -> Remembered:
        """A drill has ended."""
        return Remembered(report.at, report.ok, report.at if report.ok else self.succeeded_at)


async def recall(store: Store) -> Remembered:
    """StoreError if it cannot be read; a row that is none counts as no drill."""
    row = (await store.memories(EVERYWHERE)).get(NAME, {})
    return Remembered(_time(row.get("at")), row.get("ok") is True, _time(row.get("succeeded_at")))


async def keep(store: Store, remembered: Remembered) -> None:
    """StoreError if it cannot be written."""
    await store.remember(EVERYWHERE, {NAME: asdict(remembered)})


def _time(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
