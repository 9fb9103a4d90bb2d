"""What can happen to those through whom people are told."""

from __future__ import annotations

from tests.torture import dropped, flaky, gone, refused
from tests.torture.case import Case


async def cases(_: int | None = None) -> list[Case]:
    return [*flaky.cases(), *gone.cases(), *refused.cases(), *dropped.cases()]
