"""A daemon as a process of its own, forked from one that has read our modules already: a start costs a tenth."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import checker.responders
import probes
from checker.cli import main
from tests.torture import dying
from tests.world.daemon import Process, environment

NURSERY = multiprocessing.get_context("forkserver")
LATER = ("aiosqlite", "anyio._backends._asyncio", "apscheduler.executors.asyncio", "httpcore")
NURSERY.set_forkserver_preload(
    [
        "tests.torture.forked",
        *LATER,  # what is read only once it runs
        *(f"probes.{found.name}" for found in pkgutil.iter_modules(probes.__path__)),
        *(
            f"checker.responders.{found.name}"
            for found in pkgutil.iter_modules(checker.responders.__path__)
        ),
    ]
)


class Forked(Process):
    """The same as a Process. `dies`: at which commit, as `dying` wants it said, in its first life only.

    `prelude` is done in the child before each life.
    """

    def __init__(
        self, config: Path, dies: Sequence[str] = (), prelude: Callable[[], None] | None = None
    ) -> None:
        super().__init__(config)
        self.dies = tuple(dies)
        self.prelude = prelude
        self._child: ForkServerProcess | None = None
        self._gone = asyncio.Event()

    @property
    def pid(self) -> int:
        assert self._child is not None
        assert self._child.pid is not None
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.is_alive()

    async def spawn(self) -> None:
        words = ("run", "--config", str(self.config), "--listen", f"127.0.0.1:{self.port}")
        dies, self.dies = self.dies, ()
        child = NURSERY.Process(target=live, args=(words, str(self.log), dies, self.prelude))
        await asyncio.to_thread(child.start)
        self._child, self._gone = child, asyncio.Event()
        asyncio.get_running_loop().add_reader(child.sentinel, self._left, child, self._gone)

    def _left(self, child: ForkServerProcess, gone: asyncio.Event) -> None:
        asyncio.get_running_loop().remove_reader(child.sentinel)
        child.join()
        gone.set()

    def signal(self, number: int) -> None:
        if self.is_alive:
            os.kill(self.pid, number)

    async def ended(self) -> int:
        assert self._child is not None
        child = self._child
        await self._gone.wait()
        return child.exitcode or 0


def live(
    words: Sequence[str], log: str, dies: Sequence[str], prelude: Callable[[], None] | None
) -> None:
    """A daemon's life, in the child."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment())
    if dies:
        way, what = dies
        dying.WAYS[way](what)
    if prelude is not None:
        prelude()
    sys.argv = ["checker", *words]
    main(list(words))
