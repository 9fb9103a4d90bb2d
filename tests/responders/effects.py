"""Effects as the core makes them, for one incident, us-42."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.core.model import Duty, Effect
from checker.responders.contract import Attempt

INCIDENT = "us-42"
AT = 1_795_435_200.0
KEY = "checker/us-42/1"


def notice(**changes: Any) -> dict[str, Any]:
    said = {
        "mood": "open",
        "severity": "critical",
        "title": "us: app is down",
        "lines": [
            {"label": "Since", "text": "14:02:10 UTC"},
            {"label": "Seen", "text": "l1 10 of 10 failed since 14:02:10 (timeout)"},
            {"label": "Runbook", "text": "https://runbooks.example/app?a=1&b=2"},
        ],
        "next": "Take the lead, then look at the load balancer.",
        "actions": [],
        "attention": "",
    }
    return said | changes


def page(**changes: Any) -> Effect:
    payload = {
        "key": KEY,
        "severity": "critical",
        "summary": "us: app is down",
        "source": "us",
        "component": "app",
        "since": AT - 60,
        "details": {"Seen": "l1 10 of 10 failed since 14:02:10 (timeout)"},
        "links": [{"href": "https://runbooks.example/app", "text": "Runbook"}],
    }
    return effect("page/1", Duty.PAGE, payload | changes)


def resolve(**changes: Any) -> Effect:
    return effect("resolve/1", Duty.RESOLVE, {"key": KEY, "why": "closed by ann"} | changes)


def room(**changes: Any) -> Effect:
    payload = {
        "name": "inc-20261123-us-app-42",
        "topic": "critical · us: app is down",
        "purpose": "Incident us-42, declared by the checker",
        "notice": notice(),
    }
    return effect("room/1", Duty.ROOM, payload | changes)


def post(number: int = 1, **changes: Any) -> Effect:
    return effect(f"post/{number}", Duty.POST, {"notice": notice(mood="joined", **changes)})


def summary(number: int = 1, **changes: Any) -> Effect:
    said = notice(mood="recovered", title="us: app answers again", **changes)
    return effect(f"summary/{number}", Duty.SUMMARY, {"notice": said})


def invite(number: int = 1, **changes: Any) -> Effect:
    payload = {
        "always": True,
        "owners": ["feature-flags"],
        "people": [{"name": "Ada Lovelace", "email": "ada@example.com"}],
        "why": "us-42 is critical",
    }
    return effect(f"invite/{number}", Duty.INVITE, payload | changes)


def document(**changes: Any) -> Effect:
    payload = {"name": "us-42.md", "title": "Incident us-42", "text": "# us-42\n\nIt was down."}
    return effect("document/1", Duty.DOCUMENT, payload | changes)


def publish(number: int = 1, **changes: Any) -> Effect:
    payload = {
        "key": "checker/us-42",
        "target": "us",
        "severity": "critical",
        "since": AT - 60,
        "title": "PostHog Cloud US is down",
        "text": "We are working on it.",
    }
    return effect(f"publish/{number}", Duty.PUBLISH, payload | changes)


def withdraw(**changes: Any) -> Effect:
    payload = {
        "key": "checker/us-42",
        "target": "us",
        "title": "PostHog Cloud US works again",
        "text": "It was down for 5 min.",
    }
    return effect("withdraw/1", Duty.WITHDRAW, payload | changes)


def effect(name: str, duty: Duty, payload: Mapping[str, Any]) -> Effect:
    return Effect(f"{INCIDENT}/{name}@here", INCIDENT, "here", duty, AT, payload)


def first(what: Effect, **receipts: Mapping[str, Any]) -> Attempt:
    """A first try, with what earlier effects left behind."""
    return Attempt(what, receipts)


def again(what: Effect, **receipts: Mapping[str, Any]) -> Attempt:
    """Another try, after one whose answer was lost."""
    return Attempt(what, receipts, unsure=True, first_tried_at=what.at)
