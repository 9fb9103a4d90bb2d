"""`python -m tests.conformance ENVIRONMENTS`: exits 1 if the world differs from the real thing.

ENVIRONMENTS is a folder with a virtual environment for each `*.txt` beside this file, named as that is.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.conformance import customers, queries
from tests.conformance.findings import Findings

PINS = sorted(file.stem for file in Path(__file__).parent.glob("*.txt"))


async def main(environments: Path) -> int:
    lacking = [name for name in PINS if not (environments / name / "bin" / "python").exists()]
    if lacking:
        sys.stderr.write(f"not installed: {', '.join(lacking)}; `make conformance` does it\n")
        return 1
    findings = Findings()
    await customers.check(environments, findings)
    await queries.check(environments / "clickhouse" / "bin" / "python", findings)
    sys.stdout.write(f"{findings.total()}\n")
    return 1 if findings.missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]).resolve())))
