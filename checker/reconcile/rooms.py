"""Rooms: whether they are there, and whether what the ledger says was said stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from checker.core.model import Duty
from checker.reconcile.difference import MEND, Difference
from checker.reconcile.ledger import Ledger
from checker.responders.contract_seen import RoomSeen
from checker.store.rows import Fate, Tracked

SAYS = (Duty.ROOM, Duty.POST)  # what leaves a message that stays


def opening(ledger: Ledger, responder: str) -> Tracked | None:
    """The effect that made the room, if it was made: what has none, or waits for one, is not looked for."""
    made = ledger.newest(responder, Duty.ROOM)
    return made[-1] if made and made[-1].fate is Fate.CONFIRMED else None


def room(ledger: Ledger, made: Tracked, seen: RoomSeen | None, at: float) -> Iterator[Difference]:
    """The room of one incident. Rooms of what is over may be put away: nobody meets there any more."""
    id_, name = ledger.incident.id, made.effect.responder
    if seen is None:
        if ledger.is_live:
            says = f"the room of {id_} is not in {name} any more, and {id_} is {ledger.incident.phase}."
            anew = (ledger.once_more(made.effect, at),)
            yield Difference(id_, name, says, f"{MEND} makes another.", anew)
        return
    if seen.is_archived:
        if ledger.is_live:
            says = f"{seen.name} is archived, and {id_} is {ledger.incident.phase}: nothing can be said there."
            yield Difference(id_, name, says, f"Un-archive it in {name}.")
        return
    yield from _said(ledger, name, seen)


def _said(ledger: Ledger, name: str, seen: RoomSeen) -> Iterator[Difference]:
    id_, receipts = ledger.incident.id, ledger.receipts(name)
    if ledger.is_live and _summary(receipts) not in seen.said and seen.is_whole:
        says = f"the summary of {id_} does not stand in {seen.name} any more."
        yield Difference(id_, name, says, f"{MEND} says it anew.", renews=True)
    gone = _gone(ledger, name, seen) if seen.is_whole else 0
    if gone:
        says = f"{seen.name} lacks {_messages(gone)} of {id_}: somebody deleted what was said."
        yield Difference(id_, name, says)
    twice = [mark for mark, count in Counter(filter(None, seen.said.values())).items() if count > 1]
    if twice:
        yield Difference(id_, name, f"{seen.name} holds {_messages(len(twice))} of {id_} twice.")
    known = {one.effect.id for one in ledger.effects}
    strange = sum(mark.startswith(f"{id_}/") and mark not in known for mark in seen.said.values())
    if strange:
        says = (
            f"{seen.name} holds {_messages(strange)} of {id_} that the store does not know: was it put back from a "
            "backup, or is there another of that name?"
        )
        yield Difference(id_, name, says)


def _gone(ledger: Ledger, name: str, seen: RoomSeen) -> int:
    """How many messages do not stand there any more; several effects may be told in one."""
    said = {
        str(one.receipt["ts"])
        for one in ledger.newest(name, *SAYS)
        if one.receipt is not None and "ts" in one.receipt
    }
    return len(said - {_summary(ledger.receipts(name))} - seen.said.keys())


def _summary(receipts: Mapping[str, Mapping[str, Any]]) -> str:
    """The ts of the message that says how things stand; the newest, where it was said anew."""
    said = [str(receipt["summary_ts"]) for receipt in receipts.values() if "summary_ts" in receipt]
    return max(said, key=float, default="")


def _messages(count: int) -> str:
    return f"{count} messages" if count > 1 else "1 message"
