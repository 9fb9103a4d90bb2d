"""People as PagerDuty knows them, and which of them is on call for a service.

developer.pagerduty.com, "Get a service", "List all of the on-calls": a service has an escalation policy, and each of
its levels has somebody who is on call.
"""

from __future__ import annotations

import re
from typing import Any

from checker.core.model import Person
from checker.responders.contract import Unread
from checker.responders.pagerduty_rest import ODD, Rest, inside
from probes.contract import one_line

NAME_MAX = 80  # characters of a person's name
EMAIL = r"[^\s@<>]{1,64}@[^\s@<>]{1,190}"
PEOPLE_MAX = 50  # who are on call at the same time
ENTRIES_MAX = 100  # of one answer: PagerDuty's own limit


async def on_call(rest: Rest, service: str) -> tuple[Person, ...] | Unread:
    """Who is on call for it now, first level first, each once; empty: nobody."""
    missing = f"there is no service {service}, look at `service`"
    found = await rest.read(f"/services/{service}", {}, missing)
    if isinstance(found, Unread):
        return found
    policy = inside(found, "service", "escalation_policy", "id")
    if policy is None:
        return Unread(ODD)
    query = {
        "escalation_policy_ids[]": str(policy),
        "earliest": "true",
        "include[]": "users",
        "limit": str(ENTRIES_MAX),
    }
    listed = await rest.read("/oncalls", query)
    return listed if isinstance(listed, Unread) else _people(listed)


def _people(listed: Any) -> tuple[Person, ...] | Unread:
    try:
        entries = sorted(listed["oncalls"], key=lambda entry: int(entry["escalation_level"]))
        people = {str(entry["user"]["id"]): _person(entry["user"]) for entry in entries}
    except (KeyError, TypeError, ValueError):
        return Unread(ODD)
    return tuple(people.values())[:PEOPLE_MAX]


def _person(user: dict[str, Any]) -> Person:
    email = str(user.get("email"))
    return Person(name_of(user) or "somebody", email if re.fullmatch(EMAIL, email) else "")


def person_of(reference: object) -> str:
    """The name of a user; empty for a service, an integration, and PagerDuty's own clock."""
    is_user = inside(reference, "type") in ("user", "user_reference")
    return (name_of(reference) or "somebody") if is_user else ""


def name_of(reference: object) -> str:
    """What a reference calls itself, one short line; empty if it does not say."""
    said = inside(reference, "summary")
    return one_line(said, NAME_MAX) if isinstance(said, str) else ""
