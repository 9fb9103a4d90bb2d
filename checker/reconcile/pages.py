"""Pages: what the ledger says of each, beside what the pager shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.core.effects import end_anew, original, page_key
from checker.core.incident import is_open
from checker.core.model import RINGS, Incident
from checker.core.rules import Policy
from checker.core.wording import stamp
from checker.reconcile.difference import MEND, Difference
from checker.reconcile.ledger import Ledger
from checker.responders.contract import PageState, Shown
from checker.store.rows import Fate, Tracked

SHOWS_WITHIN_S = 120.0  # a page is shown, and an end is heard, some seconds after it was taken

Pages = Mapping[str, Shown | None]
"""What was seen by the pages' keys. None: there is nothing; a key that is not there is of no page that is open."""


def worth_asking(ledger: Ledger, responder: str) -> set[str]:
    """The keys of which it matters whether they are gone or were ended: an open incident's newest page."""
    if not is_open(ledger.incident):
        return set()
    return {
        _key(one)
        for one in ledger.newest(responder, *RINGS)
        if one.fate is Fate.CONFIRMED and _is_newest(ledger.incident, _key(one))
    }


def wanted(ledger: Ledger, responder: str, seen: Pages, at: float) -> Iterator[Difference]:
    """The page of an open incident, at `at`: it should ring, or have been taken."""
    for one in ledger.newest(responder, *RINGS):
        key = _key(one)
        if key in worth_asking(ledger, responder) and key in seen:
            yield from _wanted(ledger, one, seen[key], at)


def showing(
    responder: str,
    open_: Mapping[str, Shown],
    ledgers: Mapping[str, Ledger],
    policy: Policy,
    at: float,
) -> Iterator[Difference]:
    """Pages that show as open, though what they are about is over or not known. `ledgers`: by the incidents' ids."""
    for key, shown in sorted(open_.items()):
        ledger = ledgers.get(incident_of(key))
        if ledger is None or key not in ledger.keys() | _made_alone(ledger, policy):
            says = (
                f"{responder} shows a page {key} as open, of which this store knows nothing: it is from a store "
                "that was lost, or from another installation of the same name."
            )
            yield Difference("", responder, says, "End it there, by hand, if nobody needs it.")
        elif not ledger.is_live:
            yield from _over(ledger, responder, key, shown, at)


def incident_of(key: str) -> str:
    """The id in "<deployment>/<incident>/<n>"."""
    return key.split("/")[1]


def _wanted(ledger: Ledger, page: Tracked, shown: Shown | None, at: float) -> Iterator[Difference]:
    """A page that should ring, or have been taken."""
    id_, name = ledger.incident.id, page.effect.responder
    number = _key(page).rpartition("/")[2]
    if shown is None and page.fate is Fate.CONFIRMED and _is_long_ago(page.settled_at, at):
        says = (
            f"page {number} was taken by {name} at {stamp(page.settled_at or at)}, which does not show it: "
            "perhaps nobody was rung."
        )
        sent = (ledger.once_more(page.effect, at),)
        yield Difference(id_, name, says, f"{MEND} sends it again.", sent)
    elif shown is not None and shown.state is PageState.RESOLVED:
        by = shown.who or "nobody that it names"
        says = f"page {number} was ended at {name} by {by}, and {id_} is open: it rings again by itself while it fails."
        yield Difference(id_, name, says)


def _over(
    ledger: Ledger, responder: str, key: str, shown: Shown, at: float
) -> Iterator[Difference]:
    """A page of what is over, which should show no more."""
    incident = ledger.incident
    if ledger.is_ending(key) or not _is_long_ago(incident.closed_at, at):
        return
    number, whom = key.rpartition("/")[2], f" and rings {shown.who}" if shown.who else ""
    says = f"{incident.id} is {incident.phase}, and its page {number} is still open at {responder}{whom}."
    first = original(end_anew(incident, responder, key, 0, at).id)
    end = end_anew(incident, responder, key, ledger.times(first) + 1, at)
    yield Difference(incident.id, responder, says, f"{MEND} ends it.", (end,))


def _key(page: Tracked) -> str:
    return str(page.effect.payload["key"])


def _is_newest(incident: Incident, key: str) -> bool:
    return key.rpartition("/")[2] == str(incident.page)


def _made_alone(ledger: Ledger, policy: Policy) -> set[str]:
    """Keys of pages that a location may have sent when it could reach no store: they are in no ledger."""
    numbers = range(1, ledger.incident.page + 1)
    return {page_key(policy, ledger.incident, number) for number in numbers}


def _is_long_ago(then: float | None, at: float) -> bool:
    return then is not None and at - then >= SHOWS_WITHIN_S
