"""What became of a page: taken, confirmed, acknowledged, ended by a person, or lost.

PagerDuty's 202 means "accepted", and is no proof that anybody was rung. So a page is awaited until every
responder that it went to has taken it: has accepted it, or shows it, where the responder can be asked.
What is not taken in time goes the second way, once for each page.

A person's word is respected: who acknowledges is at it, and who ends the page while checks fail is not
rung again before `repage_after`. Who acknowledged what has recovered may be asleep when it relapses: it rings
anew once that page is as old.
"""

from __future__ import annotations

from dataclasses import replace

from checker.core import incident as life
from checker.core import wording
from checker.core.draft import Draft
from checker.core.effects import Case, operation, original, ring_elsewhere
from checker.core.events import Acknowledged, Delivered, PageConfirmed, PageResolved, Refused
from checker.core.incident import Move
from checker.core.model import Duty, Incident, Severity

Answered = Acknowledged | Delivered | PageConfirmed | PageResolved | Refused


def answered(draft: Draft, event: Answered) -> None:
    """What the world answered to an effect, or a person to a page."""
    current = draft.state.incidents.get(event.incident)
    if current is None:
        return  # about an incident of long ago: nothing depends on it any more
    match event:
        case Delivered():
            _delivered(draft, current, event)
        case Refused():
            _refused(draft, current, event)
        case PageConfirmed():
            _confirmed(draft, current, event)
        case Acknowledged():
            _acknowledged(draft, current, event)
        case _:
            _resolved(draft, current, event)


def keep_ringing(draft: Draft) -> None:
    """What was not taken in time goes the second way; what a person ended or took long ago rings anew."""
    for current in list(draft.state.incidents.values()):
        if life.is_live(current):
            _await(draft, current)
            _ring_anew(draft, draft.state.incidents[current.id])


# ── taken, or not ─────────────────────────────────────────────────────────────────────────────


def _delivered(draft: Draft, current: Incident, event: Delivered) -> None:
    if event.note:
        draft.enter(current, "done", event.note)
    if _is_newest_page(current, event):
        current = draft.keep(_heard(draft.state.incidents[current.id], event.responder))
        if event.responder not in draft.policy.confirms:
            _taken(draft, current, event.responder)


def _refused(draft: Draft, current: Incident, event: Refused) -> None:
    said = f"{event.effect} refused: {event.why}"
    if f"/{Duty.PUBLISH}/" in event.effect or f"/{Duty.WITHDRAW}/" in event.effect:
        draft.say(current, "refused", said)  # whoever published it waits for it
        return
    if not (_is_newest_page(current, event) and life.is_live(current)):
        draft.enter(current, "refused", said)
        return
    current, name = draft.keep(_heard(current, event.responder)), event.responder
    if current.awaited and not draft.policy.routes.get(Duty.FALLBACK, ()):
        alone = f"page {current.page} rings nobody at {name}, and there is no second way"
        current = draft.say(current, "not rung", f"{alone}: {event.why}")
    draft.enter(current, "refused", said)
    _go_the_second_way(draft, current, f"{name} refused page {current.page}")


def _confirmed(draft: Draft, current: Incident, event: PageConfirmed) -> None:
    whom = f", ringing {event.who}" if event.who else ""
    draft.enter(current, "confirmed", f"{event.responder} shows page {event.page}{whom}")
    if event.page == current.page:
        shown = replace(current, rung=event.who or current.rung)
        _taken(draft, shown, event.responder)
        if shown.rung != current.rung and life.is_live(current):
            draft.refresh(draft.state.incidents[current.id])


def _is_newest_page(current: Incident, event: Delivered | Refused) -> bool:
    newest = operation(current, Duty.PAGE, str(current.page), event.responder)
    return original(event.effect) == newest


def _taken(draft: Draft, current: Incident, responder: str) -> None:
    left = tuple(name for name in current.awaited if name != responder)
    draft.keep(replace(_heard(current, responder), awaited=left))


def _heard(current: Incident, responder: str) -> Incident:
    """Whatever it answered, that page does not wait for it any more."""
    return replace(current, unheard=tuple(name for name in current.unheard if name != responder))


def _await(draft: Draft, current: Incident) -> None:
    paging = draft.policy.routes.get(Duty.PAGE, ())
    # A responder that a reload took away will never answer. What it had accepted is not waited for any more;
    # what it had not, it will never send.
    awaited = [name for name in current.awaited if name in paging or name in current.unheard]
    deadline_s = draft.policy.thresholds.page_deadline_s
    if not awaited or draft.at - (current.paged_at or draft.at) < deadline_s:
        return
    names, waited = ", ".join(awaited), wording.lasting(deadline_s)
    asks = any(name in draft.policy.confirms for name in awaited)
    did = "does not show" if asks else "has not accepted"
    why = f"after {waited}, {names} {did} page {current.page}"
    if draft.policy.routes.get(Duty.FALLBACK, ()):
        _go_the_second_way(draft, current, why)
    elif paging and set(paging).isdisjoint(awaited):
        _ring_in_place(draft, current, f"{why}: rung by {', '.join(paging)} in its place")


def _ring_in_place(draft: Draft, current: Incident, said: str) -> None:
    if life.is_open(current) and current.severity >= Severity.MAJOR:
        draft.move(life.rung(current), Move.RING, said)


def _go_the_second_way(draft: Draft, current: Incident, why: str) -> None:
    """Once for each page; where there is no second way, there is nothing to do."""
    ways = draft.policy.routes.get(Duty.FALLBACK, ())
    if not ways or not current.awaited:
        return
    said = f"{why}: rung by {', '.join(ways)} too"
    draft.effects += ring_elsewhere(Case(draft.policy, draft.state, draft.at, said), current)
    draft.say(replace(current, awaited=()), "second way", said)


# ── what a person did ─────────────────────────────────────────────────────────────────────────


def _acknowledged(draft: Draft, current: Incident, event: Acknowledged) -> None:
    said = f"page acknowledged by {event.by}"
    if event.page not in (0, current.page):
        draft.enter(current, "acknowledged", f"{said}: page {event.page}, an older one")
        return
    taken = replace(
        life.attended(current, event.by),
        acknowledged_at=event.at,
        acknowledged_by=event.by,
        awaited=(),
        unheard=(),
        has_relapsed=False,
        dismissed_at=None,
    )
    if life.is_live(taken):
        draft.refresh(draft.say(taken, "acknowledged", said))
    else:
        draft.enter(draft.keep(taken), "acknowledged", said)


def _resolved(draft: Draft, current: Incident, event: PageResolved) -> None:
    """Ended by a person, or by PagerDuty's own clock; what we end ourselves is no news."""
    is_no_news = not event.by and (current.dismissed_at is not None or not life.is_open(current))
    if is_no_news or not life.is_live(current) or event.page != current.page:
        return
    current = replace(current, unheard=())  # it was there
    if life.has_recovered(current):
        said = f"page {event.page} ended at the pager by {event.by}"
        draft.say(replace(current, awaited=(), is_page_over=True), "page ended", said)
        return
    said = f"page {event.page} ended at the pager by {event.by or 'nobody, it ran out'}"
    if current.severity >= Severity.MAJOR:
        anew = event.at + draft.policy.thresholds.repage_after_s
        said += f", while it still fails: it rings again at {wording.stamp(anew)}, if it fails then"
    draft.say(replace(current, awaited=(), dismissed_at=event.at), "page ended", said)


def _ring_anew(draft: Draft, current: Incident) -> None:
    since = current.paged_at if current.has_relapsed else current.dismissed_at
    if since is None or not life.is_open(current) or current.severity < Severity.MAJOR:
        return
    if draft.at - since >= draft.policy.thresholds.repage_after_s:
        waited = wording.lasting(draft.at - since)
        said = f"{current.id} still fails, {waited} after its page was ended"
        if current.has_relapsed:
            said = f"{current.id} relapsed and still fails, {waited} after its page rang"
        draft.move(life.rung(current), Move.RING, said)
