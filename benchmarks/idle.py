"""What an idle daemon costs: 50 checks every 15 s, all fine. Memory is the kernel's own figure.

python -m benchmarks.idle [seconds]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.world.daemon import Process
from tests.world.world import World

CHECKS = 50
GOAL_MB = 120.0


def status_of(pid: int, field: str) -> float:
    """A field of /proc/PID/status in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(float(x.split()[1]) / 1024 for x in lines if x.startswith(f"{field}:"))


def cpu_of(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main(seconds: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with World() as world:
            pace = {"every": "15s", "timeout": "10s", "recheck": "5s"}
            page = {"probe": "page", "surface": "app", "targets": ["us", "eu"], "path": "/login"}
            checks = {f"app{n}": {**page, "targets": ["us", "eu"]} for n in range(CHECKS // 2)}
            daemon = Process(
                world.config(Path(folder) / "config", pace=pace, checks=checks, thresholds={})
            )
            await daemon.start()
            await asyncio.sleep(20)
            begun, cpu = time.monotonic(), cpu_of(daemon.pid)
            await asyncio.sleep(seconds)
            share = (cpu_of(daemon.pid) - cpu) / (time.monotonic() - begun)
            peak, now = status_of(daemon.pid, "VmHWM"), status_of(daemon.pid, "VmRSS")
            await daemon.stop()
    verdict = "ok" if peak <= GOAL_MB else "MISSED"
    print(
        f"resident {now:.0f} MB, peak {peak:.0f} MB, goal {GOAL_MB:.0f} MB {verdict}; {share:.1%} of a core"
    )
    return 0 if peak <= GOAL_MB else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else 60.0)))
