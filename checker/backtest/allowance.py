"""Whether what was found keeps to the budgets of the config."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.backtest.found import Page, Replayed
from checker.config.durations import written
from checker.config.settings import Budgets, Pages


@dataclass(frozen=True, slots=True)
class Held:
    """A budget, and what was found held against it; both in words."""

    name: str  # the config's key
    allowed: str
    found: str
    exceeded: bool


def held(budgets: Budgets, replayed: Replayed) -> tuple[Held, ...]:
    """One for each budget that somebody set."""
    return tuple(_held(budgets, replayed.pages))


def _held(budgets: Budgets, pages: Sequence[Page]) -> Iterator[Held]:
    if budgets.max_pages is not None:
        most = most_at_once(pages, budgets.max_pages.per_s)
        yield Held(
            "max_pages",
            in_words(budgets.max_pages),
            str(most),
            most > budgets.max_pages.count,
        )
    if budgets.max_time_to_page_s is not None:
        worst_s = max((page.waited_s for page in pages if page.is_total), default=None)
        yield Held(
            "max_time_to_page",
            written(budgets.max_time_to_page_s),
            "no total outage" if worst_s is None else f"{worst_s:.0f} s",
            worst_s is not None and worst_s > budgets.max_time_to_page_s,
        )


def in_words(allowed: Pages) -> str:
    """ "3 per 30d"."""
    return f"{allowed.count} per {written(allowed.per_s)}"


def most_at_once(pages: Sequence[Page], per_s: float) -> int:
    """The most pages, oldest first, that fall into any `per_s` seconds."""
    most = first = 0
    for newest, page in enumerate(pages):
        while page.at - pages[first].at >= per_s:
            first += 1
        most = max(most, newest - first + 1)
    return most
