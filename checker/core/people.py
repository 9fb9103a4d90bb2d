"""Who should be there: "Make sure the right people join the zoom".

"This includes the current on call person. Optionally, add people from Infra and the feature owner if relevant. Also
ping Tim and James G so they're aware." Everybody is asked once; whoever a raise or another check brings in is asked
then. A minor incident "can be addressed within normal working hours": until they begin, it asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checker.core import incident as life
from checker.core import wording
from checker.core.draft import Draft
from checker.core.effects import operation
from checker.core.events import OnCallSeen
from checker.core.model import Duty, Effect, Incident, Person, Severity
from checker.core.rules import Policy

ON_CALL_MAX = 20  # people on call who are asked in


def may_disturb(policy: Policy, incident: Incident, at: float) -> bool:
    """Whether it is worth anybody's attention now."""
    hours = policy.working_hours
    return incident.severity >= Severity.MAJOR or hours is None or hours.hold(at)


def gather(draft: Draft, current: Incident) -> Incident:
    """Asks in whoever should be there and has not been asked yet."""
    ways = draft.policy.routes.get(Duty.INVITE, ())
    if not ways or not may_disturb(draft.policy, current, draft.at):
        return current
    owners = [name for name in _owners(draft.policy, current) if name not in current.asked]
    people = [who for who in current.on_call or () if _key(who) not in current.asked]
    if current.asks and not owners and not people:
        return current
    new = (*owners, *map(_key, people))
    asked = replace(current, asked=current.asked + new, asks=current.asks + 1)
    payload = {
        "always": current.asks == 0,
        "owners": owners,
        "people": [{"name": who.name, "email": who.email} for who in people],
        "why": wording.title(draft.policy, current, life.Move.OPEN),
    }
    for way in ways:
        id_ = operation(asked, Duty.INVITE, str(asked.asks), way)
        draft.effects.append(Effect(id_, asked.id, way, Duty.INVITE, draft.at, payload))
    return draft.keep(asked)


def on_call_seen(draft: Draft, event: OnCallSeen) -> None:
    """Who is on call now; nobody on call is said aloud, for then nobody is rung."""
    current = draft.state.incidents.get(event.incident)
    if current is None or not life.is_live(current) or event.people == current.on_call:
        return
    people = event.people[:ON_CALL_MAX]
    kept = draft.keep(replace(current, on_call=people))
    if people:
        draft.enter(
            kept, "on call", f"on call, says {event.responder}: {wording.people_named(people)}"
        )
        draft.refresh(kept)
    else:
        draft.say(kept, "on call", f"nobody is on call, says {event.responder}")


def _owners(policy: Policy, current: Incident) -> Iterator[str]:
    checks = [policy.watched[name] for name in current.seen if name in policy.watched]
    yield from dict.fromkeys(owner for check in checks for owner in check.owners)


def _key(who: Person) -> str:
    return who.email or who.name
