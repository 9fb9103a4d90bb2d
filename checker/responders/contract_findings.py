"""What a look at a responder found, before the night when it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

NEVER_PAGED = "posthog-checker/doctor"  # a key that no page has: those have three parts


class Health(StrEnum):
    """Whether a thing will work."""

    OK = "ok"
    WARNING = "warning"  # it will do without, but less well
    BAD = "bad"  # it will not do its work


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and what to mend. Free of secrets."""

    health: Health
    what: str
    to_do: str = ""


def ok(what: str) -> Finding:
    return Finding(Health.OK, what)


def warning(what: str, to_do: str = "") -> Finding:
    return Finding(Health.WARNING, what, to_do)


def bad(what: str, to_do: str) -> Finding:
    return Finding(Health.BAD, what, to_do)


@runtime_checkable
class Examined(Protocol):
    """A responder that can look at its own way out."""

    async def examine(self) -> list[Finding]:
        """Rings nobody, changes nothing, and never raises for what the other side does."""
        ...
