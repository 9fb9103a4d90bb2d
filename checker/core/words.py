"""What people say: declare, note, lead, status, severity, close, cancel. One meaning, however it comes in."""

from __future__ import annotations

from dataclasses import replace

from checker.core import incident as life
from checker.core.draft import Draft
from checker.core.events import (
    Cancelled,
    Closed,
    Declared,
    Dismissed,
    Joined,
    Led,
    Noted,
    Planned,
    Published,
    SeveritySet,
    StatusSaid,
    SyncTaken,
    Uneventful,
)
from checker.core.incident import Move
from checker.core.maintenance import with_one_more
from checker.core.model import Incident, State
from checker.core.policy import decide
from checker.core.public import UnknownOutlet, dismiss, publish
from checker.core.rulings import newest, with_room_for

Afterwards = Uneventful | SyncTaken
Public = Published | Dismissed
About = Noted | Joined | StatusSaid | Led | SeveritySet | Closed | Cancelled | Public | Afterwards
Word = Declared | Planned | About


class UnknownIncident(LookupError):
    """No live or recent incident has that id. Nothing was changed."""


class UnknownTarget(LookupError):
    """Nothing of that name is watched. Nothing was changed."""


# What a word that cannot be raises; nothing was changed by it.
CANNOT_BE = (life.IllegalMove, UnknownIncident, UnknownTarget, UnknownOutlet)


def hear(draft: Draft, word: Word) -> None:
    """What a person's word changes. Raises for what cannot be."""
    match word:
        case Declared():
            _declare(draft, word)
        case Planned():
            require_target(draft, word.maintenance.target)
            planned = with_one_more(draft.state.maintenance, word.maintenance, draft.at)
            draft.state = replace(draft.state, maintenance=planned)
        case _:
            current = life.attended(find(draft.state, word.incident), word.by)
            _about(draft, current, word)


def find(state: State, incident: str) -> Incident:
    """The incident of that id; UnknownIncident names those there are."""
    try:
        return state.incidents[incident]
    except KeyError:
        known = ", ".join(sorted(state.incidents)) or "none"
        raise UnknownIncident(f"no incident {incident!r} here; there are: {known}") from None


def _about(draft: Draft, current: Incident, word: About) -> None:
    match word:
        case Noted():
            draft.move(life.noted(current), Move.NOTE, f"{word.by}: {word.text}")
        case Joined():
            draft.move(life.noted(current), Move.NOTE, f"{word.by} joins {current.id}")
        case StatusSaid():
            draft.move(life.said(current, word.text), Move.SAY, f"{word.by}: {word.text}")
        case Led():
            draft.move(life.led(current, word.lead), Move.LEAD, _lead(word))
        case SeveritySet():
            said = f"{word.by} says {current.id} is {word.severity.word}"
            draft.move(life.set_to(current, word.severity, word.by, draft.at), Move.SET, said)
        case Closed():
            ended = life.closed(current, word.by, word.cause, word.fix, draft.at)
            draft.move(ended, Move.CLOSE)
        case Cancelled():
            draft.move(life.cancelled(current, word.by, word.why, draft.at), Move.CANCEL)
        case Published():
            publish(draft, current, word)
        case Dismissed():
            dismiss(draft, current, word)
        case _:
            _sync(draft, current, word)


def _sync(draft: Draft, current: Incident, word: Afterwards) -> None:
    """ "24-48 hours after an incident, we should have a quick sync meeting": who sees to it, or that none is needed."""
    life.advance(current.phase, Move.REMIND if life.is_closed(current) else Move.NOTE)
    if isinstance(word, Uneventful):
        draft.enter(current, "sync", f"{word.by}: uneventful, no sync needed")
        draft.keep(replace(current, synced=True))
    else:
        draft.say(replace(current, synced=True), "sync", f"{word.by} will schedule the sync")


def _lead(word: Led) -> str:
    taken = f"{word.lead} leads {word.incident}"
    return taken if word.by == word.lead else f"{taken}, handed over by {word.by}"


def require_target(draft: Draft, target: str) -> None:
    """UnknownTarget for what nobody watches."""
    if target not in draft.policy.targets:
        known = ", ".join(draft.policy.targets)
        raise UnknownTarget(f"no target {target!r}; there are: {known}")


def _declare(draft: Draft, word: Declared) -> None:
    """A new incident led by whoever declares it; what is open there already is joined."""
    require_target(draft, word.target)
    current = newest(draft.state, word.target)
    if current is not None and life.is_live(current):
        there = life.attended(life.noted(current), word.by)
        draft.move(there, Move.NOTE, f"{word.by} joins {current.id}: {word.what}")
        return
    number = draft.state.counters.get(word.target, 0) + 1
    ruling = decide(draft.policy, draft.state.symptoms, word.target, draft.at)
    severity = max(word.severity, ruling.severity) if ruling else word.severity
    fresh = life.declared(number, word.target, severity, word.by, word.what, draft.at)
    draft.state = with_room_for(draft.state, word.target, number, draft.at)
    draft.move(fresh, Move.OPEN)
