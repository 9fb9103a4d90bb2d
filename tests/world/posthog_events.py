"""PostHog's events on loopback: capture v0 and v1, a pipeline that can be hurt, and `/query/`.

What is accepted goes, in order, through the partition of its `token:distinct_id`, and can be queried
once that partition has come to it. Time is the given clock's, so hours pass in no time.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zlib import crc32

from aiohttp import web

V0_PATHS = ("/i/v0/e/", "/e/", "/capture/", "/track/", "/batch/")
V1_PATH = "/i/v1/analytics/events"
QUERY_PATHS = ("/api/projects/{project}/query/", "/api/environments/{project}/query/")
HOGQL_LIMIT = 100  # rows, where a query names no limit

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_QUERY = re.compile(
    r"select toString\(uuid\), count\(\) from events where event = '(?P<event>\w+)'"
    r" and timestamp >= toDateTime\('(?P<since>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)'\)"
    rf" and uuid in \((?P<uuids>'{_UUID}'(?:, '{_UUID}')*)\)"
    r" group by uuid(?: limit (?P<limit>\d+))? -- [\w-]+"
)


@dataclass
class Event:
    """A row, or one that will be."""

    uuid: str
    event: str
    distinct_id: str
    timestamp: float  # as PostHog reckons it: not to be measured by
    accepted_at: float
    copies: int = 1
    held_up_s: float = 0.0  # it alone, beyond the lag of its partition
    properties: Mapping[str, Any] = field(default_factory=dict)
    person: bool = True


@dataclass
class Partition:
    """A queue that is read in order. `frontier`: what was accepted by then can be queried."""

    events: list[Event] = field(default_factory=list)
    frontier: float = float("-inf")


@dataclass
class Refusal:
    """An answer in place of the right one."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def answer(self) -> web.Response:
        return web.Response(
            status=self.status,
            text=self.body,
            headers=dict(self.headers),
            content_type=self.content_type,
        )


def throttled(seconds: int, header: bool = True) -> Refusal:
    """Django REST framework's 429; PostHog has left the header out at times."""
    detail = f"Request was throttled. Expected available in {seconds} seconds."
    body = {"type": "throttled_error", "code": "throttled", "detail": detail, "attr": None}
    return Refusal(429, json.dumps(body), {"Retry-After": str(seconds)} if header else {})


def too_many_at_once() -> Refusal:
    """The 429 for concurrent queries, which says nothing of how long to wait."""
    body = {"type": "throttled_error", "code": "throttled", "detail": "Too many", "attr": None}
    return Refusal(429, json.dumps(body))


class Events:
    """One project's events. What is public can be set to break it."""

    def __init__(
        self,
        clock: Callable[[], float],
        project_key: str = "phc_canary",
        personal_key: str = "phx_canary",
        project_id: str = "1",
        partitions: int = 16,
    ) -> None:
        """`clock` tells seconds since the epoch."""
        self._clock = clock
        self._project_key = project_key
        self._personal_key = personal_key
        self._project_id = project_id
        self._partitions = [Partition() for _ in range(partitions)]
        self._asked: set[str] = set()  # queries whose answers a cache would have
        self.lag_s = 2.0
        self.lane_lag_s: dict[str, float] = {}  # distinct_id → its partition's own lag
        self.stalled = False
        self.losing = False  # accepted, and gone
        self.lost_ids: set[str] = set()  # distinct_ids whose events are gone
        self.copies = 1
        self.hold_next_up_s = 0.0  # for the next event alone: it comes out of order
        self.skew_s = 0.0  # PostHog's clock is ahead by this
        self.over_quota = False
        self.wrong_key = False  # well shaped, so v0 accepts it, and nothing of it arrives
        self.has_v1 = True
        self.capture_refusals: deque[Refusal] = deque()  # one for each request, then right again
        self.query_refusals: deque[Refusal] = deque()
        self.refuse_capture: Refusal | None = None  # until it is None again
        self.refuse_queries: Refusal | None = None
        self.alter: Callable[[dict[str, Any]], Any] = lambda answer: answer  # of a query
        self.received: list[Event] = []
        self.queries: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        """All of it. Cloud has them on two hosts: `capture_routes` and `query_routes`."""
        return [*self.capture_routes(), *self.query_routes()]

    def capture_routes(self) -> list[web.RouteDef]:
        v0 = [web.post(path, self.capture_v0) for path in V0_PATHS]
        return [*v0, web.post(V1_PATH, self.capture_v1)]

    def query_routes(self) -> list[web.RouteDef]:
        return [web.post(path, self.query) for path in QUERY_PATHS]

    def partition_of(self, distinct_id: str) -> int:
        """Kafka's key is `token:distinct_id`."""
        return crc32(f"{self._project_key}:{distinct_id}".encode()) % len(self._partitions)

    def visible(self) -> dict[str, Event]:
        """What can be queried now, by uuid."""
        self._advance()
        return {
            event.uuid: event
            for partition in self._partitions
            for event in partition.events
            if event.accepted_at + event.held_up_s <= partition.frontier
        }

    def delete(self, uuids: set[str]) -> None:
        """Data that was there is gone."""
        for partition in self._partitions:
            partition.events = [e for e in partition.events if e.uuid not in uuids]

    async def capture_v0(self, request: web.Request) -> web.Response:
        """Says Ok to everything that has the right shape, dropped or not."""
        refusal = self._next(self.capture_refusals, self.refuse_capture)
        if refusal is not None:
            return refusal.answer()
        body = json.loads(await request.read())
        token = body.get("api_key") or body.get("token")
        if not isinstance(token, str) or not token.startswith("phc_"):
            return web.Response(status=401, text="API key is not valid: personal_api_key")
        events = body.get("batch", [body])
        if not events or not all(event.get("distinct_id") for event in events):
            return web.Response(status=400, text="event submitted without a distinct_id")
        for event in events:
            properties = event.get("properties", {})
            person = properties.get("$process_person_profile", True)
            self._take(event, properties, person, token, body.get("sent_at"))
        return web.json_response({"status": "Ok"})

    async def capture_v1(self, request: web.Request) -> web.Response:
        """Says of each event what becomes of it."""
        refusal = self._next(self.capture_refusals, self.refuse_capture)
        if refusal is not None:
            return refusal.answer()
        if not self.has_v1:
            return web.Response(status=404, text="Not Found")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != self._project_key or self.wrong_key:
            return web.Response(status=401, text=f"API key is not valid: {token}")
        results = {}
        for event in json.loads(await request.read())["batch"]:
            results[event["uuid"]] = {"result": "ok"}
            if self.over_quota:
                results[event["uuid"]] = {"result": "drop", "details": "billing_limit_exceeded"}
            options = event.get("options", {})
            person = options.get("process_person_profile", True)
            self._take(event, event.get("properties", {}), person, token, None)
        return web.json_response({"results": results})

    async def query(self, request: web.Request) -> web.Response:
        """The one query that we ask; anything else is a 400, as from a HogQL parser."""
        if request.headers.get("Authorization") != f"Bearer {self._personal_key}":
            return _error(401, "authentication_error", "authentication_failed")
        refusal = self._next(self.query_refusals, self.refuse_queries)
        if refusal is not None:
            return refusal.answer()
        if request.match_info["project"] != self._project_id:
            return _error(404, "invalid_request", "not_found")
        body = json.loads(await request.read())
        sql = body["query"]["query"]
        self.queries.append(sql)
        asked = _QUERY.fullmatch(sql)
        if body["query"]["kind"] != "HogQLQuery" or asked is None or not _is_date(asked["since"]):
            return _error(400, "validation_error", "invalid_input")
        cached = body.get("refresh") != "force_blocking" and sql in self._asked
        self._asked.add(sql)
        rows = self._rows(asked)
        answer = {
            "results": rows,
            "columns": ["toString(uuid)", "count()"],
            "hasMore": False,
            "is_cached": cached,
            "error": None,
            "query": body["query"],
            "hogql": sql,
        }
        altered = self.alter(answer)
        if isinstance(altered, Refusal):
            return altered.answer()
        return web.json_response(altered)

    def _rows(self, asked: re.Match[str]) -> list[list[Any]]:
        since = datetime.fromisoformat(asked["since"]).replace(tzinfo=UTC).timestamp()
        wanted = set(re.findall(_UUID, asked["uuids"]))
        rows = [
            [event.uuid, event.copies]
            for event in self.visible().values()
            if event.uuid in wanted and event.event == asked["event"] and event.timestamp >= since
        ]
        return rows[: int(asked["limit"] or HOGQL_LIMIT)]

    def _take(
        self,
        event: Mapping[str, Any],
        properties: Mapping[str, Any],
        person: bool,
        token: str,
        sent_at: str | None,
    ) -> None:
        """Into its partition, or, without a word, nowhere."""
        self._advance()
        taken = Event(
            uuid=event.get("uuid") or str(uuid4()),
            event=event["event"],
            distinct_id=event["distinct_id"],
            timestamp=self._timestamp(event.get("timestamp"), sent_at),
            accepted_at=self._clock(),
            copies=self.copies,
            held_up_s=self.hold_next_up_s,
            properties=properties,
            person=person,
        )
        self.hold_next_up_s = 0.0
        self.received.append(taken)
        gone = self.losing or self.over_quota or self.wrong_key or token != self._project_key
        if not gone and taken.distinct_id not in self.lost_ids:
            self._partitions[self.partition_of(taken.distinct_id)].events.append(taken)

    def _timestamp(self, claimed: str | None, sent_at: str | None) -> float:
        """PostHog's own idea: by its clock, and moved by what it takes for the client's error."""
        now = self._clock() + self.skew_s
        if claimed is None:
            return now
        at = datetime.fromisoformat(claimed).timestamp()
        if sent_at is not None:
            at += now - datetime.fromisoformat(sent_at).timestamp()
        return now if at > now + 23 * 3600 else at

    def _advance(self) -> None:
        """Each partition reads on as far as its lag lets it; a stalled pipeline stays where it is."""
        if self.stalled:
            return
        for number, partition in enumerate(self._partitions):
            own = [s for d, s in self.lane_lag_s.items() if self.partition_of(d) == number]
            reached = self._clock() - max([self.lag_s, *own])
            partition.frontier = max(partition.frontier, reached)

    @staticmethod
    def _next(once: deque[Refusal], always: Refusal | None) -> Refusal | None:
        return once.popleft() if once else always


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _error(status: int, kind: str, code: str) -> web.Response:
    body = {"type": kind, "code": code, "detail": "See the code.", "attr": None}
    return web.json_response(body, status=status)
