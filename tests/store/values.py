"""Values of the core to put into a store, and stores that are closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from checker.core.events import Closed
from checker.core.held import Standing, Track, Vantage
from checker.core.model import (
    Duty,
    Effect,
    Entry,
    Incident,
    Kind,
    Observation,
    Phase,
    Severity,
    State,
    Step,
    Symptom,
)
from checker.store.store import Store
from probes.contract import Outcome, Reason, Timing, Verdict


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'var' / 'checker.db'}"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    store = await Store.open(url_of(folder), deadline_s=20.0, busy_s=0.0)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def shared(folder: Path) -> AsyncIterator[Store]:
    store = await Store.open_shared(url_of(folder))
    try:
        yield store
    finally:
        await store.close()


def incident(name: str = "us-1", phase: Phase = Phase.OPEN, at: float = 100.0) -> Incident:
    return Incident(
        id=name,
        target=name.partition("-")[0],
        phase=phase,
        severity=Severity.CRITICAL,
        since=at - 30.0,
        declared_at=at,
        sentence="Posthog Cloud is completely down",
        symptoms=(Symptom("us/app", Kind.DOWN, at - 30.0, "l1 10 of 10 failed"),),
        seen=("us/app",),
    )


def state(*incidents: Incident) -> State:
    return State(
        standings={"us/app": {"l1": Standing(Track(score=50, since=70.0, reason=Reason.TIMEOUT))}},
        vantages={"l1": Vantage(controls={"control/a": True}, looked_at={"control/a": 99.0})},
        symptoms={"us/app": Symptom("us/app", Kind.DOWN, 70.0)},
        local={"us/flags": "l1"},
        incidents={one.id: one for one in incidents},
        counters={one.target: int(one.id.partition("-")[2]) for one in incidents},
    )


def effect(name: str = "us-1/page/1@pager", duty: Duty = Duty.PAGE, at: float = 100.0) -> Effect:
    payload = {"key": "us-1/1", "lines": ["Zürich – 12 %"]}
    return Effect(name, name.partition("/")[0], name.rpartition("@")[2], duty, at, payload)


def declared(name: str = "us-1") -> Step:
    return Step(
        state=state(incident(name)),
        effects=(effect(f"{name}/page/1@pager"), effect(f"{name}/room/1@chat", Duty.ROOM)),
        entries=(Entry(name, 100.0, "declared", "critical: us/app is down"),),
    )


def closing(name: str = "us-1") -> Closed:
    return Closed(200.0, name, "ada", "a full disk", "a bigger disk")


def look(at: float, check: str = "us/app") -> Observation:
    outcome = Outcome(
        Verdict.FAILED,
        Reason.TIMEOUT,
        "no answer within 10 s",
        phases={Timing.RESOLVE: 0.02},
        values={"lag_seconds": float("inf")},
        memory={"seq": 4},
    )
    return Observation(check, "l1", at, outcome, duration_s=10.0, scheduled=False)
