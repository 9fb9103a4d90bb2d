"""How long a month is backtested: 40 checks and five controls every 30 s from one location, with weather.

    python -m benchmarks.backtest [days]

The goal is for 30 days; the store is made first and not counted. One look in two hundred fails for no reason and
is followed by extra ones, as by a daemon; five outages are among them. Memory is the process's peak.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from checker.backtest.backtest import Backtest, backtest
from checker.core.model import Kind, Severity
from checker.core.rules import Policy, Rule, Watched
from checker.store.codec import text_of
from checker.store.store import Store
from probes.contract import Outcome, Reason, Timing, Verdict

DAY_S = 86400.0
EVERY_S = 30.0
T0 = 1_700_000_000.0
GOAL_S = 90.0  # of 30 days with one config
NOISE = 0.005
OUTAGE_S = 1800.0

CHECKS = [f"{target}/check{n:02}" for target in ("us", "eu") for n in range(20)]
CONTROLS = [f"control/c{n}" for n in range(5)]
PASSED = Outcome(
    Verdict.PASSED,
    phases=dict.fromkeys(Timing, 0.0412),
    values={"http_status_code": 200.0, "http_content_length": 18213.0},
)
FAILED = Outcome(Verdict.FAILED, Reason.TIMEOUT, "no answer within 10 s")
INSERT = (
    "INSERT INTO observations (check_name, at, location, scheduled, duration_s, body, verdict, reason)"
    " VALUES (?, ?, 'l1', ?, ?, ?, ?, ?)"
)


def policy() -> Policy:
    def watch(name: str) -> Watched:
        target, _, surface = name.partition("/")
        mine = None if target == "control" else target
        return Watched(name, mine, surface, every_s=EVERY_S, timeout_s=10.0)

    rules = (
        Rule("any", Kind.DOWN, Severity.CRITICAL, "completely unavailable"),
        Rule("any", Kind.FAILING, Severity.MAJOR, "Significantly elevated error rate"),
        Rule("any", Kind.PARTIAL, Severity.MINOR, "Performance degradation"),
    )
    return Policy({name: watch(name) for name in (*CHECKS, *CONTROLS)}, rules, ("us", "eu"))


def weather(days: float, dice: Random) -> Iterator[tuple[Any, ...]]:
    """Rows, slot by slot. A failed look is followed by one every 5 s in the rest of its slot."""
    passed, failed = text_of(PASSED), text_of(FAILED)
    ends = T0 + days * DAY_S
    outages = [(T0 + days * DAY_S * (n + 0.5) / 5, dice.choice(CHECKS)) for n in range(5)]
    slot = T0
    while slot < ends:
        down = {check for begins, check in outages if begins <= slot < begins + OUTAGE_S}
        for n, check in enumerate((*CHECKS, *CONTROLS)):
            at = slot + n * 0.61
            bad = check in down or dice.random() < NOISE
            for extra in range(6 if bad else 1):
                if check in down or (bad and not extra):
                    yield (check, at + 5 * extra, not extra, 10.0, failed, "failed", "timeout")
                else:
                    took_s = 0.1 + dice.random() / 10
                    yield (check, at + 5 * extra, not extra, took_s, passed, "passed", None)
        slot += EVERY_S


async def fill(url: str, file: Path, days: float) -> None:
    await (await Store.open(url)).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.executemany(INSERT, weather(days, Random(1)))
    connection.close()


async def play(url: str, configs: int, days: float) -> tuple[Backtest, float]:
    store = await Store.open_shared(url)
    begun = time.perf_counter()
    try:
        policies = [policy()] * configs
        tested = await backtest(store, policies, T0, T0 + (days + 1) * DAY_S, lambda at: None)
    finally:
        await store.close()
    return tested, time.perf_counter() - begun


async def main(days: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "checker.db"
        url = f"sqlite:///{file}"
        await fill(url, file, days)
        print(f"{days:g} days, {file.stat().st_size / 1e6:,.0f} MB")
        missed = 0
        for configs in (1, 2):
            tested, took_s = await play(url, configs, days)
            goal_s = configs * GOAL_S * days / 30
            missed += took_s > goal_s
            found = tested.replays[0]
            print(
                f"{configs} config{'s' * (configs > 1)}: {tested.looks:,} looks in {took_s:.1f} s"
                f" ({tested.looks / took_s:,.0f}/s), goal {goal_s:.0f} s {'MISSED' if took_s > goal_s else 'ok'};"
                f" {len(found.incidents)} incidents, {len(found.pages)} pages;"
                f" peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else 30.0)))
