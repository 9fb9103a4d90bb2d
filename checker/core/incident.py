"""The life of an incident, as a table.

An incident is declared, grows while more fails (join) or worse fails (escalate), is seen to recover,
and may relapse (reopen). Only a person ends it, by closing or by saying that it was declared in
error: "When we've identified the root cause and put a fix in place." A probe that passes again
proves neither. Severity never falls by itself; a person may set it, and their word stands until
evidence of a higher class than they had before them arrives.

A pair that is not in the table raises IllegalMove and changes nothing. `docs/reference/incident.md`
is made from this table, and a test compares the two.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from checker.core.model import Incident, Phase, Severity, Symptom


class Move(StrEnum):
    """What can happen to an incident."""

    OPEN = "open"
    JOIN = "join"
    ESCALATE = "escalate"
    SET = "set"
    RECOVER = "recover"
    REOPEN = "reopen"
    LEAD = "lead"
    SAY = "say"
    NOTE = "note"
    REMIND = "remind"
    RING = "ring"
    PUBLISH = "publish"
    CLOSE = "close"
    CANCEL = "cancel"


# (phase before, move): (phase after, why). No phase before: there is no incident yet.
TABLE: dict[tuple[Phase | None, Move], tuple[Phase, str]] = {
    (None, Move.OPEN): (Phase.OPEN, "a rule of the policy holds for the target"),
    (Phase.OPEN, Move.JOIN): (Phase.OPEN, "something else fails at the same target"),
    (Phase.OPEN, Move.ESCALATE): (Phase.OPEN, "a more severe rule holds"),
    (Phase.OPEN, Move.SET): (Phase.OPEN, "a person says how severe it is"),
    (Phase.RECOVERED, Move.SET): (Phase.RECOVERED, "a person says how severe it is"),
    (Phase.OPEN, Move.RECOVER): (Phase.RECOVERED, "nothing fails any more"),
    (Phase.RECOVERED, Move.REOPEN): (Phase.OPEN, "it fails again"),
    (Phase.OPEN, Move.LEAD): (Phase.OPEN, "somebody takes the lead, or is handed it"),
    (Phase.RECOVERED, Move.LEAD): (Phase.RECOVERED, "somebody takes the lead, or is handed it"),
    (Phase.OPEN, Move.SAY): (Phase.OPEN, "a person says how things stand"),
    (Phase.RECOVERED, Move.SAY): (Phase.RECOVERED, "a person says how things stand"),
    (Phase.OPEN, Move.NOTE): (Phase.OPEN, "a person takes a note"),
    (Phase.RECOVERED, Move.NOTE): (Phase.RECOVERED, "a person takes a note"),
    (Phase.CLOSED, Move.NOTE): (Phase.CLOSED, "a person takes a note afterwards"),
    (Phase.CANCELLED, Move.NOTE): (Phase.CANCELLED, "a person takes a note afterwards"),
    (Phase.OPEN, Move.REMIND): (Phase.OPEN, "nobody leads yet"),
    (Phase.CLOSED, Move.REMIND): (Phase.CLOSED, "it is time for the sync, a day after"),
    (Phase.OPEN, Move.RING): (Phase.OPEN, "a page was ended, and it still fails long after"),
    (Phase.OPEN, Move.PUBLISH): (Phase.OPEN, "a person has customers told, or not told"),
    (Phase.RECOVERED, Move.PUBLISH): (
        Phase.RECOVERED,
        "a person has customers told, or not told",
    ),
    (Phase.OPEN, Move.CLOSE): (Phase.CLOSED, "a person names root cause and fix"),
    (Phase.RECOVERED, Move.CLOSE): (Phase.CLOSED, "a person names root cause and fix"),
    (Phase.OPEN, Move.CANCEL): (
        Phase.CANCELLED,
        "a person says it was declared in error",
    ),
    (Phase.RECOVERED, Move.CANCEL): (
        Phase.CANCELLED,
        "a person says it was declared in error",
    ),
}

IN_WORDS = {move: move.value for move in Move} | {
    Move.SET: "set the severity of",
    Move.SAY: "say the status of",
    Move.NOTE: "take a note about",
    Move.PUBLISH: "tell customers of",
}

PEOPLE_MAX = 50  # names that are kept of an incident
LIVE = frozenset({Phase.OPEN, Phase.RECOVERED})


class IllegalMove(ValueError):
    """This cannot happen to an incident in that phase. Nothing was changed."""


def advance(phase: Phase | None, move: Move) -> Phase:
    """The phase after `move`; raises IllegalMove where the table has no row."""
    try:
        return TABLE[phase, move][0]
    except KeyError:
        raise IllegalMove(f"cannot {IN_WORDS[move]} an incident that {_is(phase)}") from None


def _is(phase: Phase | None) -> str:
    return f"is {phase}" if phase else "does not exist"


def is_live(incident: Incident | None) -> bool:
    """Whether what fails at the target now belongs to this incident."""
    return incident is not None and incident.phase in LIVE


def is_open(incident: Incident) -> bool:
    """Whether something fails now."""
    return incident.phase is Phase.OPEN


def is_closed(incident: Incident) -> bool:
    """Whether a person has ended it with a cause and a fix."""
    return incident.phase is Phase.CLOSED


def has_recovered(incident: Incident) -> bool:
    """Whether nothing fails any more, and a person has not ended it yet."""
    return incident.phase is Phase.RECOVERED


def opened(
    number: int,
    target: str,
    severity: Severity,
    sentence: str,
    symptoms: tuple[Symptom, ...],
    at: float,
) -> Incident:
    """A new incident. Ids are speakable counters for each target: `us-42`."""
    return Incident(
        id=f"{target}-{number}",
        target=target,
        phase=advance(None, Move.OPEN),
        severity=severity,
        since=min(s.since for s in symptoms),
        declared_at=at,
        sentence=sentence,
        symptoms=symptoms,
        seen=tuple(s.check for s in symptoms),
        evident=severity,
        raised_at=at,
    )


def declared(
    number: int, target: str, severity: Severity, by: str, what: str, at: float
) -> Incident:
    """An incident that a person raises, and leads: "The person who raised the incident is the incident lead"."""
    return Incident(
        id=f"{target}-{number}",
        target=target,
        phase=advance(None, Move.OPEN),
        severity=severity,
        since=at,
        declared_at=at,
        sentence="When in doubt, raise an incident.",
        declared_by=by,
        what=what,
        lead=by,
        raised_at=at,
    )


def declared_alone(declared: Incident, page: int, at: float) -> Incident:
    """The incident as a location raised it that was alone: nobody leads it, and somebody was rung at `at`."""
    return replace(declared, lead="", page=page, paged_at=at)


def joined(incident: Incident, symptoms: tuple[Symptom, ...]) -> Incident:
    """The incident with what fails at its target now."""
    new = tuple(s.check for s in symptoms if s.check not in incident.seen)
    return replace(
        incident,
        phase=advance(incident.phase, Move.JOIN),
        symptoms=symptoms,
        seen=incident.seen + new,
    )


def escalated(incident: Incident, severity: Severity, sentence: str, at: float) -> Incident:
    """The incident at a higher severity, with the sentence that says so."""
    if severity <= incident.severity:
        raise IllegalMove(f"{incident.id} is {incident.severity.word} already")
    phase = advance(incident.phase, Move.ESCALATE)
    raised = replace(incident, phase=phase, severity=severity, sentence=sentence, raised_at=at)
    return replace(raised, word=None, word_by="")


def set_to(incident: Incident, severity: Severity, by: str, at: float) -> Incident:
    """The severity that a person says: floor and ceiling until there is evidence of a higher class."""
    phase = advance(incident.phase, Move.SET)
    said = replace(incident, phase=phase, severity=severity, raised_at=at)
    return replace(said, word=incident.evident, word_by=by)


def rises(incident: Incident, severity: Severity) -> bool:
    """Whether evidence of that severity raises the incident."""
    known = incident.severity if incident.word is None else max(incident.severity, incident.word)
    return severity > known


def led(incident: Incident, lead: str) -> Incident:
    """The incident with somebody who leads it."""
    return replace(incident, phase=advance(incident.phase, Move.LEAD), lead=lead)


def said(incident: Incident, status: str) -> Incident:
    """The incident with a sentence on how things stand."""
    return replace(incident, phase=advance(incident.phase, Move.SAY), status=status)


def noted(incident: Incident) -> Incident:
    """The same incident; the note is a line of its timeline."""
    return replace(incident, phase=advance(incident.phase, Move.NOTE))


def reminded(incident: Incident, at: float) -> Incident:
    """The incident after one more reminder: of the lead while it is open, of the sync once closed."""
    phase = advance(incident.phase, Move.REMIND)
    if phase is Phase.CLOSED:
        return replace(incident, phase=phase, synced=True)
    return replace(incident, phase=phase, reminded=incident.reminded + 1, reminded_at=at)


def rung(incident: Incident) -> Incident:
    """The same incident, about to ring anew."""
    return replace(incident, phase=advance(incident.phase, Move.RING))


def recovered(incident: Incident, at: float) -> Incident:
    """Nothing fails any more. The incident goes on until a person closes it."""
    phase = advance(incident.phase, Move.RECOVER)
    return replace(incident, phase=phase, symptoms=(), recovered_at=at)


def reopened(incident: Incident, symptoms: tuple[Symptom, ...]) -> Incident:
    """A relapse: the same incident, the same room."""
    reopened = replace(incident, phase=advance(incident.phase, Move.REOPEN), recovered_at=None)
    return joined(reopened, symptoms)


def attended(incident: Incident, name: str) -> Incident:
    """The incident with one more person who was there; PEOPLE_MAX at most."""
    if not name or name in incident.there or len(incident.there) >= PEOPLE_MAX:
        return incident
    return replace(incident, there=(*incident.there, name))


def closed(incident: Incident, by: str, cause: str, fix: str, at: float) -> Incident:
    """Ended by a person who knows the root cause and has put a fix in place."""
    phase = advance(incident.phase, Move.CLOSE)
    return replace(incident, phase=phase, closed_at=at, closed_by=by, cause=cause, fix=fix)


def cancelled(incident: Incident, by: str, why: str, at: float) -> Incident:
    """Ended by a person: "an incident which turned out not to be an incident"."""
    phase = advance(incident.phase, Move.CANCEL)
    return replace(incident, phase=phase, closed_at=at, closed_by=by, cause=why)
