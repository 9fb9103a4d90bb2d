"""The chores of one location."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from checker.memory import Memories
from checker.upkeep import Upkeep


class Watched:
    """An upkeep whose database is lost when `why` says so."""

    def __init__(self) -> None:
        self.why = ""
        self.failed: list[str] = []
        self.upkeep = Upkeep(
            None,  # type: ignore[arg-type]
            Memories(),
            self.failed.append,
            location="l1",
            retention_s=lambda: 1.0,
            lost=lambda: self.why,
        )

    async def look(self, times: int = 1) -> list[Any]:
        with capture_logs() as said:
            for _ in range(times):
                await self.upkeep.look_after()
        return [(one["log_level"], one["event"]) for one in said]


@pytest.fixture
def watched() -> Watched:
    return Watched()


async def test_a_database_that_is_there_is_no_word_worth(watched):
    assert await watched.look() == []
    assert (watched.upkeep.problem, watched.failed) == ("", [])


async def test_a_database_that_is_gone_is_said_once_and_counted_each_time(watched):
    watched.why = "it is gone"

    assert await watched.look(3) == [("critical", "store_gone")]
    assert watched.upkeep.problem == "it is gone"
    assert watched.failed == ["file_gone"] * 3


async def test_a_database_that_is_back_is_said_too(watched):
    watched.why = "it is gone"
    await watched.look()
    watched.why = ""

    assert await watched.look(2) == [("info", "store_is_back")]
    assert watched.upkeep.problem == ""
