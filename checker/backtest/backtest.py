"""A history read once and played through one or two configs, in bounded memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from checker.backtest.found import Replayed
from checker.backtest.replay import Replay
from checker.core.model import Observation
from checker.core.rules import Policy
from checker.desk import Refusal
from checker.store.history import Span
from checker.store.store import Store


@dataclass(frozen=True, slots=True)
class Backtest:
    """What became of a history. `begins` and `ends`: start of the first look, end of the last."""

    begins: float
    ends: float
    looks: int
    spans: Mapping[str, Span]  # check → when it was looked at, whether a config names it or not
    replays: tuple[Replayed, ...]  # one for each policy


async def backtest(
    store: Store,
    policies: Sequence[Policy],
    since: float,
    until: float,
    reached: Callable[[float], None],
) -> Backtest:
    """Plays what `store` holds of that time; `reached` is told how far it has come.

    Refusal if there is nothing to play.
    """
    spans = await store.spans(since, until)
    if not spans:
        raise Refusal("There are no looks of that time in the store: nothing can be said.")
    begins = min(span.first for span in spans.values())
    firsts = {name: span.first for name, span in spans.items()}
    replays = [Replay(policy, begins, firsts) for policy in policies]
    looks, ends = 0, begins
    async for slice_ in by_their_ends(store.history(since, until)):
        for replay in replays:
            for look in slice_:
                replay.look(look)
        if slice_:
            looks, ends = looks + len(slice_), _ended(slice_[-1])
            reached(ends)
    for replay in replays:
        replay.pass_time(ends)
    return Backtest(begins, ends, looks, spans, tuple(r.replayed() for r in replays))


async def by_their_ends(
    slices: AsyncIterator[list[Observation]],
) -> AsyncIterator[list[Observation]]:
    """Looks that come by their starts, in the order in which the daemon got to know them.

    Those that may have ended after the start of one that is yet to come wait for the next slice.
    """
    waiting: list[Observation] = []
    async for slice_ in slices:
        waiting = sorted([*waiting, *slice_], key=_ended)
        sure = bisect_left(waiting, slice_[-1].at, key=_ended)
        yield waiting[:sure]
        waiting = waiting[sure:]
    yield waiting


def _ended(look: Observation) -> float:
    return look.at + look.duration_s
