"""What must be done in the world when something happens to an incident: page first, room second.

Every effect has a stable operation id, so that it is the same effect after a crash. The page's key is
`<deployment>.<store>/<incident>/<n>`; n rises with the first page, a raise to critical and a relapse after an
acknowledgement, because "while an incident is acknowledged it won't generate any additional
notifications" (PagerDuty Events API v2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from checker.core import choices, payloads, wording
from checker.core.choices import Action, Lines
from checker.core.incident import Move
from checker.core.model import Duty, Effect, Incident, Severity, State
from checker.core.rules import Policy

TOGETHER_S = 60.0  # a raise so soon after a page that still rings is part of the same news
ENDS = (Move.CLOSE, Move.CANCEL)
IN_PASSING = (Move.NOTE, Move.REMIND)  # said, but no news of how things stand
MARKED = (Move.ESCALATE, Move.SET, *ENDS)  # what those who were paged want to see beside the page


@dataclass(frozen=True, slots=True)
class Case:
    """What an effect is made from, beside the incident: the rules, what is known, when, what was said."""

    policy: Policy
    state: State
    at: float
    said: str = ""


def call_for(case: Case, incident: Incident, move: Move) -> tuple[Incident, tuple[Effect, ...]]:
    """The effects of `move`, and the incident that remembers which of them it has asked for."""
    policy = case.policy
    rung = ring(policy, incident, move, case.at)
    if move is Move.REOPEN and rung.page == incident.page:
        rung = replace(rung, has_relapsed=rung.acknowledged_at is not None)
    effects: list[Effect] = []
    if rung.page > incident.page:
        key = page_key(policy, rung, rung.page)
        payload = payloads.page(policy, case.state, rung, key, move)
        effects += _each(case, rung, Duty.PAGE, str(rung.page), payload)
    if move in ENDS or (move is Move.RECOVER and policy.resolve_on_recovery):
        effects += _resolve_all(case, rung)
        rung = replace(rung, awaited=())
    elif move is Move.RECOVER and rung.unheard:
        effects += _page_low(case, rung)
        rung = replace(rung, is_page_over=True, awaited=())
    told = replace(rung, posts=rung.posts + 1, rooms=max(1, rung.rooms))
    effects += _tell(case, told, move)
    if move in MARKED and incident.page:
        mark = payloads.change(policy, rung, move, case.at)
        effects += _each(case, rung, Duty.CHANGE, str(told.posts), mark)
    return told, tuple(effects)


def speak(case: Case, incident: Incident) -> tuple[Incident, tuple[Effect, ...]]:
    """The effects of what is only said, `case.said`; the incident counts it."""
    told = replace(incident, posts=incident.posts + 1)
    return told, tuple(_tell(case, told, Move.NOTE))


def offer(
    case: Case, incident: Incident, lines: Lines, actions: Iterable[Action]
) -> tuple[Incident, tuple[Effect, ...]]:
    """The effects of asking people to choose; `case.said` is the question."""
    told = replace(incident, posts=incident.posts + 1)
    asked = {"notice": choices.offer(told, case.said, lines, actions)}
    return told, tuple(_each(case, told, Duty.POST, str(told.posts), asked))


def refresh(case: Case, incident: Incident) -> tuple[Incident, tuple[Effect, ...]]:
    """The effects of something that belongs into the summary and is worth no message."""
    told = replace(incident, posts=incident.posts + 1)
    return told, tuple(_keep(case, told))


def ring_elsewhere(case: Case, incident: Incident) -> tuple[Effect, ...]:
    """The newest page by the second way, under the same key; `case.said` is why."""
    key = page_key(case.policy, incident, incident.page)
    payload = payloads.page(case.policy, case.state, incident, key, Move.RING)
    payload["details"] = {"Second way": case.said, **payload["details"]}
    return tuple(_each(case, incident, Duty.FALLBACK, str(incident.page), payload))


def ring(policy: Policy, incident: Incident, move: Move, at: float) -> Incident:
    """The incident with a new page number if somebody must be rung now.

    "A minor-severity incident does not usually require paging people"; major and critical do.
    """
    if incident.severity < Severity.MAJOR or not _rings(policy, incident, move, at):
        return incident
    return replace(
        incident,
        page=incident.page + 1,
        paged_at=at,
        acknowledged_at=None,
        acknowledged_by="",
        rung="",
        is_page_over=False,
        has_relapsed=False,
        dismissed_at=None,
        awaited=policy.routes.get(Duty.PAGE, ()),
        unheard=policy.routes.get(Duty.PAGE, ()),
    )


def _rings(policy: Policy, incident: Incident, move: Move, at: float) -> bool:
    if move not in (Move.OPEN, Move.ESCALATE, Move.SET, Move.REOPEN, Move.RING):
        return False
    if incident.page == 0 or move is Move.RING:
        return True  # nobody was paged yet, or it is time to page anew
    if move in (Move.SET, Move.OPEN):
        return False  # whoever says how severe it is, is at it; a location alone has paged already
    if move is Move.ESCALATE:
        return incident.severity is Severity.CRITICAL and not _has_just_rung(incident, at)
    if incident.dismissed_at is not None:
        return False  # whoever ended the page knows; paging.py rings when it is time
    if policy.resolve_on_recovery or incident.is_page_over:
        return True  # the page went away when it recovered
    # Not acknowledged: it still rings. Acknowledged a moment ago: whoever did is at it, for a while (paging.py).
    waited = at - (incident.paged_at or at) >= policy.thresholds.repage_after_s
    return incident.acknowledged_at is not None and waited


def _has_just_rung(incident: Incident, at: float) -> bool:
    """Whether a page rang a moment ago and nobody has taken it: it rings still, and one is enough."""
    taken = incident.acknowledged_at is not None or incident.dismissed_at is not None
    return not taken and at - (incident.paged_at or at) < TOGETHER_S


def page_key(policy: Policy, incident: Incident, number: int) -> str:
    """PagerDuty's dedup key: ours, derivable, the same after a crash."""
    return f"{policy.namespace}/{incident.id}/{number}"


def end_page(case: Case, incident: Incident, key: str) -> tuple[Effect, ...]:
    """Ends one page of an incident that is over; `case.said` is why."""
    _, about, number = key.rsplit("/", 2)
    # With `about`: two locations, alone, may have paged under two names in the same second.
    name = f"{about}-{number}-late-{case.at:.0f}"
    return tuple(_each(case, incident, Duty.RESOLVE, name, {"key": key, "why": case.said}))


def _page_low(case: Case, incident: Incident) -> Iterator[Effect]:
    """The newest page, told as past, in the place of one that could not leave: it is no reason to wake anybody."""
    key = page_key(case.policy, incident, incident.page)
    told = payloads.page(case.policy, case.state, incident, key, Move.RECOVER)
    told["severity"] = Severity.MINOR.word
    name = f"{incident.page}~past-{incident.posts}"
    low = _each(case, incident, Duty.PAGE, name, told)
    return (effect for effect in low if effect.responder in incident.unheard)


def _resolve_all(case: Case, incident: Incident) -> Iterator[Effect]:
    why = f"{incident.id} {incident.phase}"
    for number in range(1, incident.page + 1):
        payload = {"key": page_key(case.policy, incident, number), "why": why}
        name = f"{number}-{incident.phase}-{incident.posts}"
        yield from _each(case, incident, Duty.RESOLVE, name, payload)


def _tell(case: Case, incident: Incident, move: Move) -> Iterator[Effect]:
    if move is Move.OPEN:
        payload = payloads.room(case.policy, case.state, incident, case.at)
        yield from _each(case, incident, Duty.ROOM, str(incident.rooms), payload)
        return
    notice = wording.notice(case.policy, case.state, incident, move, case.said)
    yield from _each(case, incident, Duty.POST, str(incident.posts), {"notice": notice})
    if move not in IN_PASSING:
        yield from _keep(case, incident)


def _keep(case: Case, incident: Incident) -> Iterator[Effect]:
    kept = {"notice": wording.summary(case.policy, case.state, incident)}
    yield from _each(case, incident, Duty.SUMMARY, str(incident.posts), kept)


def operation(incident: Incident, duty: Duty, name: str, responder: str) -> str:
    """An effect's id: "us-42/page/1@pagerduty"."""
    return f"{incident.id}/{duty}/{name}@{responder}"


def again(effect: Effect, times: int, at: float) -> Effect:
    """The same, to be done once more: its `times`-th time beside the first. Its id says so: "us-42/page/1~1@pagerduty"."""
    name, _, responder = original(effect.id).rpartition("@")
    return replace(effect, id=f"{name}~{times}@{responder}", at=at)


def original(id_: str) -> str:
    """The id of what is done once more; of anything else its own."""
    name, _, responder = id_.rpartition("@")
    return f"{name.partition('~')[0]}@{responder}"


def end_anew(incident: Incident, responder: str, key: str, times: int, at: float) -> Effect:
    """The end of one page that shows although it is over, beside the ends that were sent before."""
    name = f"{key.rpartition('/')[2]}-shown~{times}"
    payload = {"key": key, "why": f"{incident.id} {incident.phase}"}
    id_ = operation(incident, Duty.RESOLVE, name, responder)
    return Effect(id_, incident.id, responder, Duty.RESOLVE, at, payload)


def _each(
    case: Case, incident: Incident, duty: Duty, name: str, payload: Mapping[str, Any]
) -> Iterator[Effect]:
    for responder in case.policy.routes.get(duty, ()):
        id_ = operation(incident, duty, name, responder)
        yield Effect(id_, incident.id, responder, duty, case.at, payload)
