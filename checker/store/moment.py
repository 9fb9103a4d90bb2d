"""What time it is: daemons that share a server go by its clock, for theirs may differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Double, cast, extract, func, literal
from sqlalchemy.ext.asyncio import AsyncConnection

Clock = Callable[[], float]


def now(connection: AsyncConnection, clock: Clock) -> ColumnElement[Any]:
    """Seconds since the epoch as an expression: of the server's clock at that very moment, or of `clock`."""
    if connection.dialect.name == "postgresql":
        # Not now(): that is when the transaction began, and it may have waited for a lock since.
        return cast(extract("epoch", func.clock_timestamp()), Double)
    return literal(clock(), Double)
