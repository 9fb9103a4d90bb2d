"""One database: its transactions, each with a deadline, and one writer at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from checker.store.faults import StoreError, StoreUnavailable, StoreUnreachable
from checker.store.place import Place

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

KNOCK_S = 1.0  # between two tries to reach a server that is away

log = structlog.get_logger(__name__)


class Database:
    """Runs work in transactions.

    A transaction that has begun is always brought to its end, even when its caller was cancelled
    or has lost patience: a connection is never left in the middle of something. One to a server
    that has not ended in time is cut off, and it may have been written or not.
    """

    def __init__(self, place: Place, deadline_s: float) -> None:
        self.place = place
        self._deadline_s = deadline_s
        self._engine = place.engine()
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._away: StoreUnreachable | None = None
        self._knocking: asyncio.Task[None] | None = None

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
        engine = self._engine.execution_options(**self.place.to_write(durable))
        within_s = within_s or self._deadline_s
        with self._plainly():
            async with asyncio.timeout(within_s):
                await self._turn.acquire()
                task = self._begin(self._transaction(engine, work, within_s, then))
                task.add_done_callback(lambda _: self._turn.release())
                return await asyncio.shield(task)

    async def read(self, work: Work[T]) -> T:
        """`work` on one unchanging view of the database."""
        engine = self._engine.execution_options(**self.place.to_read())
        with self._plainly():
            async with asyncio.timeout(self._deadline_s):
                task = self._begin(self._transaction(engine, work, self._deadline_s))
                return await asyncio.shield(task)

    async def close(self) -> None:
        """Waits for what is under way, no longer than the deadline, and lets go of all connections."""
        if self._knocking is not None:
            self._knocking.cancel()
            await asyncio.wait([self._knocking])
        if self._running:
            await asyncio.wait(self._running, timeout=self._deadline_s)
        await self.place.close(self._engine)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Its error is taken note of even if whoever asked has given up: that one has said so."""
        self._running.discard(task)
        if not task.cancelled():
            task.exception()

    async def _transaction(
        self,
        engine: AsyncEngine,
        work: Work[T],
        within_s: float,
        then: Callable[[T], None] | None = None,
    ) -> T:
        async with (
            engine.connect() as connection,
            self.place.bounded(connection, within_s),
            connection.begin(),
        ):
            result = await work(connection)
        if then is not None:
            then(result)
        return result

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        if self._away is not None:
            raise StoreUnreachable(str(self._away))
        try:
            yield
        except StoreUnreachable as fault:
            self._lost(fault)
            raise
        except (TimeoutError, PoolTimeoutError) as error:
            raise self._lost(self._silence()) from error
        except self.place.faults as error:
            raise self._lost(self.place.fault_of(error)) from error

    def _silence(self) -> StoreError:
        kind = StoreUnreachable if self.place.is_shared else StoreUnavailable
        return kind(f"the store {self.place} did not answer in time")

    # ── a server that is away ─────────────────────────────────────────────────────────────────

    def _lost(self, fault: StoreError) -> StoreError:
        """From now on nobody waits for it in vain: every call is refused until it answers again."""
        if isinstance(fault, StoreUnreachable) and self._away is None:
            log.error("the store is away", why=str(fault))
            self._away = fault
            self._knocking = asyncio.create_task(self._knock())
        return fault

    async def _knock(self) -> None:
        while self._away is not None:
            if await self._answers():
                self._away = None
                log.warning("the store is back")
            else:
                await asyncio.sleep(KNOCK_S)

    async def _answers(self) -> bool:
        try:
            await self._transaction(self._engine, _nothing, self._deadline_s)
        except StoreError:
            return False
        except self.place.faults:
            return False
        return True


async def _nothing(connection: AsyncConnection) -> None:
    await connection.exec_driver_sql("SELECT 1")
