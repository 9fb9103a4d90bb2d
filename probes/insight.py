"""An insight can be created: PostHog computes one for us that it cannot have in a cache.

"No insights can be created" is about computing, for that is what happens when somebody opens a
new insight. Saving is another matter: "Unable to save insights" is no incident. With `save`, now and
then one insight of our own is brought back under a new name, read, and deleted again; when that
fails it is noted, and wakes nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Literal
from uuid import uuid4

from pydantic import Field

from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Verdict
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange
from probes.wire.redirects import REDIRECTS
from probes.wire.refusals import WAIT_MAX_S, ours, retry_after_s, status_in_words
from probes.wire.saved_insight import NAME, Project, Saved, request, save

SAVES_A_DAY = 200  # by all looks that share a memory

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.STATUS: "nothing was computed: ClickHouse busy (503), too slow (504, 512), or an error",
        Reason.REDIRECT: "the API redirected us; our key is never sent on",
        Reason.BODY: "a 200 that is not JSON, or has no results",
        Reason.SLOW: "computed, but over the limit",
        Reason.SAVE: "computed, but not saved; never an incident, by the handbook",
        Reason.LOOK_UP: "the answer came from a cache, or is to come later: nothing was seen",
        Reason.OWN_KEY: "our personal key is refused, or may not see the project",
        Reason.OWN_LIMIT: "our rate limit; nothing is asked until PostHog's wait is over",
        Reason.OWN_FAULT: "our query is refused as malformed",
        Reason.CHALLENGE: "our address is blocked",
    }
)


class Params(ProbeParams):
    """What is computed, and whether it is saved now and then."""

    fastest_s: ClassVar = 15.0
    needs: ClassVar = ("personal_key", "project_id")
    remembers: ClassVar = "insight"
    spends: ClassVar = MappingProxyType({"clickhouse": 1})  # not "query": that is for HogQL

    api: Literal["query", "trend"] = Field(
        "query", description="how trends are computed; `trend` is for older instances"
    )
    event: str = Field("synthetic_canary", min_length=1, description="the event that is counted")
    save_s: float | None = Field(
        None, ge=60, description="how often one is saved, read and deleted; left out: never"
    )
    slow_s: float | None = Field(5.0, gt=0, description="seconds; over it computing is slow")


async def probe(params: Params, io: Io) -> Outcome:
    """Compute once; save, if it is time for that."""
    now = io.now()
    wait_s = _still_to_wait(io.memory, now.timestamp())
    if wait_s > 0:
        return Outcome(
            Verdict.INCONCLUSIVE,
            Reason.OWN_LIMIT,
            f"our own limit: {wait_s:.0f} s to wait",
            values={"retry_after_seconds": wait_s},
        )
    project = Project(io)
    computed = await project.ask("POST", *_question(params, uuid4().hex))
    outcome = judge(params, computed)
    if outcome.reason is Reason.OWN_LIMIT:
        until = now.timestamp() + outcome.values["retry_after_seconds"]
        return replace(outcome, memory={"ask_again_at": until})
    # A save needs time of its own: after a computation that took most of it, it can only fail.
    in_time = sum(computed.phases.values()) < io.timeout_s / 2
    if outcome.verdict not in (Verdict.PASSED, Verdict.DEGRADED) or not in_time:
        return outcome
    return await _save_if_due(params, project, io.memory, now, outcome)


def by_hand(params: Params, target: Target) -> str:
    """The same computation, which no cache can have either."""
    asked = _question(params, f"by-hand-{shell.SECONDS}")
    return shell.curl(request(shell.veiled(target), "POST", *asked))


def judge(params: Params, answer: Exchange) -> Outcome:
    """What the answer says of computing, worst first."""
    if answer.failure is not None:
        return answer.failed()
    refusal = ours(answer)
    if refusal is not None:
        limited = refusal.reason is Reason.OWN_LIMIT
        values = {"retry_after_seconds": retry_after_s(answer)} if limited else {}
        return answer.outcome(refusal.reason, refusal.detail, values=values)
    if answer.status in REDIRECTS:
        return answer.outcome(Reason.REDIRECT, f"{answer.status}: the API redirected us")
    if answer.status == 202:
        return answer.outcome(Reason.LOOK_UP, "202: to be computed later, and not for us")
    if answer.status != 200:
        return answer.outcome(Reason.STATUS, status_in_words(answer))
    body = answer.json()
    found = body.value if isinstance(body.value, dict) else {}
    if not isinstance(found.get("results" if params.api == "query" else "result"), list):
        return answer.outcome(Reason.BODY, body.problem or "no results in the answer")
    if found.get("is_cached", False) is not False:
        return answer.outcome(Reason.LOOK_UP, "the answer came from a cache")
    took_s = sum(answer.phases.values())
    if params.slow_s is not None and took_s > params.slow_s:
        return answer.outcome(Reason.SLOW, f"took {took_s:.2f} s, over {params.slow_s:g} s")
    return answer.outcome()


def _still_to_wait(memory: Mapping[str, Any], now: float) -> float:
    """Seconds until we may ask again. What the clock has made absurd counts as nothing."""
    until = memory.get("ask_again_at")
    left = until - now if isinstance(until, int | float) else 0.0
    return left if 0 < left <= WAIT_MAX_S else 0.0


# ── what is asked ───────────────────────────────────────────────────────────────────────────────


def _question(params: Params, nonce: str) -> tuple[str, Mapping[str, Any]]:
    """Path and body of what computes our trend, whatever is cached."""
    if params.api == "trend":
        return "insights/trend/", {**_filters(params, nonce), "refresh": True}
    return "query/", {
        "query": _trends(params, nonce),
        "refresh": "force_blocking",
        "client_query_id": nonce,
        "name": NAME,
    }


def _trends(params: Params, nonce: str) -> Mapping[str, Any]:
    series = {
        "kind": "EventsNode",
        "event": params.event,
        "math": "total",
        "properties": _unlike_any_other(nonce),
    }
    return {
        "kind": "TrendsQuery",
        "series": [series],
        "dateRange": {"date_from": "-1h"},
        "interval": "hour",
    }


def _filters(params: Params, nonce: str) -> Mapping[str, Any]:
    """The same in the words of older instances."""
    event = {"id": params.event, "type": "events", "math": "total"}
    return {
        "insight": "TRENDS",
        "events": [{**event, "properties": _unlike_any_other(nonce)}],
        "date_from": "-1h",
        "interval": "hour",
    }


def _unlike_any_other(nonce: str) -> list[Mapping[str, Any]]:
    """A condition that holds for every event, and makes this query one that nobody has cached."""
    return [{"key": "canary_nonce", "value": nonce, "operator": "is_not", "type": "event"}]


# ── saving ──────────────────────────────────────────────────────────────────────────────────────


async def _save_if_due(
    params: Params, project: Project, memory: Mapping[str, Any], now: datetime, computed: Outcome
) -> Outcome:
    """`computed`, with what came of a save if it is time for one."""
    if params.save_s is None:
        return computed
    notes = memory.get("save")
    if not isinstance(notes, Mapping):
        # Not yet: a look whose memory does not hold would make a new insight each time.
        return replace(computed, memory={"save": {"due": now.timestamp()}})
    today = now.date().isoformat()
    count = notes.get("count", 0) if notes.get("day") == today else 0
    if 0 < notes.get("due", 0.0) - now.timestamp() <= params.save_s:
        return computed
    if count >= SAVES_A_DAY:
        return replace(computed, detail=computed.detail or f"not saved: {count} times today")
    saved = await save(project, notes.get("insight"), _content(params, uuid4().hex))
    noted = {"due": now.timestamp() + params.save_s, "day": today, "count": count + 1}
    return with_save(computed, saved, {"save": {**noted, "insight": saved.insight}})


def with_save(computed: Outcome, saved: Saved, memory: Mapping[str, Any]) -> Outcome:
    """The Outcome of computing and saving together."""
    values = {**computed.values, "insight_saved": float(saved.problem is None)}
    outcome = replace(computed, values=MappingProxyType(values), memory=memory)
    if saved.problem is None:
        return outcome
    detail = f"computed, but not saved: {saved.problem.detail}"
    return replace(
        outcome, verdict=saved.problem.verdict, reason=saved.problem.reason, detail=detail
    )


def _content(params: Params, nonce: str) -> Mapping[str, Any]:
    content = {"name": f"{NAME} {nonce}", "saved": True}
    if params.api == "trend":
        return {**content, "filters": _filters(params, nonce)}
    return {**content, "query": {"kind": "InsightVizNode", "source": _trends(params, nonce)}}
