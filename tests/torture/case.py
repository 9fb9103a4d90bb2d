"""A case of the matrices: what is done, what is expected, what was seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Seen:
    """What came of a case, in a line."""

    text: str
    is_right: bool
    times: int = 1  # how often it was done


@dataclass(frozen=True)
class Case:
    """One case. Cases of one `row` make one row of the table; `name` tells them apart.

    `run` gets an empty folder; what it raises is a miss. `is_alone`: nothing else runs meanwhile, for it
    measures time.
    """

    part: str
    row: str
    expected: str
    run: Callable[[Path], Awaitable[Seen]]
    name: str = ""
    is_alone: bool = False

    @property
    def title(self) -> str:
        return ": ".join(filter(None, [self.part, self.row, self.name]))


@dataclass(frozen=True)
class Skipped(Exception):
    """The case cannot be played on this machine; says what it needs."""

    why: str
