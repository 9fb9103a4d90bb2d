"""Answers of every kind, for looks that must end in an Outcome whatever they get."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from probes.contract import Reason, Timing
from probes.wire.exchange import Certificate, Exchange, Failure, Request

SECRETS = ("phc_nobody_may_see_this", "phx_nobody_may_see_this")

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


HERE = {"content-type": "application/json"}
UP = [{"metric": {"__name__": "up"}, "value": [0, "1"]}]
RIGHT: tuple[tuple[str, int, Any], ...] = (  # part of the URL → what is right there
    ("/flags/", 200, {"flags": {"on": {"enabled": True}, "deep": {"enabled": True}}}),
    ("/decide/", 200, {"featureFlags": {"on": True}, "errorsWhileComputingFlags": False}),
    ("/feature_flags/", 200, {"results": [{"key": "on", "active": True}], "next": None}),
    ("/api/v1/query", 200, {"status": "success", "data": {"resultType": "vector", "result": UP}}),
    ("/query/", 200, {"results": [{"count": 0}], "is_cached": False}),
    ("/trend/", 200, {"result": [{"count": 0}], "is_cached": False}),
    ("/insights/?", 200, {"results": [{"id": 1, "name": "posthog-checker canary 1"}]}),
    ("/insights/", 200, {"id": 1, "name": "posthog-checker canary 1"}),
    ("/i/v0/e/", 200, {"status": "Ok"}),
    ("/_preflight", 200, {"can_create_org": True}),
    ("/api/signup/", 400, {"code": "required"}),
    ("/static/", 200, b"export"),
    ("/signup", 200, b'<html><script src="/static/a.js"></script>'),
    ("", 200, {"a": {"b": 1}}),
)
NOT_JSON = {"/static/": "text/javascript", "/signup": "text/html"}


def nearly_right(dice: random.Random, instead: Any) -> Answer:
    """What is right there, with at most one thing wrong in it."""

    def answer(request: Request) -> Exchange:
        if UUID.search(request.body or b"") and dice.random() < 0.8:
            copies = "ok" if b"batch" in (request.body or b"") else dice.randint(1, 2)
            return of_what_was_asked(copies, status=200, headers=HERE)(request)
        part, status, body = next(row for row in RIGHT if row[0] in request.url)
        if not isinstance(body, bytes):
            wrong = wounded(body, dice, instead) if dice.random() < 0.5 else body
            body = json.dumps(wrong).encode()
        headers = {"content-type": NOT_JSON.get(part, "application/json")}
        return Exchange(status=status, headers=headers, body=body)

    return answer


def wounded(value: Any, dice: random.Random, instead: Any) -> Any:
    """The value with one part of it gone, or replaced."""
    if not isinstance(value, dict | list) or not value or dice.random() < 0.2:
        return instead
    parts = dict(value) if isinstance(value, dict) else dict(enumerate(value))
    chosen = dice.choice(list(parts))
    if dice.random() < 0.3:
        del parts[chosen]
    else:
        parts[chosen] = wounded(parts[chosen], dice, instead)
    return parts if isinstance(value, dict) else list(parts.values())


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
NEARLY_RIGHT = st.builds(nearly_right, st.integers(0, 2**32).map(random.Random), SHAPES)
ANSWERS = (
    NEARLY_RIGHT
    | NEARLY_RIGHT
    | st.builds(made, BODIES, **OF_AN_ANSWER)
    | st.builds(
        of_what_was_asked,
        LEAVES | st.integers(0, 3) | st.sampled_from(["ok", "drop"]),
        **OF_AN_ANSWER,
    )
)
