"""What holds of every kind of probe there is, whatever it is answered: found by name, none is left out."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from checker.budget import LIMITS
from checker.config.kinds import installed
from checker.memory import Memories
from probes.contract import DETAIL_MAX, Io, Outcome, Reason, Target, Timing
from probes.wire.exchange import Certificate, Exchange, Failure, Request

KINDS = installed().probes
SECRETS = ("phc_nobody_may_see_this", "phx_nobody_may_see_this")
TARGET = Target(
    "us",
    app_origin="https://app.posthog.com",
    ingest_origin="https://us.i.posthog.com",
    aliases=("us.posthog.com",),
    project_id="1",
    project_key=SecretStr(SECRETS[0]),
    personal_key=SecretStr(SECRETS[1]),
)
REQUESTS_MAX = 30  # that one look may make, whatever it is told

# What a kind cannot be made without. A new kind that needs something says it here.
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "capture": [{}, {"api": "v1"}],
    "control": [{"tcp": "a.example:1"}, {"dns": "a.example"}, {"https": "https://a.example"}],
    "dns": [{"name": "a.example"}],
    "flags": [{"canary": "on", "database_canary": "deep"}, {"canary": "on", "endpoint": "decide"}],
    "insight": [{"save_s": 60}, {"api": "trend", "save_s": 60}],
    "page": [{"json": {"a.b": 1}, "contains": ["a"], "lacks": ["b"], "final_path": "/a"}],
    "promql": [
        {"url": "https://a.example", "query": "up", "condition": "> 0"},
        {"url": "https://a.example", "query": "up", "condition": "absent", "token": SECRETS[0]},
    ],
    "tcp": [{"host": "a.example", "port": 1}],
    "tls": [{"host": "a.example"}],
}

# The words of the answers that some kind understands, so that not all are refused at the door.
WORDS = (
    *("flags", "featureFlags", "errorsWhileComputingFlags", "quotaLimited", "supportedCompression"),
    *("on", "deep", "enabled", "failed", "value", "reason", "code", "key", "active", "deleted"),
    *("results", "result", "is_cached", "hasMore", "error", "next", "id", "name", "query_status"),
    *("status", "details", "quota_limited", "detail", "type", "attr", "can_create_org"),
    *("data", "resultType", "metric", "errorType", "__name__"),
)
TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        *("Ok", "ok", "success", "vector", "scalar", "drop", "warning", "billing_limit_exceeded"),
        *(
            "required",
            "not_found",
            "feature_flags",
            "posthog-checker canary 1",
            "1",
            "NaN",
            *SECRETS,
        ),
        *("Expected available in 99999999 seconds.", '<script src="/static/a.js">', "<html>"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
SHAPES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | TEXTS, inner, max_size=8)
    ),
    max_leaves=25,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["content-type", "location", "retry-after", "cf-mitigated", "server", "content-length"]
    ),
    TEXTS
    | st.sampled_from(
        [
            *("text/html", "application/json", "text/javascript", "0", "60", "challenge"),
            *(
                "/login",
                "/signup",
                "https://elsewhere.example/",
                "https://us.posthog.com/",
                "http://[",
            ),
        ]
    ),
    max_size=4,
)
BY_THE_WIRE = [  # why it has no answer
    *(Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.TLS),
    *(Reason.PROTOCOL, Reason.BODY, Reason.CHALLENGE),
    *(Reason.OWN_NETWORK, Reason.OWN_RESOURCES, Reason.OWN_FAULT),
]
SECONDS = st.floats(0, 100)
UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Answer = Callable[[Request], Exchange]


def made(body: bytes, **more: Any) -> Answer:
    return lambda request: Exchange(body=body[: request.max_body], **more)


def of_what_was_asked(copies: Any, **more: Any) -> Answer:
    """Rows, or v1's words, for every UUID that stands in the request."""

    def answer(request: Request) -> Exchange:
        asked = [found.decode() for found in UUID.findall(request.body or b"")]
        rows = [[uuid, copies] for uuid in asked]
        words = {uuid: {"result": copies, "details": copies} for uuid in asked}
        body = {"results": words if b"batch" in (request.body or b"") else rows, "is_cached": False}
        return Exchange(body=json.dumps(body).encode(), **more)

    return answer


OF_AN_ANSWER: dict[str, st.SearchStrategy[Any]] = {
    "failure": st.none() | st.none() | st.builds(Failure, st.sampled_from(BY_THE_WIRE), TEXTS),
    "status": st.just(200) | st.integers(100, 599) | st.none(),
    "headers": HEADERS,
    "phases": st.dictionaries(st.sampled_from(Timing), SECONDS),
    "certificate": st.none()
    | st.builds(Certificate, SECONDS.map(lambda days: days * 1e9), st.booleans(), TEXTS),
    "addresses": st.lists(st.sampled_from(["127.0.0.1", "::1", "0.0.0.0"]), max_size=3).map(tuple),
}
BODIES = (
    st.binary(max_size=300) | TEXTS.map(str.encode) | SHAPES.map(lambda b: json.dumps(b).encode())
)
ANSWERS = st.builds(made, BODIES, **OF_AN_ANSWER) | st.builds(
    of_what_was_asked, LEAVES | st.integers(0, 3) | st.sampled_from(["ok", "drop"]), **OF_AN_ANSWER
)


class Answering:
    """An Io whose answers come in turn, whatever is asked. Each look is some minutes after the last."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = cycle(answers)
        self._now = datetime(2026, 11, 23, 3, tzinfo=UTC).timestamp()
        self.asked: list[Request] = []
        self.memories = Memories()

    async def fetch(self, request: Request) -> Exchange:
        self.asked.append(request)
        return next(self._answers)(request)

    async def connect(self, *_: object) -> Exchange:
        return next(self._answers)(Request("tcp://a.example"))

    def io(self, passed_s: float) -> Io:
        self._now += passed_s
        self.asked.clear()
        return Io(
            target=TARGET,
            timeout_s=10.0,
            fetch=self.fetch,
            dial=self.connect,
            resolve=self.connect,
            now=lambda: datetime.fromtimestamp(self._now, UTC),
            memory=self.memories.get("it"),
            monotonic=lambda: self._now,
            run="this one",
        )

    def remember(self, outcome: Outcome) -> str:
        """Why the memory is not one; "" if it is."""
        return self.memories.apply("it", outcome.memory) if outcome.memory is not None else ""


def origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def has_a_secret(request: Request) -> bool:
    sent = f"{request.url} {dict(request.headers)} {request.body!r}"
    return any(secret in sent for secret in SECRETS)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60, deadline=None)
@given(
    answers=st.lists(ANSWERS, min_size=1, max_size=5),
    pauses=st.lists(st.sampled_from([0.0, 60.0, 86400.0, -3600.0]), min_size=1, max_size=4),
    data=st.data(),
)
def test_whatever_is_answered_a_look_ends_in_an_outcome(kind, answers, pauses, data):
    wanted = SETTINGS.get(kind, [{}])
    params = KINDS[kind].params(**data.draw(st.sampled_from(wanted)))
    answering = Answering(answers)
    for pause in pauses:
        outcome = asyncio.run(KINDS[kind].probe(params, answering.io(pause)))
        assert isinstance(outcome, Outcome)
        assert len(outcome.detail) <= DETAIL_MAX
        assert all(isinstance(value, float) for value in outcome.values.values())
        assert answering.remember(outcome) == ""
        assert len(answering.asked) <= REQUESTS_MAX
        assert not [r.url for r in answering.asked if has_a_secret(r) and not is_at_home(kind, r)]


def is_at_home(kind: str, request: Request) -> bool:
    """Whether it goes to whom the secret belongs: the target, or the Prometheus with the token."""
    homes = {TARGET.app_origin, TARGET.ingest_origin} if kind != "promql" else {"https://a.example"}
    return origin(request.url) in homes


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_a_look_spends_is_of_a_limit_that_there_is(kind):
    assert KINDS[kind].params.spends.keys() <= LIMITS.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_a_kind_needs_is_something_that_a_target_has(kind):
    assert all(hasattr(TARGET, need) for need in KINDS[kind].params.needs)
