"""Whom a page reaches. What is only printed rings nobody, and whoever declares something must know."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from checker.config.outlets import FALLBACK as CONSOLE
from checker.config.settings import PlannedResponder
from checker.core.model import RINGS, Severity
from checker.store.rows import Tracked

SAID = "It rings nobody: no pager is set up here. Please call the people you need yourself."


def printing(planned: Iterable[PlannedResponder]) -> frozenset[str]:
    """The names of those that print, and reach nobody."""
    return frozenset({CONSOLE, *(one.name for one in planned if one.kind == CONSOLE)})


def paged(effects: Iterable[Tracked]) -> frozenset[str]:
    """The names of those by whom an incident has paged."""
    return frozenset(one.effect.responder for one in effects if one.effect.duty in RINGS)


def warning(
    pagers: Collection[str], severity: Severity, prints: Collection[str] = (CONSOLE,)
) -> str:
    """What to say where none of the pagers rings; empty if one does. A minor incident never pages."""
    return "" if severity is Severity.MINOR or set(pagers).difference(prints) else SAID
