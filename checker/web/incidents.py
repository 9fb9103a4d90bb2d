"""Incidents as JSON, for whoever may connect: the newest, and one with all that is known of it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from aiohttp import web

from checker.core.model import Incident, Maintenance, PublicWord, Symptom
from checker.desk import Desk, Refusal, Story
from checker.store.faults import StoreError
from checker.store.rows import Tracked
from checker.web.ports import PORTS
from checker.web.status import moment
from probes.contract import one_line

LIMIT, LIMIT_MAX = 20, 200

_dumps = partial(json.dumps, allow_nan=False, ensure_ascii=False, indent=1)


def answer(data: dict[str, Any], status: int = 200) -> web.Response:
    """JSON, for people too."""
    return web.json_response(data, status=status, dumps=_dumps)


def error(text: str, status: int) -> web.Response:
    """What is wrong, in a sentence, and in no more than a line."""
    return answer({"error": one_line(text, 600)}, status)


def away() -> web.Response:
    """For when the store is."""
    return error("The store cannot be reached now. Try again; the log says what is wrong.", 503)


def add_reading(app: web.Application) -> None:
    app.router.add_get("/api/v1/incidents", _newest)
    app.router.add_get("/api/v1/incidents/{id}", _one)
    app.router.add_get("/api/v1/maintenance", _planned)


async def _newest(request: web.Request) -> web.Response:
    asked = request.query.get("limit", str(LIMIT))
    limit = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    if not 1 <= limit <= LIMIT_MAX:
        return error(f"limit: a number from 1 to {LIMIT_MAX}", 400)
    desk = request.app[PORTS].desk
    if desk is None:
        return away()
    try:
        found = await desk.newest(limit)
    except StoreError:
        return away()
    return answer({"incidents": [incident_in_json(incident) for incident in found]})


async def _one(request: web.Request) -> web.Response:
    desk = request.app[PORTS].desk
    return away() if desk is None else await one(desk, request.match_info["id"])


async def one(desk: Desk, id_: str, **more: str) -> web.Response:
    """The answer about that incident, with `more` said first."""
    try:
        told = await desk.story(id_)
    except Refusal as refusal:
        return error(str(refusal), 404)
    except StoreError:
        return away()
    return answer({**more, **_story(told)})


async def _planned(request: web.Request) -> web.Response:
    view = request.app[PORTS].view()
    planned = [*view.policy.maintenance, *view.state.maintenance]
    return answer({"maintenance": [planned_in_json(m) for m in planned if m.ends > view.at]})


def planned_in_json(planned: Maintenance) -> dict[str, Any]:
    return {
        "target": planned.target,
        "begins": moment(planned.begins),
        "ends": moment(planned.ends),
        "by": planned.by,
        "why": planned.why,
    }


def incident_in_json(incident: Incident) -> dict[str, Any]:
    """An incident without its timeline; what has not happened is null, what nobody said is ""."""
    return {
        "id": incident.id,
        "target": incident.target,
        "phase": incident.phase,
        "severity": incident.severity.word,
        "sentence": incident.sentence,
        "what": incident.what,
        "declared_by": incident.declared_by,
        "lead": incident.lead,
        "status": incident.status,
        "since": moment(incident.since),
        "declared_at": moment(incident.declared_at),
        "acknowledged_at": _moment(incident.acknowledged_at),
        "recovered_at": _moment(incident.recovered_at),
        "closed_at": _moment(incident.closed_at),
        "closed_by": incident.closed_by,
        "cause": incident.cause,
        "fix": incident.fix,
        "failing": [_symptom(symptom) for symptom in incident.symptoms],
        "seen": list(incident.seen),
        "there": list(incident.there),
        "on_call": [{"name": who.name} for who in incident.on_call or ()],
        "paged": incident.rung,
        "acknowledged_by": incident.acknowledged_by,
        "customers": [_told(word) for word in incident.public],
    }


def _story(told: Story) -> dict[str, Any]:
    return {
        "incident": incident_in_json(told.incident),
        "timeline": [{"at": moment(e.at), "what": e.what, "text": e.text} for e in told.timeline],
        "effects": [_effect(tracked) for tracked in told.effects],
    }


def _symptom(symptom: Symptom) -> dict[str, str]:
    return {
        "check": symptom.check,
        "kind": symptom.kind,
        "since": moment(symptom.since),
        "evidence": symptom.evidence,
    }


def _told(word: PublicWord) -> dict[str, str]:
    """What customers are told by one outlet; `draft` is what they should be told now."""
    return {
        "outlet": word.outlet,
        "stands": word.stands,
        "text": word.text,
        "draft": word.draft,
        "by": word.by,
    }


def _effect(tracked: Tracked) -> dict[str, Any]:
    effect = tracked.effect
    return {
        "id": effect.id,
        "responder": effect.responder,
        "duty": effect.duty,
        "at": moment(effect.at),
        "fate": tracked.fate,
        "why": tracked.why,
    }


def _moment(at: float | None) -> str | None:
    return None if at is None else moment(at)
