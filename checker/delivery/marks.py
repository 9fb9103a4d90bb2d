"""Where delivery writes down what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Marks(Protocol):
    """The part of the store that delivery writes to (checker/store/store.py)."""

    async def sending(self, effect_id: str, at: float) -> None: ...

    async def confirmed(self, effect_id: str, at: float, receipt: Mapping[str, Any]) -> None: ...

    async def refused(self, effect_id: str, at: float, why: str) -> None: ...

    async def postponed(
        self, effect_id: str, not_before: float, why: str, unsure: bool
    ) -> None: ...

    async def superseded(self, effect_id: str, at: float, why: str) -> None: ...
