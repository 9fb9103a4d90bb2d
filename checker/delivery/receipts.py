"""What came of the effects that were done: those who act again on the same incident need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.store.rows import Receipt

RECEIPTS_MAX = 1000  # pairs of responder and incident whose receipts are remembered


class Receipts:
    """`all`: responder and incident → effect → receipt. The newest pairs."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}

    def keep(self, one: Receipt) -> None:
        pair = one.responder, one.incident
        known = self.all.pop(pair, {})
        self.all[pair] = {**known, one.effect: one.receipt}
        if len(self.all) > RECEIPTS_MAX:
            del self.all[next(iter(self.all))]
