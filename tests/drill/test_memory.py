"""Drills are remembered over restarts, by whoever makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from checker.drill.memory import EVERYWHERE, Remembered, keep, recall
from checker.drill.report import Report, Step
from checker.store.store import Store

GOOD, BAD = Step("declared", 0.1), Step("page accepted by p", None, "no answer")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path}/checker.db")
    yield opened
    await opened.close()


async def test_what_was_kept_is_recalled(store: Store):
    await keep(store, Remembered(200.0, False, 100.0))
    assert await recall(store) == Remembered(200.0, False, 100.0)


async def test_before_the_first_drill_there_is_none(store: Store):
    assert await recall(store) == Remembered()


async def test_the_memories_of_probes_are_no_drills_and_the_other_way_round(store: Store):
    await store.remember("fra", {"drill": {"at": 1.0}, "canaries": {"sent": 3}})
    await keep(store, Remembered(200.0, True, 200.0))
    assert (await store.memories("fra"))["drill"] == {"at": 1.0}
    assert await recall(store) == Remembered(200.0, True, 200.0)


@pytest.mark.parametrize("row", [{}, {"at": "soon"}, {"at": True, "ok": 1, "succeeded_at": []}])
async def test_a_row_that_is_none_counts_as_no_drill(store: Store, row: dict):
    await store.remember(EVERYWHERE, {"drill": row})
    assert await recall(store) == Remembered()


async def test_one_that_begins_counts_as_failed_until_it_ends_well():
    known = Remembered(100.0, True, 100.0).begun(200.0)
    assert known == Remembered(200.0, False, 100.0)
    assert known.after(Report(200.0, (GOOD,))) == Remembered(200.0, True, 200.0)
    assert known.after(Report(200.0, (GOOD, BAD))) == Remembered(200.0, False, 100.0)
