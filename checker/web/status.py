"""How things stand, in words: the landing page and `/api/v1/status` are both made from this.

Times are RFC 3339, UTC; ages and durations are seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from checker.core.incident import Move
from checker.core.model import Incident, Phase
from checker.core.rules import Watched
from checker.core.wording import next_step, sums, what_fails, why
from checker.metrics.view import LastLook, View
from checker.roll import Location
from probes.contract import Verdict, one_line

_NOW = {
    Verdict.PASSED: "well",
    Verdict.DEGRADED: "slow",
    Verdict.FAILED: "failed",
    Verdict.INCONCLUSIVE: "could not tell",
}


@dataclass(frozen=True, slots=True)
class CheckStatus:
    """One check as it stands right now."""

    name: str
    target: str | None  # None: a control
    surface: str
    now: str  # a symptom, local problem, suspected, well, slow, failed, could not tell, not looked yet
    outcome: str | None  # of the newest look made here, with its reason and detail
    reason: str | None
    detail: str
    looked_at: str | None
    looked_ago_s: float | None
    duration_s: float | None
    symptom: str | None  # what is held to be wrong with it, since when, and why
    since: str | None
    evidence: str
    in_doubt: bool  # looked at faster now
    local: str | None  # the one location that has a problem with it
    scores: Mapping[str, int]  # by location
    runbook: str
    blind: bool  # whoever has a word on it has no network now: what is held is from before


@dataclass(frozen=True, slots=True)
class IncidentStatus:
    """One incident that no person has ended yet."""

    id: str
    target: str
    phase: str
    severity: str
    since: str
    for_s: float  # how long ago that is
    declared_at: str
    recovered_at: str | None
    acknowledged_at: str | None
    what: str  # what is wrong, in a line
    lead: str  # empty: nobody yet
    status: str  # how things stand, in a person's words
    next: str  # what to do now
    room: str | None  # where people meet
    room_link: str | None
    sentence: str
    why: str  # the sentence, or whose word it is against it
    failing: tuple[str, ...]
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Effects that one responder has not confirmed yet."""

    responder: str
    effects: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Missing:
    """What is configured and does not run."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Work:
    """Planned work that goes on: nothing new is declared at its target."""

    target: str
    ends: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """One moment of one daemon."""

    at: str
    version: str
    location: str
    headline: str
    wrong: tuple[str, ...]  # with this daemon itself: a line for each
    blind: Mapping[str, str]  # location → since when it has no word about any target
    incidents: tuple[IncidentStatus, ...]  # worst first
    maintenance: tuple[Work, ...]  # what goes on now
    checks: tuple[CheckStatus, ...]  # in the config's order
    outbox: tuple[Waiting, ...]
    off: tuple[Missing, ...]
    locations: tuple[Location, ...]  # by name; empty while nobody knows


def status_of(view: View) -> Status:
    """The view in words."""
    checks = tuple(_check(view, watched) for watched in view.policy.watched.values())
    vantages = view.state.vantages.items()
    return Status(
        at=moment(view.at),
        version=view.version,
        location=view.location,
        headline=_headline(view, checks),
        wrong=tuple(_wrong(view)),
        blind={where: moment(v.blind_since) for where, v in vantages if v.blind_since is not None},
        incidents=tuple(_incident(view, incident) for incident in view.live()),
        maintenance=tuple(
            Work(m.target, moment(m.ends), m.by, m.why)
            for m in (*view.policy.maintenance, *view.state.maintenance)
            if m.begins <= view.at < m.ends
        ),
        checks=checks,
        outbox=tuple(
            Waiting(responder, effects, view.delivery.oldest_s.get(responder, 0.0))
            for responder, effects in view.delivery.pending.items()
            if effects
        ),
        off=tuple(Missing(off.what, off.why) for off in view.off),
        locations=view.roll.locations if view.roll else (),
    )


def _wrong(view: View) -> Iterator[str]:
    if view.refused:
        first, _, more = view.refused.partition("\n")
        rest = " `checker config check` says all of it." if more else ""
        yield f"The config on disk is refused, and what ran before goes on: {one_line(first)}.{rest}"
    if view.lost:
        yield f"{view.lost[:1].upper()}{view.lost[1:]}."


def moment(at: float) -> str:
    """Seconds since the epoch as "2026-11-23T14:02:10Z"."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(at: float | None) -> str | None:
    return None if at is None else moment(at)


def _check(view: View, watched: Watched) -> CheckStatus:
    look = view.looks.get(watched.name)
    symptom = view.state.symptoms.get(watched.name)
    standings = view.state.standings.get(watched.name, {})
    return CheckStatus(
        name=watched.name,
        target=watched.target,
        surface=watched.surface,
        now=_now(view, watched.name, look),
        outcome=look.outcome.verdict if look else None,
        reason=look.outcome.reason if look else None,
        detail=look.outcome.detail if look else "",
        looked_at=moment(look.at) if look else None,
        looked_ago_s=max(0.0, view.at - look.at) if look else None,
        duration_s=look.duration_s if look else None,
        symptom=symptom.kind if symptom else None,
        since=moment(symptom.since) if symptom else None,
        evidence=sums(view.state, symptom) if symptom else "",
        in_doubt=view.in_doubt(watched.name),
        local=view.state.local.get(watched.name),
        scores={location: standing.score for location, standing in standings.items()},
        runbook=watched.runbook,
        blind=_is_blind(view, standings),
    )


def _is_blind(view: View, standings: Collection[str]) -> bool:
    """Whether nobody who has looked at it has a network now."""
    vantages = [view.state.vantages.get(where) for where in standings]
    return bool(vantages) and all(v is not None and v.blind_since is not None for v in vantages)


def _now(view: View, name: str, look: LastLook | None) -> str:
    """The one word for a check: what is held true comes before what the newest look saw."""
    symptom = view.state.symptoms.get(name)
    if symptom is not None:
        return symptom.kind
    if name in view.state.local:
        return "local problem"
    if view.in_doubt(name):
        return "suspected"
    return _NOW[look.outcome.verdict] if look else "not looked yet"


def _incident(view: View, incident: Incident) -> IncidentStatus:
    room = view.rooms.get(incident.id)
    return IncidentStatus(
        id=incident.id,
        target=incident.target,
        phase=incident.phase,
        severity=incident.severity.word,
        since=moment(incident.since),
        for_s=max(0.0, view.at - incident.since),
        declared_at=moment(incident.declared_at),
        recovered_at=_moment(incident.recovered_at),
        acknowledged_at=_moment(incident.acknowledged_at),
        what=what_fails(view.policy, incident),
        lead=incident.lead,
        status=incident.status,
        next=next_step(view.policy, incident, _last_move(incident)),
        room=room.name if room else None,
        room_link=room.link if room else None,
        sentence=incident.sentence,
        why=why(incident),
        failing=tuple(symptom.check for symptom in incident.symptoms),
        seen=incident.seen,
    )


def _last_move(incident: Incident) -> Move:
    return Move.RECOVER if incident.phase is Phase.RECOVERED else Move.OPEN


def _headline(view: View, checks: tuple[CheckStatus, ...]) -> str:
    """The one sentence to read first."""
    live = view.live()
    if live:
        return " ".join(filter(None, (_open(live), _recovered(live))))
    vantage = view.state.vantages.get(view.location)
    if vantage is not None and vantage.blind_since is not None:
        return "We are blind: most controls fail, so this location says nothing of any target."
    failing = [check.name for check in checks if check.symptom]
    if failing:
        return f"{', '.join(failing)} {'fail' if len(failing) > 1 else 'fails'}. No open incident."
    if any(check.local or check.in_doubt for check in checks):
        return "Something may fail, and is looked at more closely. No open incident."
    words = [check.now for check in checks]
    if "not looked yet" in words:
        return (
            f"{words.count('not looked yet')} checks wait for their first look. No open incident."
        )
    others = sum(word != "well" for word in words)
    if others:
        return f"No open incident, but not all is well: {others} of {len(words)} checks."
    return f"All is well: {len(words)} checks, no open incident."


def _open(live: list[Incident]) -> str:
    names = [f"{i.id} ({i.severity.word})" for i in live if i.phase is Phase.OPEN]
    return f"Open incident: {', '.join(names)}." if names else ""


def _recovered(live: list[Incident]) -> str:
    names = [i.id for i in live if i.phase is Phase.RECOVERED]
    return f"Recovered, to be closed by a person: {', '.join(names)}." if names else ""
