"""All that is particular to PostgreSQL: how to connect, how long to wait, and what its errors mean.

The server's host may freeze, or vanish without a word, and then nothing that waits for it ever ends: not a
statement, not a rollback, not the closing of a connection. So everything here is cut off by our own clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakSet

import asyncpg
import structlog
from sqlalchemy import Connection, ExceptionContext, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from checker.store.faults import StoreDamaged, StoreError, StoreUnavailable, StoreUnreachable
from checker.store.server_address import Address

CONNECTIONS = 3  # one writes, two read
HOST_S = 2.0  # for one host to take a connection, before the next one is tried
READY_S = 2.0  # for a new connection to be made ready
GOODBYE_S = 1.0  # for the connections to be closed as is polite
FROZEN_S = 5.0  # without a word in the middle of a transaction: then it is cut off
MIGRATING = 7_302_118_455_921  # the number of the lock that migrations hold; ours alone

# A daemon that freezes in the middle of a transaction must not keep what it has locked. The server sees to that by
# itself between two statements (idle_in_transaction_session_timeout), but not within one: asyncpg has a statement
# prepared, and the server waits for the rest without an end. So whoever comes looks for such ones, of its own role.
_END_FROZEN = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'posthog-checker' AND datname = current_database() AND usename = current_user
  AND pid <> pg_backend_pid() AND state = 'active' AND wait_event = 'ClientRead' AND state_change < now() - interval '{} seconds'
"""
_READ_ONLY = "25006"
_CORRUPT = ("XX001", "XX002")

log = structlog.get_logger(__name__)


class Server:
    """A database that several daemons share, on one host or on any of several."""

    is_shared = True
    faults: tuple[type[Exception], ...] = (
        DBAPIError,
        OSError,
        PoolTimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
    )

    def __init__(self, url: str, frozen_s: float = FROZEN_S) -> None:
        """StoreError, which does not repeat it, when `url` is no such address."""
        self.address = Address(url)
        self._frozen_s = frozen_s
        self._making: dict[Any, asyncio.TimerHandle] = {}
        self._made: WeakSet[Any] = WeakSet()

    def __str__(self) -> str:
        return str(self.address)

    # ── connections ───────────────────────────────────────────────────────────────────────────

    def engine(self) -> AsyncEngine:
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connection,
            hide_parameters=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
        )
        event.listen(engine.sync_engine, "connect", self._ready)
        event.listen(engine.sync_engine, "begin", _begin)
        event.listen(engine.sync_engine, "handle_error", _look_elsewhere)
        return engine

    async def connect(self) -> Any:
        """A connection to the first host that answers and may be written to."""
        refusals = []
        for host, dsn in self.address.hosts():
            try:
                made = await self._admitted(dsn)
            except self.faults as error:
                refusals.append(f"{host}: {self._said(error)}")
            else:
                self.address.prefer(dsn)
                return made
        raise StoreUnreachable(f"the store {self} cannot be reached: {'; '.join(refusals)}")

    async def _admitted(self, dsn: str) -> Any:
        """A connection to that host, made once nobody who froze is in its way."""
        settings = {
            "application_name": "posthog-checker",
            "idle_in_transaction_session_timeout": f"{self._frozen_s * 1000:.0f}",
        }
        made = await asyncpg.connect(dsn, timeout=HOST_S, server_settings=settings)
        try:
            await made.execute(_END_FROZEN.format(self._frozen_s), timeout=HOST_S)
        except asyncpg.InsufficientPrivilegeError:
            log.debug("whoever froze cannot be cut off", store=str(self))
        except BaseException:
            made.terminate()
            raise
        return made

    async def _connection(self) -> Any:
        """One for the pool, which asks the server this and that before it hands it out."""
        made = await self.connect()
        self._made.add(made)
        self._making[made] = asyncio.get_running_loop().call_later(READY_S, self._give_up, made)
        return made

    def _give_up(self, made: Any) -> None:
        del self._making[made]
        made.terminate()

    def _ready(self, connection: Any, _record: object) -> None:
        self._making.pop(connection.driver_connection).cancel()

    @asynccontextmanager
    async def bounded(self, connection: AsyncConnection, within_s: float) -> AsyncIterator[None]:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        timer = asyncio.get_running_loop().call_later(within_s, raw.terminate)
        try:
            yield
        finally:
            timer.cancel()

    @asynccontextmanager
    async def listening(
        self, channel: str, heard: Callable[[str], None]
    ) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        line = await self.connect()

        async def ask() -> None:
            async with asyncio.timeout(HOST_S):
                await line.execute("SELECT 1")

        try:
            async with asyncio.timeout(HOST_S):
                await line.add_listener(channel, lambda _line, _pid, _on, word: heard(word))
            yield ask
        finally:
            line.terminate()

    async def close(self, engine: AsyncEngine) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await engine.dispose()
        for timer in self._making.values():
            timer.cancel()
        for connection in self._made:
            connection.terminate()

    # ── transactions ──────────────────────────────────────────────────────────────────────────

    def to_write(self, durable: bool) -> Mapping[str, Any]:
        return {"durable": durable}

    def to_read(self) -> Mapping[str, Any]:
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    async def turn(self, connection: AsyncConnection) -> None:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))

    # ── what is wrong ─────────────────────────────────────────────────────────────────────────

    def fault_of(self, error: Exception) -> StoreError:
        said, state = self._said(error), _state(error)
        if state in _CORRUPT:
            return StoreDamaged(
                f"the store {self} is damaged ({said}). Nothing was changed. Restore it from a backup."
            )
        cut = not isinstance(error, DBAPIError) or error.connection_invalidated
        kind = StoreUnreachable if cut else StoreUnavailable
        return kind(f"the store {self} cannot be used right now: {said}")

    def _said(self, error: Exception) -> str:
        """The error's first words: what follows them may quote rows."""
        cause = _cause(error)
        if isinstance(cause, TimeoutError):
            return "no answer in time"
        if isinstance(cause, asyncpg.TargetServerAttributeNotMatched):
            return "it takes no writes"
        words = str(cause.args[0]) if cause.args and _state(cause) else str(cause)
        return self.address.without_password(words) or type(cause).__name__

    # ── the rest ──────────────────────────────────────────────────────────────────────────────

    def claim(self) -> None:
        """Nothing to claim: daemons share it, and a lease says who leads."""

    def require(self) -> None:
        """Only the server can tell."""

    async def examine(self, connection: AsyncConnection, tables: Sequence[str]) -> None:
        """The server's own checksums see to it, on every page that is read."""

    async def bytes_of(self, connection: AsyncConnection) -> int:
        """Of the whole database."""
        found = await connection.execute(text("SELECT pg_database_size(current_database())"))
        return int(found.scalar_one())


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("durable", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")


def _look_elsewhere(context: ExceptionContext) -> None:
    """A server that has become a standby is none to stay with."""
    if _state(context.original_exception) == _READ_ONLY:
        context.is_disconnect = True


def _cause(error: BaseException) -> BaseException:
    """The driver's own error, under what was made of it."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def _state(error: BaseException) -> str:
    """PostgreSQL's code of five characters; empty if it is not an error of the server's."""
    return str(getattr(_cause(error), "sqlstate", None) or "")
