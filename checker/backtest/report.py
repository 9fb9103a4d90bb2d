"""All that is said of a backtest, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker.backtest.allowance import Held, held
from checker.backtest.backtest import Backtest
from checker.backtest.difference import Pair, pairs
from checker.backtest.limits import limits, limits_of_changes
from checker.backtest.plan import Plan, plan
from checker.config.settings import Settings
from checker.core.model import Incident


@dataclass(frozen=True, slots=True)
class Trial:
    """A config that is tried. `name` is the path as it was given."""

    name: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Report:
    """What was found with one or two configs. Budgets and limits are those of the last: the one on trial."""

    trials: tuple[Trial, ...]
    tested: Backtest
    held: tuple[Held, ...]
    limits: tuple[str, ...]
    pairs: tuple[Pair, ...] = ()
    plan: Plan | None = None

    @property
    def is_exceeded(self) -> bool:
        return any(one.exceeded for one in self.held)


def report(trials: Sequence[Trial], tested: Backtest, live: Iterable[Incident]) -> Report:
    """`tested` has one replay for each of `trials`; `live`: incidents that nobody has closed yet."""
    name, last = trials[-1].name, trials[-1].settings
    kept = held(last.budgets, tested.replays[-1])
    unknown = limits(name, last, tested.spans, tested.begins)
    if len(trials) == 1:
        return Report(tuple(trials), tested, kept, unknown)
    here, there = tested.replays
    change = plan(trials[0].settings, last, live, tested.ends)
    unknown = (*limits_of_changes(change.changed), *unknown)
    return Report(tuple(trials), tested, kept, unknown, pairs(here, there), change)
