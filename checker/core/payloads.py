"""What responders get, in the shapes that the head of core/wording.py gives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from checker.core.incident import Move
from checker.core.model import Incident, State
from checker.core.rules import Policy
from checker.core.wording import (
    listed,
    next_step,
    notice,
    runbook_of,
    stamp,
    standing,
    surface_of,
    title,
    why,
)


def page(policy: Policy, state: State, incident: Incident, key: str, move: Move) -> dict[str, Any]:
    """What rings: it carries all that the room would say, in case there is no room."""
    books = sorted({b for s in incident.symptoms if (b := runbook_of(policy, s))})
    details = {label: text for label, text in standing(policy, state, incident) if text}
    return {
        "key": key,
        "severity": incident.severity.word,
        "summary": title(policy, incident, move),
        "source": incident.target,
        "component": listed(sorted({surface_of(policy, s) for s in incident.symptoms})),
        "since": incident.since,
        "details": details | {"Next": next_step(policy, incident, move)},
        "links": [{"href": book, "text": "Runbook"} for book in books],
    }


def change(policy: Policy, incident: Incident, move: Move, at: float) -> dict[str, Any]:
    """A mark on the timeline of whoever is paged: it rings nobody."""
    books = sorted({b for s in incident.symptoms if (b := runbook_of(policy, s))})
    told = {"Severity": incident.severity.word, "Why": why(incident), "Fix": incident.fix}
    return {
        "summary": title(policy, incident, move),
        "source": incident.target,
        "at": at,
        "details": {label: text for label, text in told.items() if text},
        "links": [{"href": book, "text": "Runbook"} for book in books],
    }


def room(policy: Policy, state: State, incident: Incident, at: float) -> dict[str, Any]:
    """The place where people meet, named so that anybody can say it and a crash finds it again."""
    day = datetime.fromtimestamp(incident.declared_at, UTC).strftime("%Y%m%d")
    surface = surface_of(policy, incident.symptoms[0]) if incident.symptoms else "declared"
    number = incident.id.rpartition("-")[2]
    by = incident.declared_by or policy.deployment
    said = notice(policy, state, incident, Move.OPEN)
    return {
        "name": f"inc-{day}-{incident.target}-{surface}-{number}".lower()[:80],
        "topic": said["title"],
        "purpose": f"Incident {incident.id}, declared by {by} at {stamp(at)}.",
        "notice": said,
        "links": _runbooks(policy, incident),
    }


def _runbooks(policy: Policy, incident: Incident) -> list[dict[str, str]]:
    """Each runbook once, with the checks that it is for: "Runbook: us/app and us/flags"."""
    checks: dict[str, list[str]] = {}
    for symptom in incident.symptoms:
        if book := runbook_of(policy, symptom):
            checks.setdefault(book, []).append(symptom.check)
    return [{"href": book, "text": f"Runbook: {listed(names)}"} for book, names in checks.items()]
