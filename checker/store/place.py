"""Where a store is: the seam between the two databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from checker.store.claim import Claim
from checker.store.faults import StoreError

Url = str | SecretStr
"""A store's address. Where it holds a password, only a SecretStr keeps that out of every text."""


class Place(Protocol):
    """All that differs from one database to the other. Its text names it to people, without a secret."""

    @property
    def is_shared(self) -> bool:
        """Whether several daemons may have it open at a time; else one has it, by a claim."""

    @property
    def faults(self) -> tuple[type[Exception], ...]:
        """What its driver raises, for `fault_of`."""

    def engine(self) -> AsyncEngine: ...

    def to_write(self, durable: bool) -> Mapping[str, Any]:
        """Execution options of a transaction that writes. `durable`: survives a power cut."""

    def to_read(self) -> Mapping[str, Any]:
        """Execution options of a transaction that sees one unchanging view."""

    def bounded(
        self, connection: AsyncConnection, within_s: float
    ) -> AbstractAsyncContextManager[None]:
        """What is done with the connection inside ends in time, at the worst by cutting it off."""

    def fault_of(self, error: Exception) -> StoreError:
        """What the driver's error means for the caller. Holds no values of rows."""

    def listening(
        self, channel: str, heard: Callable[[str], None]
    ) -> AbstractAsyncContextManager[Callable[[], Awaitable[None]]]:
        """Inside, `heard` is told what others say on that channel; what is given raises when the line is gone."""

    async def close(self, engine: AsyncEngine) -> None:
        """Lets go of every connection, soon, whether or not anybody answers."""

    def claim(self) -> Claim | None:
        """Takes it for this process alone, unless it is shared. StoreError where there is no folder for a file."""

    def require(self) -> None:
        """StoreMissing when it can be told at once that there is no store."""

    async def turn(self, connection: AsyncConnection) -> None:
        """Waits until no other process is changing the tables' form; until this transaction's end."""

    async def examine(self, connection: AsyncConnection, tables: Sequence[str]) -> None:
        """StoreDamaged when one of `tables` or its indexes is not sound, as far as can be told soon."""

    async def bytes_of(self, connection: AsyncConnection) -> int:
        """What the store takes on disk."""
