"""Time that goes faster, for this process and all that it starts: libfaketime, by which an hour takes a minute.

Every clock is sped up, the monotonic ones and all timeouts with them, so the world, the daemon and whoever
watches them agree; only what the kernel counts by itself (processor time) is real. `asyncio.sleep(3600)` is
one virtual hour.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

FAKETIME = (
    "*/faketime/libfaketime.so.1"  # below /usr/lib, where Debian has it for each architecture
)
NEEDS = "libfaketime is missing: apt-get install libfaketime"


def library() -> Path | None:
    """None: it is not installed."""
    return next(Path("/usr/lib").glob(FAKETIME), None)


def speed() -> float:
    """Virtual seconds in a real one; 1.0 where time is not sped up."""
    return float(os.environ.get("SOAK_SPEED", "1"))


def today() -> str:
    """The real day on which this began: the virtual one is the next by the end."""
    return os.environ.get("SOAK_DAY") or datetime.now(UTC).date().isoformat()


def begin_again(library: Path, speed: float) -> None:
    """Replaces this process by the same command, in time that goes so much faster. It does not return."""
    os.environ |= {
        "SOAK_SPEED": repr(speed),
        "SOAK_DAY": today(),
        "LD_PRELOAD": str(library),
        "FAKETIME": f"+0 x{speed!r}",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else each switch of threads takes milliseconds
        "NO_FAKE_STAT": "1",
    }
    os.execv(sys.executable, [sys.executable, "-m", "tests.soak", *sys.argv[1:]])
