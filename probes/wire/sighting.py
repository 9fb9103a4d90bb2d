"""Asking PostHog which of our canaries it has, all in one query that no cache may answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from probes.contract import BODY_MAX, Io, Reason, Target
from probes.wire.canaries import EVENT, Held, SteadyClock
from probes.wire.exchange import NOT_THEIRS, Exchange, Failure, Request
from probes.wire.redirects import REDIRECTS
from probes.wire.refusals import ours, retry_after_s, status_in_words

ANSWER_MAX = 4 * BODY_MAX  # bytes: PostHog repeats the query in its answer, up to three times
EARLIER_S = 2 * 86400.0  # an event's time stamp may be off by our wall clock and PostHog's


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one look-up came to. Judge `copies` only if `failure` is None: it is never PostHog's."""

    exchange: Exchange
    copies: Mapping[str, int]  # uuid → how many of it there are; those that are not there are not
    asked_at: float  # steady seconds; what is not in the answer had not arrived by then
    answered_at: float  # what is in the answer had
    failure: Failure | None = None
    ask_again_at: float | None = None  # steady seconds


async def look_up(io: Io, clock: SteadyClock, held: Held, uuids: Mapping[str, float]) -> Sighting:
    """Ask once for all of `uuids` (→ when it was sent). Asks nothing while we were told to wait."""
    assert io.target is not None, "config gives every look-up a target"
    asked_at = clock.now()
    if held.ask_again_at is not None and asked_at < held.ask_again_at:
        wait_s = held.ask_again_at - asked_at
        told = Failure(Reason.OWN_LIMIT, f"PostHog asked us to wait, for {wait_s:.0f} s more")
        return Sighting(Exchange(), {}, asked_at, asked_at, told, held.ask_again_at)
    exchange = await io.fetch(question(io.target, uuids, min(uuids.values())))
    answered_at = clock.now()
    failure = refusal(exchange)
    again = answered_at + retry_after_s(exchange) if exchange.status == 429 else None
    copies: Mapping[str, int] = {}
    if failure is None:
        copies, failure = read_copies(exchange)
    return Sighting(exchange, copies, asked_at, answered_at, failure, again)


def question(target: Target, uuids: Collection[str], since: float) -> Request:
    """Which of `uuids` are there, and how often? `since` is when the oldest one was sent.

    The time stamp only keeps ClickHouse from reading everything; nothing is measured by it.
    """
    nonce = str(uuid4())  # PostHog's cache goes by the text of the query
    day = datetime.fromtimestamp(max(since - EARLIER_S, 0.0), UTC)
    listed = ", ".join(f"'{uuid}'" for uuid in uuids)
    sql = (  # nothing foreign stands in it: `uuids` are UUIDs, ours or read as such
        f"select toString(uuid), count() from events where event = '{EVENT}'"  # noqa: S608
        f" and timestamp >= toDateTime('{day:%Y-%m-%d %H:%M:%S}') and uuid in ({listed})"
        f" group by uuid limit {len(uuids)} -- {nonce}"
    )
    return hogql(target, sql, nonce)


def hogql(target: Target, sql: str, nonce: str) -> Request:
    """A query that is computed anew, and waited for."""
    assert target.personal_key is not None, "without a personal key the check is off"
    assert target.project_id is not None, "without a project the check is off"
    body = {
        "query": {"kind": "HogQLQuery", "query": sql},
        "refresh": "force_blocking",
        "client_query_id": nonce,
        "name": "synthetic canaries",
    }
    return Request(
        f"{target.app_origin}/api/projects/{quote(target.project_id, safe='')}/query/",
        method="POST",
        headers={
            "Authorization": f"Bearer {target.personal_key.get_secret_value()}",
            "Content-Type": "application/json",
        },
        body=json.dumps(body).encode(),
        max_body=ANSWER_MAX,
    )


def refusal(exchange: Exchange) -> Failure | None:
    """Why there is no answer: our doing, or a broken way to look; no word about events."""
    if exchange.failure is not None:
        if exchange.failure.reason in NOT_THEIRS:
            return exchange.failure
        return Failure(Reason.LOOK_UP, f"{exchange.failure.reason}: {exchange.failure.detail}")
    if exchange.status == 200:
        return None
    if exchange.status in REDIRECTS:
        return Failure(Reason.LOOK_UP, f"{exchange.status}: the query was redirected")
    return ours(exchange) or Failure(Reason.LOOK_UP, status_in_words(exchange))


def read_copies(exchange: Exchange) -> tuple[Mapping[str, int], Failure | None]:
    """uuid → copies, out of a 200. Anything but a complete, fresh answer is a failure."""
    body = exchange.json()
    problem = body.problem or _problem(body.value)
    if problem:
        return MappingProxyType({}), Failure(Reason.LOOK_UP, problem)
    copies: dict[str, int] = {}
    for uuid, count in body.value["results"]:
        copies[uuid] = copies.get(uuid, 0) + count
    return copies, None


def _problem(value: Any) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("results"), list):
        return "no results in the answer"
    if value.get("error"):
        return "the answer speaks of an error"
    if value.get("is_cached") is not False:
        return "the answer does not say that it is fresh"
    if value.get("hasMore") is True:
        return "the answer is only a part"
    if not all(map(_is_row, value["results"])):
        return "the results are not what was asked for"
    return ""


def _is_row(row: Any) -> bool:
    """A uuid, and how often it is there."""
    if not isinstance(row, list) or len(row) != 2:
        return False
    uuid, count = row
    return isinstance(uuid, str) and type(count) is int and 1 <= count <= 1_000_000
