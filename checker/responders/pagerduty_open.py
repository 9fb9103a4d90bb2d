"""Every page of ours that PagerDuty shows as open, also those of which nobody here knows any more.

developer.pagerduty.com, "List incidents": `statuses[]`, pages of at most a hundred, `more` while there are further ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.responders.contract import Shown, Unread
from checker.responders.contract_seen import is_of
from checker.responders.pagerduty_pages import shown
from checker.responders.pagerduty_rest import ODD, Rest

LIMIT = 100  # incidents of one answer: PagerDuty's most
ASKED_MAX = 5  # answers: whoever has more open than that has other trouble
OPEN = ["triggered", "acknowledged"]


async def open_pages(
    rest: Rest, service: str | None, deployment: str
) -> Mapping[str, Shown] | Unread:
    """By their keys. With a `service`, only what that one shows counts."""
    found: dict[str, Shown] = {}
    for number in range(ASKED_MAX):
        query: dict[str, str | list[str]] = {
            "statuses[]": OPEN,
            "date_range": "all",
            "limit": str(LIMIT),
            "offset": str(number * LIMIT),
        }
        if service:
            query["service_ids[]"] = service
        listed = await rest.read("/incidents", query)
        if isinstance(listed, Unread):
            return listed
        try:
            ours = {str(one.get("incident_key")): one for one in listed["incidents"]}
            found |= {key: shown(one) for key, one in ours.items() if is_of(deployment, key)}
        except (AttributeError, KeyError, TypeError, ValueError):
            return Unread(ODD)
        if not listed.get("more"):
            break
    return found
