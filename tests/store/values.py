"""Values of the core to put into a store, and stores that are closed again."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextlib import closing as closing_of
from pathlib import Path
from typing import TypeVar

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
from checker.store import sqlite
from checker.store.faults import StoreError, StoreUnreachable
from checker.store.leases import CORE, Term
from checker.store.store import Store
from probes.contract import Outcome, Reason, Timing, Verdict
from tests.postgres import speak

T = TypeVar("T")


def url_of(home: Path | str) -> str:
    """The address of a store: of a file in that folder, or `home` is one."""
    return home if isinstance(home, str) else f"sqlite:///{home / 'var' / 'checker.db'}"


@asynccontextmanager
async def opened(home: Path | str, deadline_s: float = 20.0) -> AsyncIterator[Store]:
    """A daemon's store. Where it is shared, the first to come leads, until it is closed."""
    if isinstance(home, Path):
        (home / "var").mkdir(exist_ok=True)
    store = await Store.open(url_of(home), deadline_s=deadline_s, busy_s=0.0)
    try:
        term = await leading(store) if store.is_shared else None
        yield store
        if term:
            with suppress(StoreError):
                await store.sharing.release(term)
    finally:
        await store.close()


async def leading(store: Store, owner: str = "") -> Term | None:
    """The term in which that store's daemon leads from now on; None if another does."""
    term = await store.sharing.take(CORE, owner or uuid.uuid4().hex, ttl_s=60.0)
    if term:
        await store.lead(term)
    return term


@asynccontextmanager
async def shared(home: Path | str) -> AsyncIterator[Store]:
    store = await Store.open_shared(url_of(home), deadline_s=20.0)
    try:
        yield store
    finally:
        await store.close()


async def answering(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` gives, once the store can be reached: also one that was only slow is taken for dead a while."""
    while True:
        with suppress(StoreUnreachable):
            return await ask()
        await asyncio.sleep(0.01)


async def until(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` gives, once it gives something."""
    while True:
        if found := await ask():
            return found
        await asyncio.sleep(0.01)


async def by_hand(home: Path | str, sql: str) -> None:
    """What somebody does who has the database open beside us."""
    if isinstance(home, str):
        await speak(home, sql)
        return
    with closing_of(sqlite3.connect(sqlite.file_of(url_of(home)))) as hand, hand:
        hand.execute(sql)


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
