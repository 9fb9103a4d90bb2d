"""An event of ours is accepted, sent as an SDK sends it.

"Event ingestion totally failing - we are losing events": what capture refuses is lost, for clients
give up in the end. What it accepts is only on its way: it is remembered as a canary that `ingestion`
then looks for. Capture v0 says Ok to events that are dropped, over quota or for a wrong key; v1 does
not, so now and then, and when a canary is overdue, the canary goes out by v1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import uuid4

from pydantic import Field, model_validator

from probes.contract import Io, Outcome, ProbeParams, Reason, Target
from probes.wire import by_hand as shell
from probes.wire.canaries import (
    EVENT,
    HELD_MAX,
    Canary,
    Count,
    Held,
    SteadyClock,
    Word,
    distinct_id,
    least_missed,
    read,
)
from probes.wire.exchange import Exchange, Request
from probes.wire.http import HEADERS
from probes.wire.redirects import REDIRECTS
from probes.wire.refusals import is_page, word

V1_PATH = "/i/v1/analytics/events"
NOT_HERE = frozenset({404, 405, 501})  # how a PostHog without capture v1 says so

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.STATUS: "not a 200; a 429 counts, for capture documents no rate limit",
        Reason.REDIRECT: "an SDK's POST was redirected",
        Reason.EVENT: "a 200 that does not say that the event was taken",
        Reason.OWN_KEY: "our project key, or our event, is refused (400, 401)",
        Reason.OWN_QUOTA: "the project is over its quota, and its events are dropped",
        Reason.CHALLENGE: "our address or user agent is taken for a bot's",
        Reason.LOOK_UP: "this PostHog has no capture v1; set v1_every to null",
    }
)


class Params(ProbeParams):
    """How events are sent. Lanes are the distinct_ids that canaries take in turn."""

    needs: ClassVar = ("project_key",)
    remembers: ClassVar = "canaries"

    api: Literal["v0", "v1"] = Field("v0", description="the capture API that is watched")
    path: Annotated[str, Field(pattern="^/", max_length=2000)] = Field(
        "/i/v0/e/", description="where v0 takes events; /capture/ on older PostHogs"
    )
    v1_every_s: float | None = Field(
        600.0, gt=0, description="seconds between two canaries sent by v1; null where v1 is not"
    )
    doubt_s: float = Field(
        120.0, gt=0, description="seconds: a canary this old has v1 asked for its word at once"
    )
    lanes: int = Field(8, ge=1, le=64, description="distinct_ids in turn, to reach more partitions")
    person_lanes: int = Field(
        2, ge=0, description="how many of them have person profiles, which need PostgreSQL too"
    )

    @model_validator(mode="after")
    def _persons_are_lanes(self) -> Self:
        if self.person_lanes > self.lanes:
            raise ValueError("person_lanes cannot be more than lanes")
        return self


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of the one event. `word` is for v1's answers only."""

    reason: Reason | None = None
    detail: str = ""
    word: Word | None = None


async def probe(params: Params, io: Io) -> Outcome:
    """Send one canary, once."""
    assert io.target is not None, "config gives every capture a target"
    clock = SteadyClock(io)
    held = read(io.memory)
    turn = held.turn + 1
    canary = Canary(str(uuid4()), lane=turn % params.lanes, seq=turn, sent=clock.now())
    by_v1 = params.api == "v1" or is_proof_due(params, held, canary.sent)
    request = _by_v1 if by_v1 else _by_v0
    answer = await io.fetch(request(params, io.target, canary, _stamp(io)))
    said = judge_v1(params, answer, canary.uuid) if by_v1 else judge_v0(answer)
    memory = {**clock.patch, **remembered(params, held, canary, said, by_v1)}
    return answer.outcome(said.reason, said.detail, values=_values(held), memory=memory)


def by_hand(params: Params, target: Target) -> str:
    """One more canary, which nobody will look for."""
    request = _by_v1 if params.api == "v1" else _by_v0
    one = Canary(shell.UUID, lane=0, seq=0, sent=0.0)
    return shell.curl(request(params, shell.veiled(target), one, shell.NOW))


def is_proof_due(params: Params, held: Held, now: float) -> bool:
    """Whether it is time for v1 to say that our quota and our key are fine.

    It is when `v1_every_s` has passed, and once when the oldest canary that is merely late (none
    of its lane has overtaken it) comes to `doubt_s`.
    """
    if params.v1_every_s is None:
        return False
    tried_at = held.proof.tried_at
    if tried_at is None or now - tried_at >= params.v1_every_s:
        return True
    waiting = [canary.sent for canary in held.canaries if canary.overtaken is None]
    return bool(waiting) and tried_at < min(waiting) + params.doubt_s <= now


def judge_v0(answer: Exchange) -> Said:
    """What v0 says: `{"status": 1}` and later `{"status": "Ok"}` are a yes."""
    refused = _refused(answer)
    if refused is not None:
        return refused
    body = answer.json()
    value = body.value if isinstance(body.value, dict) else {}
    limited = value.get("quota_limited")
    if isinstance(limited, list) and limited:
        return Said(Reason.OWN_QUOTA, "capture says that our project is over its quota")
    status = value.get("status")
    if status == "Ok" or (status == 1 and status is not True):
        return Said()
    return Said(Reason.EVENT, f"200, but {body.problem or 'it does not say Ok'}")


def judge_v1(params: Params, answer: Exchange, uuid: str) -> Said:
    """What v1 says of this event: ok and warning are a yes, drop and retry a no."""
    refused = _refused(answer)
    if refused is not None:
        if params.api == "v0" and answer.status in NOT_HERE:
            return Said(Reason.LOOK_UP, f"{answer.status}: no capture v1 here, so no proof of it")
        key = refused.reason is Reason.OWN_KEY and answer.status == 401
        return Said(refused.reason, refused.detail, Word.KEY if key else None)
    result, details = _result(answer, uuid)
    if result in ("ok", "warning"):
        return Said(word=Word.OK)
    if result == "drop" and details == "billing_limit_exceeded":
        return Said(
            Reason.OWN_QUOTA, "our project is over its quota: events are dropped", Word.QUOTA
        )
    if result == "drop" and details == "event_restriction_drop":
        return Said(Reason.OWN_KEY, "events of our project are dropped by a restriction", Word.KEY)
    named = word(details)
    why = f" ({named})" if named else ""
    return Said(Reason.EVENT, f"200, but v1's word for the event is {word(result) or 'none'}{why}")


def _refused(answer: Exchange) -> Said | None:
    """What everything but a 200 says, whichever API it is."""
    if answer.failure is not None:
        return Said(answer.failure.reason, answer.failure.detail)
    status = answer.status
    if status == 200:
        return None
    if status in REDIRECTS:
        return Said(Reason.REDIRECT, f"{status}: a POST was redirected")
    if status == 403 and is_page(answer):
        return Said(Reason.CHALLENGE, "403 with a page: our address is blocked")
    if status in (400, 401, 403):
        return Said(Reason.OWN_KEY, f"{status}: our project key or our event is refused")
    if status == 402:
        return Said(Reason.OWN_QUOTA, "402: our project has to pay first")
    return Said(Reason.STATUS, f"status {status}")


def _result(answer: Exchange, uuid: str) -> tuple[Any, Any]:
    """v1's word for our event, and the details of it."""
    value = answer.json().value
    for key in ("results", uuid):
        value = value.get(key) if isinstance(value, dict) else None
    return (value.get("result"), value.get("details")) if isinstance(value, dict) else (None, None)


def remembered(
    params: Params, held: Held, canary: Canary, said: Said, by_v1: bool
) -> dict[str, Any]:
    """The merge patch: the next lane's turn, the canary if it can be waited for, v1's word."""
    patch: dict[str, Any] = {"turn": canary.seq}
    if by_v1:
        patch["proof"] = _proof(said, canary.sent)
    if said.word in (Word.QUOTA, Word.KEY):
        return patch | _voided(held)
    if said.reason is not None or (said.word is None and _is_barred(params, held)):
        return patch
    patch["accepted_at"] = canary.sent
    patch["canaries"] = {canary.uuid: canary.row()}
    if len(held.canaries) >= HELD_MAX:
        patch["canaries"][least_missed(held.canaries).uuid] = None
        patch["counts"] = {Count.THINNED: held.count(Count.THINNED) + 1}
    return patch


def _proof(said: Said, now: float) -> dict[str, Any]:
    if said.word is None:
        return {"tried_at": now}
    ok = {"ok_at": now} if said.word is Word.OK else {}
    return {"tried_at": now, "said": said.word, "said_at": now, **ok}


def _voided(held: Held) -> dict[str, Any]:
    """Without the canaries that may have been dropped: those since v1 last said that all is well."""
    since = held.proof.ok_at or 0.0
    void = [canary.uuid for canary in held.canaries if canary.sent > since]
    counts = {Count.VOID: held.count(Count.VOID) + len(void)}
    return {"canaries": dict.fromkeys(void), "counts": counts} if void else {}


def _is_barred(params: Params, held: Held) -> bool:
    """Whether v0's Ok means nothing, since v1 has last said that our events are dropped."""
    return params.v1_every_s is not None and held.proof.said in (Word.QUOTA, Word.KEY)


def _values(held: Held) -> dict[str, float]:
    """Canaries on their way before this one, and how many were forgotten for want of room."""
    return {
        "canaries_outstanding": float(len(held.canaries)),
        "canaries_thinned_total": float(held.count(Count.THINNED)),
    }


def _by_v0(params: Params, target: Target, canary: Canary, stamp: str) -> Request:
    """No `sent_at`: PostHog would reckon the time stamp anew from it."""
    assert target.project_key is not None, "without a project key the check is off"
    body = {
        "api_key": target.project_key.get_secret_value(),
        "event": EVENT,
        "distinct_id": distinct_id(canary.lane),
        "uuid": canary.uuid,
        "timestamp": stamp,
        "properties": _properties(params, canary),
    }
    headers = {"Content-Type": "application/json"}
    url = f"{target.ingest_origin}{params.path}"
    return Request(url, "POST", headers, json.dumps(body).encode())


def _by_v1(params: Params, target: Target, canary: Canary, stamp: str) -> Request:
    assert target.project_key is not None, "without a project key the check is off"
    event = {
        "event": EVENT,
        "uuid": canary.uuid,
        "distinct_id": distinct_id(canary.lane),
        "timestamp": stamp,
        "options": {"process_person_profile": _is_person(params, canary)},
        "properties": _properties(params, canary),
    }
    headers = {
        "Authorization": f"Bearer {target.project_key.get_secret_value()}",
        "Content-Type": "application/json",
        "PostHog-Sdk-Info": HEADERS["User-Agent"],
        "PostHog-Attempt": "1",
        "PostHog-Request-Id": canary.uuid,  # one canary goes out once
        "PostHog-Request-Timestamp": stamp,
    }
    body = {"created_at": stamp, "batch": [event]}
    return Request(f"{target.ingest_origin}{V1_PATH}", "POST", headers, json.dumps(body).encode())


def _properties(params: Params, canary: Canary) -> dict[str, Any]:
    return {
        "$process_person_profile": _is_person(params, canary),
        "$geoip_disable": True,
        "lane": canary.lane,
        "seq": canary.seq,
    }


def _is_person(params: Params, canary: Canary) -> bool:
    return canary.lane < params.person_lanes


def _stamp(io: Io) -> str:
    return io.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
