"""What the daemon has come to, as the kernel, its files and its own metrics show it."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.torture.counts import total
from tests.torture.gauges import Buckets, lags
from tests.torture.stage import Stage


@dataclass(frozen=True)
class Reading:
    """At one moment, `hour` virtual hours after the beginning. Counts are since the daemon began."""

    hour: float
    rss_mb: float
    descriptors: int
    threads: int
    store_mb: float  # with its log of writes
    oldest_h: float  # age of the oldest look that is kept, hours
    log_kb: float
    cpu_s: float  # real seconds of processor time
    looks: int
    failed: int
    unsure: int
    skipped: int
    stalls: int
    refused: int  # what the store did not do in time, and was done again


async def read(here: Stage, hour: float) -> Reading:
    """Raises aiohttp.ClientError or TimeoutError if the daemon does not answer."""
    pid = here.daemon.pid
    return Reading(
        hour,
        _field(pid, "VmRSS") / 1024,
        len(os.listdir(f"/proc/{pid}/fd")),
        int(_field(pid, "Threads")),
        _bytes(here.store, Path(f"{here.store}-wal")) / 1e6,
        _oldest_h(here.store),
        _bytes(here.daemon.log) / 1e3,
        _cpu_s(pid),
        await total(here, "checker_looks_total"),
        await total(here, "checker_look_failures_total"),
        await total(here, "checker_look_inconclusive_total"),
        await total(here, "checker_looks_skipped_total"),
        await total(here, "checker_loop_stall_seconds_count"),
        await total(here, "checker_store_failures_total"),
    )


async def lateness(here: Stage) -> Buckets:
    return lags(await here.metrics())


def _field(pid: int, name: str) -> float:
    """A figure of the process; memory in kB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _bytes(*files: Path) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _oldest_h(store: Path) -> float:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        (oldest,) = database.execute("SELECT min(at) FROM observations").fetchone()
    return (time.time() - oldest) / 3600 if oldest else 0.0
