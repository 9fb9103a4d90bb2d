"""The sentences for customers: what does not work, where, since when. No guess, no blame, no promise of a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from checker.core import incident as life
from checker.core.model import Incident, Kind, Phase, Symptom
from checker.core.rules import Policy
from checker.core.wording import lasting, listed, surface_of

SURFACES: Mapping[str, str] = {
    "app": "the app",
    "flags": "feature flags",
    "insights": "insights",
    "capture": "sending events",
    "ingestion": "event processing",
    "signup": "signing up",
}
PHRASES: Mapping[Kind, str] = {
    Kind.LOST: "may have lost events",
    Kind.STALLED: "not working",
    Kind.DOWN: "not working",
    Kind.LATE: "delayed",
    Kind.GROWING: "delayed",
    Kind.SLOW: "slower than usual",
}
SOME = "working only in part"  # what is said of every other kind
PROBLEM = "having problems"  # where nobody knows more
NO_PROBLEM = "no problem after all"


def customers_title(policy: Policy, incident: Incident, is_over: bool) -> str:
    """One line: "PostHog Cloud US: feature flags not working"."""
    where = place(policy, incident)
    if is_over:
        return f"{where}: {NO_PROBLEM if is_in_error(incident) else 'working again'}"
    return f"{where}: {_what(policy, incident) or PROBLEM}"


def customers_told(policy: Policy, incident: Incident) -> str:
    """Two or three sentences for whoever uses it, as things stand."""
    where, since = place(policy, incident), _clock(incident.since)
    if life.has_recovered(incident):
        return (
            f"{where} is working again. We keep watching it, and will say here when this is over."
        )
    what = _what(policy, incident)
    fails = f"on {where}: {what}" if what else f"with {where}"
    return (
        f"Since {since} we see problems {fails}. We are looking into it and will post updates here."
    )


def over(policy: Policy, incident: Incident) -> str:
    """That it is over, and how long it was; or that there was nothing after all."""
    if is_in_error(incident):
        return f"There was no problem with {place(policy, incident)} after all. We are sorry for the trouble."
    ended = incident.recovered_at or incident.closed_at or incident.since
    spent = lasting(max(0.0, ended - incident.since))
    return (
        f"This is over: {place(policy, incident)} had problems from {_clock(incident.since)}, for {spent}. "
        "We are sorry for the trouble."
    )


def is_in_error(incident: Incident) -> bool:
    """Whether a person has said that it was none."""
    return incident.phase is Phase.CANCELLED


def place(policy: Policy, incident: Incident) -> str:
    """The target as customers know it."""
    return policy.public_names.get(incident.target, incident.target)


def _what(policy: Policy, incident: Incident) -> str:
    """What does not work, in customers' words; empty where only an alert says that something does not."""
    said: dict[str, list[str]] = {}
    for symptom in incident.symptoms:
        if symptom.kind is Kind.FIRING:
            continue  # an alert's name is our own business, and no word for customers
        said.setdefault(PHRASES.get(symptom.kind, SOME), []).append(_surface(policy, symptom))
    return "; ".join(
        f"{listed(list(dict.fromkeys(names)))} {phrase}" for phrase, names in said.items()
    )


def _surface(policy: Policy, symptom: Symptom) -> str:
    surface = surface_of(policy, symptom)
    return SURFACES.get(surface, surface)


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M} UTC"
