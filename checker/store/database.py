"""One database: its transactions, each with a deadline, and one writer at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from checker.store import sqlite
from checker.store.faults import StoreUnavailable

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]


class Database:
    """Runs work in transactions.

    A transaction that has begun is always brought to its end, even when its caller was cancelled
    or has lost patience: a connection is never left in the middle of something.
    """

    def __init__(self, path: Path, deadline_s: float, busy_s: float) -> None:
        self.path = path
        self._deadline_s = deadline_s
        self._engine = sqlite.engine_for(path, busy_s)
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()

    async def write(
        self,
        work: Work[T],
        *,
        durable: bool = True,
        then: Callable[[T], None] | None = None,
        within_s: float | None = None,
    ) -> T:
        """`work` in a transaction of its own; `then` gets its result once that is committed.

        `durable`: survives a power cut. `within_s`: instead of the usual deadline. StoreUnavailable when it did not end in time: it may still
        be written, so repeat it only where that does no harm.
        """
        engine = self._engine.execution_options(
            begin="IMMEDIATE", synchronous="FULL" if durable else "NORMAL"
        )
        with self._plainly():
            async with asyncio.timeout(within_s or self._deadline_s):
                await self._turn.acquire()
                task = self._begin(_transaction(engine, work, then))
                task.add_done_callback(lambda _: self._turn.release())
                return await asyncio.shield(task)

    async def read(self, work: Work[T]) -> T:
        """`work` on one unchanging view of the database."""
        with self._plainly():
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.shield(self._begin(_transaction(self._engine, work)))

    async def close(self) -> None:
        """Waits for what is under way, no longer than the deadline, and lets go of all connections."""
        if self._running:
            await asyncio.wait(self._running, timeout=self._deadline_s)
        await self._engine.dispose()

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise sqlite.fault_of(error, self.path) from error
        except (TimeoutError, PoolTimeoutError) as error:
            raise StoreUnavailable(f"the store {self.path} did not answer in time") from error


async def _transaction(
    engine: AsyncEngine, work: Work[T], then: Callable[[T], None] | None = None
) -> T:
    async with engine.begin() as connection:
        result = await work(connection)
    if then is not None:
        then(result)
    return result
