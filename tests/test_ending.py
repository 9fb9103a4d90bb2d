"""The end of a daemon: each part has its time, and all of them together have theirs."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import structlog

from checker.app import Daemon
from checker.cli import stopped


class Ending:
    """Stops at once, or never."""

    def __init__(self, *, hangs: bool = False) -> None:
        self._hangs = hangs
        self.has_ended = False

    async def stop(self) -> None:
        if self._hangs:
            await asyncio.Event().wait()
        self.has_ended = True


async def test_a_daemon_that_ends_in_time_ends_whole():
    ending = Ending()
    with structlog.testing.capture_logs() as said:
        await stopped(cast(Daemon, ending), 60)
    assert (ending.has_ended, said) == (True, [])


async def test_a_daemon_that_does_not_end_in_time_is_left_and_the_log_says_so():
    said: list[Any]
    with structlog.testing.capture_logs() as said:
        await stopped(cast(Daemon, Ending(hangs=True)), 0.01)
    assert [(one["event"], one["why"]) for one in said] == [
        ("not ended in time", "it took longer than 0.01 s")
    ]
