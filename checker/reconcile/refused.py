"""What was refused for good, and is wanted still."""

from __future__ import annotations

from collections.abc import Iterator

from checker.core.incident import is_open
from checker.core.model import RINGS, Duty
from checker.reconcile.difference import MEND, Difference
from checker.reconcile.ledger import Ledger
from checker.store.rows import Fate, Tracked

# What is said anew by itself, or too late to matter.
PASSING = frozenset({Duty.SUMMARY, Duty.CHANGE, Duty.RESOLVE})
SHOWN_MAX = 5  # of one responder: the newest, for the reason is the same


def refused(ledger: Ledger, responder: str, at: float) -> Iterator[Difference]:
    """Of a live incident, what it still lacks; of one that is over, what customers are still told."""
    wanted = [duty for duty in Duty if duty not in PASSING] if ledger.is_live else [Duty.WITHDRAW]
    found = [one for one in ledger.newest(responder, *wanted) if one.fate is Fate.REFUSED]
    yield from (_said(ledger, one, at) for one in found[-SHOWN_MAX:] if _is_wanted(ledger, one))


def _is_wanted(ledger: Ledger, one: Tracked) -> bool:
    """An older page, or one of what has recovered, would wake somebody for nothing."""
    if one.effect.duty not in RINGS:
        return True
    newest = one.effect.payload["key"].rpartition("/")[2] == str(ledger.incident.page)
    return newest and is_open(ledger.incident)


def _said(ledger: Ledger, one: Tracked, at: float) -> Difference:
    effect = one.effect
    says = f"{effect.id} was refused: {one.why}"
    if not ledger.is_live:
        return Difference(effect.incident, effect.responder, says, "Take it back there, by hand.")
    to_do = f"Mend what it says; then {MEND} tries again."
    return Difference(
        effect.incident, effect.responder, says, to_do, (ledger.once_more(effect, at),)
    )
