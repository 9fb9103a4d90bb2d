"""Who could not be asked at all, and what the ledger says that they hold: that is not known to be there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from checker.core.model import RINGS, Duty
from checker.reconcile.difference import Unasked
from checker.reconcile.ledger import Ledger
from checker.store.rows import Fate, Tracked

OFF = "it is off, or not in the config any more"


def unread(name: str, why: str, ledgers: Iterable[Ledger]) -> Iterator[Unasked]:
    """A pager that does not say what became of its pages; nothing, if it has taken none."""
    pages = {one.effect.id: one for ledger in ledgers for one in _pages(ledger, name)}
    if pages:
        yield _said(name, why, list(pages.values()), [])


def absent(
    present: Collection[str], ledgers: Collection[Ledger], off: Mapping[str, str]
) -> Iterator[Unasked]:
    """Those who did something and are not there any more. `off`: why, as far as that is known.

    What leaves no receipt leaves nothing to look at: a line on a screen, a direct message.
    """
    names = {one.effect.responder for ledger in ledgers for one in ledger.effects}
    for name in sorted(names - set(present)):
        pages = [one for ledger in ledgers for one in _pages(ledger, name) if one.receipt]
        rooms = [one for ledger in ledgers for one in _rooms(ledger, name) if one.receipt]
        if pages or rooms:
            why = f"it is off ({off[name]})" if name in off else OFF
            yield _said(name, why, pages, rooms)


def _said(name: str, why: str, pages: list[Tracked], rooms: list[Tracked]) -> Unasked:
    incidents = dict.fromkeys(one.effect.incident for one in [*pages, *rooms])
    return Unasked(name, why, tuple(incidents), len(pages), len(rooms))


def _pages(ledger: Ledger, name: str) -> Iterator[Tracked]:
    """Also of what is over: its page may still ring."""
    return (one for one in ledger.newest(name, *RINGS) if one.fate is Fate.CONFIRMED)


def _rooms(ledger: Ledger, name: str) -> Iterator[Tracked]:
    """Of what is live: nobody meets in the others any more."""
    made = ledger.newest(name, Duty.ROOM) if ledger.is_live else []
    return (one for one in made if one.fate is Fate.CONFIRMED)
