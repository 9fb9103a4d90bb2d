"""What holds of every kind of probe there is, whatever it is answered: found by name, none is left out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from checker.budget import LIMITS
from checker.config.kinds import installed
from checker.memory import Memories
from probes.contract import DETAIL_MAX, Io, Outcome, Target
from probes.wire.exchange import Exchange, Request
from tests.answers import ANSWERS, SECRETS, Answer

KINDS = installed().probes
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
    "page": [{"json": {"a.b": 1}}, {"contains": ["a"], "lacks": ["c"]}, {"final_path": "/login"}],
    "promql": [
        {"url": "https://a.example", "query": "up", "condition": "> 0"},
        {"url": "https://a.example", "query": "up", "condition": "absent", "token": SECRETS[0]},
    ],
    "tcp": [{"host": "a.example", "port": 1}],
    "tls": [{"host": "a.example"}],
}


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


def companions(kind: str) -> list[str]:
    """The kinds that share a memory with it, and it: what one of them writes the others read."""
    name = KINDS[kind].params.remembers
    return [k for k in sorted(KINDS) if k == kind or (name and KINDS[k].params.remembers == name)]


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60, deadline=None)
@given(
    answers=st.lists(ANSWERS, min_size=1, max_size=5),
    pauses=st.lists(st.sampled_from([0.0, 60.0, 86400.0, -3600.0]), min_size=1, max_size=4),
    which=st.integers(0, 2),
)
def test_whatever_is_answered_a_look_ends_in_an_outcome(kind, answers, pauses, which):
    answering = Answering(answers)
    for pause, each in product(pauses, companions(kind)):
        wanted = SETTINGS.get(each, [{}])
        params = KINDS[each].params(**wanted[which % len(wanted)])
        outcome = asyncio.run(KINDS[each].probe(params, answering.io(pause)))
        assert isinstance(outcome, Outcome)
        assert len(outcome.detail) <= DETAIL_MAX
        assert all(isinstance(value, float) for value in outcome.values.values())
        assert answering.remember(outcome) == ""
        assert len(answering.asked) <= REQUESTS_MAX
        assert not [r.url for r in answering.asked if has_a_secret(r) and not is_at_home(each, r)]


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
