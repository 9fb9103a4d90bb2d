"""What became of a page: PagerDuty is asked by our own key. Reads only.

developer.pagerduty.com, "List incidents": `incident_key` finds incidents by it, also those whose alerts have it;
without `date_range=all` only the last month is searched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.responders.contract import PageState, Shown, Unread
from checker.responders.pagerduty_people import NAME_MAX, name_of, person_of
from checker.responders.pagerduty_rest import ODD, Rest

SHOWN_MAX = 10  # incidents of one key: it has one that is open, and those that were resolved before


async def look_up(rest: Rest, key: str, service: str | None) -> Shown | Unread | None:
    """What is shown under this key: the newest open incident, else the newest; None: nothing.

    With a `service`, only what that one shows counts.
    """
    found = await incidents(rest, key, service)
    if isinstance(found, Unread):
        return found
    try:
        all_of_it = [(str(one.get("created_at")), shown(one)) for one in found]
    except (AttributeError, KeyError, TypeError, ValueError):
        return Unread(ODD)
    all_of_it.sort(key=lambda one: one[0], reverse=True)
    all_of_it.sort(key=lambda one: one[1].state is PageState.RESOLVED)
    return all_of_it[0][1] if all_of_it else None


async def incidents(rest: Rest, key: str, service: str | None) -> list[Any] | Unread:
    """All that have this key, as PagerDuty lists them."""
    query = {
        "incident_key": key,
        "date_range": "all",
        "sort_by": "created_at:desc",
        "limit": str(SHOWN_MAX),
    }
    listed = await rest.read("/incidents", query | ({"service_ids[]": service} if service else {}))
    if isinstance(listed, Unread):
        return listed
    found = listed.get("incidents")
    return found if isinstance(found, list) else Unread(ODD)


def shown(incident: Mapping[str, Any]) -> Shown:
    """One incident; AttributeError, KeyError, TypeError or ValueError if it is none."""
    state = PageState(incident["status"])
    match state:
        case PageState.TRIGGERED:
            rung = [name_of(one.get("assignee")) for one in _list(incident.get("assignments"))]
            return Shown(state, ", ".join(filter(None, rung))[:NAME_MAX])
        case PageState.ACKNOWLEDGED:
            taken = _list(incident.get("acknowledgements"))
            by = [person_of(one.get("acknowledger")) for one in taken]
            return Shown(state, next(filter(None, reversed(by)), "") or _changer(incident))
    return Shown(state, _changer(incident))


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _changer(incident: Mapping[str, Any]) -> str:
    return person_of(incident.get("last_status_change_by"))
