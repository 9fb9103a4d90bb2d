"""What people read: an incident as text. Plain text; responders escape and cut it for their own medium.

Shapes of `Effect.payload`, by duty (all JSON):

    page     {"key": str, "severity": "minor|major|critical", "summary": str, "source": str (target),
              "component": str (surface), "since": float, "details": {label: text}, "links": [{"href", "text"}]}
    fallback the same as page, with "Second way" among the details: why
    resolve  {"key": str, "why": str}
    change   {"summary": str, "source": str (target), "at": float, "details": {label: text}, "links": [{"href", "text"}]}
    room     {"name": "inc-20261123-us-app-42", "topic": str, "purpose": str (holds the incident's id), "notice": Notice,
              "links": [{"href", "text"}] (runbooks, each with its checks in its text)}
    post     {"notice": Notice}
    summary  {"notice": Notice}
    invite   {"always": bool (those who are asked every time too), "owners": [str] (as the checks name them),
              "people": [{"name": str, "email": str}], "why": str (one line)}
    document {"name": "us-42.md", "title": str (one line), "text": str (Markdown)}
    publish  {"key": "<deployment>.<store>/<incident>", "target": str, "severity": str, "since": float, "title": str (one line),
              "text": str (for customers)}; said again under a new id, it replaces what was published
    withdraw {"key": the same, "target": str, "title": str, "text": str (for customers: that it is over)}

    Notice   {"mood": "open|joined|worse|recovered|relapsed|closed|cancelled|said", "severity": str,
              "phase": "open|recovered|closed|cancelled", "title": str (one line),
              "lines": [{"label": str, "text": str}], "next": str (what to do next, may be empty),
              "next_here": str (the same for where the actions can be pressed),
              "actions": [Action], "attention": "sync" (the one who schedules it is called by name) or ""}
    Action   {"say": str (the sentence that it stands for, "lead us-42"), "label": str, "style": "|primary|danger",
              "form": "" (said at once) | "close" (asks for cause and fix) | "text" (asks for the text, which follows the
              sentence; "text": what stands in the form at first)}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from checker.core.assessment import clock, evidence
from checker.core.choices import choices, standing_choices
from checker.core.incident import Move, is_closed, is_live
from checker.core.model import Incident, Person, Phase, State, Symptom
from checker.core.rules import Policy
from checker.core.suspicion import FAILING, STRAINING

BY_HAND_MAX = 2  # commands in one message …
BY_HAND_LENGTH_MAX = 900  # … of so many characters: a command that a medium cuts is worse than none

CLOSE_BY_TOUCH = "press “Close …”, here or in the first message"

PASSING = (Move.NOTE, Move.REMIND, Move.LEAD, Move.SAY)  # a sentence is enough
STANDS = {
    Phase.OPEN: Move.OPEN,
    Phase.RECOVERED: Move.RECOVER,
    Phase.CLOSED: Move.CLOSE,
    Phase.CANCELLED: Move.CANCEL,
}

MOODS: Mapping[Move, str] = {
    Move.OPEN: "open",
    Move.JOIN: "joined",
    Move.ESCALATE: "worse",
    Move.SET: "worse",
    Move.RECOVER: "recovered",
    Move.REOPEN: "relapsed",
    Move.LEAD: "said",
    Move.SAY: "said",
    Move.NOTE: "said",
    Move.REMIND: "said",
    Move.RING: "worse",
    Move.PUBLISH: "said",
    Move.CLOSE: "closed",
    Move.CANCEL: "cancelled",
}


def title(policy: Policy, incident: Incident, move: Move) -> str:
    """One line: what happened, to whom, how bad."""
    what = what_fails(policy, incident)
    match move:
        case Move.RECOVER:
            return f"{incident.id} recovered: nothing fails at {incident.target} any more"
        case Move.REOPEN:
            return f"{incident.id} relapsed: {what}"
        case Move.ESCALATE | Move.SET:
            return f"{incident.id} is now {incident.severity.word}: {what}"
        case Move.CLOSE:
            return f"{incident.id} closed by {incident.closed_by}"
        case Move.CANCEL:
            return f"{incident.id} cancelled by {incident.closed_by}: declared in error"
    return f"{incident.severity.word.upper()} {incident.id}: {what}"


def what_fails(policy: Policy, incident: Incident) -> str:
    """ "app and flags down at us", of what fails now."""
    words: dict[str, list[str]] = {}
    for symptom in incident.symptoms:
        words.setdefault(symptom.kind.value, []).append(surface_of(policy, symptom))
    said = [f"{listed(sorted(set(surfaces)))} {kind}" for kind, surfaces in words.items()]
    if not said and incident.what:
        return f"{incident.what} at {incident.target}"
    return f"{', '.join(said) or 'nothing seen failing now'} at {incident.target}"


def notice(
    policy: Policy, state: State, incident: Incident, move: Move, said: str = ""
) -> dict[str, Any]:
    """The whole message about `move`: what fails, since when, from where, how we know, what to do."""
    lines = _lines(policy, state, incident, move)
    return {
        "mood": MOODS[move],
        "severity": incident.severity.word,
        "phase": incident.phase.value,
        "title": said or title(policy, incident, move),
        "lines": [{"label": label, "text": text} for label, text in lines if text],
        "next": next_step(policy, incident, move),
        "next_here": next_step(policy, incident, move, by_touch=True),
        "actions": choices(incident, move),
        "attention": "sync" if move is Move.REMIND and is_closed(incident) else "",
    }


def summary(policy: Policy, state: State, incident: Incident) -> dict[str, Any]:
    """How things stand, whatever was said last."""
    kept = notice(policy, state, incident, STANDS[incident.phase])
    return {**kept, "actions": standing_choices(incident)}


def _lines(policy: Policy, state: State, incident: Incident, move: Move) -> list[tuple[str, str]]:
    if move in (Move.CLOSE, Move.CANCEL):
        return _ended(incident)
    if move in PASSING:
        return []
    return standing(policy, state, incident)


def standing(policy: Policy, state: State, incident: Incident) -> list[tuple[str, str]]:
    """How things stand, as labelled lines; empty texts are left out by whoever shows them."""
    failing = [f"{s.check} {s.kind}: {sums(state, s)}" for s in incident.symptoms]
    return [
        ("What is wrong", incident.what),
        ("What fails", "\n".join(failing)),
        ("What works", what_works(policy, state, incident)),
        ("Since", _since(incident)),
        ("On call", people_named(incident.on_call or ())),
        ("Paged", _paged(incident)),
        ("Lead", incident.lead),
        ("Status", incident.status),
        ("Recovered", stamp(incident.recovered_at) if incident.recovered_at else ""),
        (f"Why {incident.severity.word}", why(incident)),
        ("Also open", also_open(state, incident)),
        ("Customers", _customers(incident)),
        ("Look yourself", _by_hand(policy, incident)),
    ]


def why(incident: Incident) -> str:
    """The sentence of the handbook's on which the severity rests, or whose word it is that it does not."""
    if incident.word is None:
        return f"“{incident.sentence}”"
    by = incident.word_by or "somebody"
    return f"{by} says it is {incident.severity.word}; what was seen is “{incident.sentence}”"


def people_named(people: Iterable[Person]) -> str:
    """ "Ada Lovelace, Grace Hopper"."""
    return ", ".join(who.name or who.email for who in people)


def _paged(incident: Incident) -> str:
    if not incident.page:
        return ""
    rings = f"page {incident.page} rings {incident.rung}" if incident.rung else ""
    taken = incident.acknowledged_at
    by = f"acknowledged by {incident.acknowledged_by} at {stamp(taken)}" if taken else ""
    return "; ".join(filter(None, [rings, by]))


def _customers(incident: Incident) -> str:
    return "; ".join(f"{word.outlet} {word.stands}" for word in incident.public)


def _by_hand(policy: Policy, incident: Incident) -> str:
    """Commands that look at what fails, for whoever wants to see it."""
    known = [policy.watched[s.check] for s in incident.symptoms if s.check in policy.watched]
    fitting = [w.by_hand for w in known if 0 < len(w.by_hand) <= BY_HAND_LENGTH_MAX]
    return "\n".join(fitting[:BY_HAND_MAX])


def _since(incident: Incident) -> str:
    if incident.declared_by:
        return f"{stamp(incident.since)}, declared by {incident.declared_by}"
    waited = round(incident.declared_at - incident.since)
    return f"{stamp(incident.since)}, declared {waited} s later"


def _ended(incident: Incident) -> list[tuple[str, str]]:
    ended = incident.closed_at or incident.declared_at
    return [
        ("What failed", ", ".join(incident.seen)),
        (_cause_is(incident), incident.cause),
        ("Fix", incident.fix),
        ("From", stamp(incident.since)),
        ("To", stamp(ended)),
        ("Lasted", lasting(ended - incident.since)),
    ]


def _cause_is(ended: Incident) -> str:
    return "Why it was none" if ended.phase is Phase.CANCELLED else "Root cause"


def sums(state: State, symptom: Symptom) -> str:
    """The sums as they are now; as they were, where nobody looks any more."""
    for suspicion in (FAILING, STRAINING):
        if symptom.kind in suspicion.kinds:
            return evidence(state, symptom.check, suspicion) or symptom.evidence
    return symptom.evidence


def what_works(policy: Policy, state: State, incident: Incident) -> str:
    """What was looked at lately and passes: it tells the reader where not to search."""
    fine = [
        name
        for name, held in sorted(state.standings.items())
        if name not in state.symptoms
        and name in policy.watched
        and held
        and all(s.failing.score == 0 and s.last_verdict is not None for s in held.values())
    ]
    controls = [c for v in state.vantages.values() for c in v.controls.values()]
    answered = f"controls {sum(controls)} of {len(controls)} answer" if controls else ""
    more = f"{len(fine) - 12} more" if len(fine) > 12 else ""
    return ", ".join(filter(None, [*fine[:12], more, answered]))


def also_open(state: State, incident: Incident) -> str:
    """The other live incidents: both clouds down are two that name each other."""
    return ", ".join(
        sorted(i.id for i in state.incidents.values() if is_live(i) and i.id != incident.id)
    )


def next_step(policy: Policy, incident: Incident, move: Move, by_touch: bool = False) -> str:
    """What to do now; may be empty. `by_touch`: where there are buttons, and no command line."""
    close = CLOSE_BY_TOUCH if by_touch else close_command(incident)
    match move:
        case Move.CLOSE | Move.CANCEL | Move.NOTE | Move.LEAD | Move.SAY:
            return ""
        case Move.REMIND:
            return "" if by_touch else _reminder(incident)
        case Move.RECOVER:
            return f"Find the root cause and fix it, then: {close}"
        case _:
            books = sorted({b for s in incident.symptoms if (b := runbook_of(policy, s))})
            book = f"Runbook: {' '.join(books)}. " if books else ""
            return f"{book}When the cause is known and fixed: {close}"


def _reminder(incident: Incident) -> str:
    if incident.closed_at is None:
        return f"checker incident lead {incident.id} takes it."
    return f"checker incident uneventful {incident.id} skips it."


def close_command(incident: Incident) -> str:
    """What ends the incident: only a person does."""
    return f"checker incident close {incident.id} --cause '…' --fix '…'"


def surface_of(policy: Policy, symptom: Symptom) -> str:
    """What a customer would call what fails."""
    watched = policy.watched.get(symptom.check)
    return watched.surface if watched else symptom.check.rpartition("/")[2]


def runbook_of(policy: Policy, symptom: Symptom) -> str:
    """A link for whoever is woken; empty: the check has none."""
    watched = policy.watched.get(symptom.check)
    return watched.runbook if watched else ""


def listed(words: list[str]) -> str:
    """ "app, flags and insights"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def stamp(at: float) -> str:
    """Date and time, UTC: "2026-11-23 14:02:10 UTC"."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d} {clock(at)} UTC"


def lasting(seconds: float) -> str:
    """A length of time for people: "1 h 48 min", "35 s"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
