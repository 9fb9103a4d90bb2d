"""How honest our latencies are: the processing phase that we report, against what the target says it took.

    python -m benchmarks.latency [seconds of each part]

Beside us blackbox_exporter looks at the same target at the same time (Debian: prometheus-blackbox-exporter). Idle is one
look at a time; loaded is 200 looks of ours a second. The goals: half of our errors within 1 ms, and our 99th
percentile no worse than blackbox_exporter's. An error is reported minus real.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path

import aiohttp
import trustme

from checker.observe import Observer
from checker.stall import Pulse
from probes.contract import Target, Timing
from probes.page import Params
from probes.wire.fetch import Wire
from tests.world.daemon import free_port

DELAYS_MS = (0, 5, 50, 500)
IN_TURN = (0, 5) * 6 + (50,) * 4 + (500,)  # as many of the long ones as there is time for
LOOKS_PER_S = 200
GOAL_MS = 1.0
BLACKBOX = "prometheus-blackbox-exporter"
PHASE = re.compile(r'^probe_http_duration_seconds{phase="processing"} (\S+)$', re.MULTILINE)

Reported = dict[str, float]  # id → seconds


@dataclass(frozen=True)
class Place:
    """Where the punctual target is."""

    plain: str
    tls: str
    ca_file: Path

    def origin(self, scheme: str) -> str:
        return self.plain if scheme == "http" else self.tls


def paths(who: str) -> Iterator[tuple[str, str]]:
    """Ids, and the paths with every delay in turn."""
    for number, delay in zip(count(), cycle(IN_TURN), strict=False):
        yield f"{who}-{delay}-{number}", f"/{delay}/{who}-{delay}-{number}"


# ── ours, in a process of its own ────────────────────────────────────────────────────────────────


async def look(origin: str, ca_file: Path, seconds: float, per_s: float) -> Reported:
    """Our looks, as a daemon makes them: so many a second, or one after another (0)."""
    pulse = Pulse(time.monotonic)
    beating = asyncio.create_task(pulse.run())
    wire = Wire(ca_file=ca_file)
    observer = Observer("l1", wire, pulse, lambda: datetime.now(UTC), time.monotonic)
    target = Target("bench", origin, origin)
    reported: Reported = {}

    async def one(name: str, path: str) -> None:
        seen = await observer.look("bench", "page", Params(path=path), target, 10.0, {}, True)
        processing = seen.outcome.phases.get(Timing.PROCESSING)
        if processing is not None:
            reported[name] = processing

    begun, looks = time.monotonic(), []
    for number, (name, path) in enumerate(paths("ours")):
        if time.monotonic() - begun > seconds:
            break
        if per_s:
            looks.append(asyncio.create_task(one(name, path)))
            await asyncio.sleep(begun + (number + 1) / per_s - time.monotonic())
        else:
            await one(name, path)
    await asyncio.gather(*looks)
    beating.cancel()
    return reported


async def ours(place: Place, scheme: str, seconds: float, per_s: float) -> Reported:
    words = ["look", place.origin(scheme), place.ca_file, seconds, per_s]
    looking = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.latency", *map(str, words), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await looking.communicate()
    return dict(json.loads(said))


# ── theirs ──────────────────────────────────────────────────────────────────────────────────────


async def theirs(blackbox: str, place: Place, scheme: str, seconds: float) -> Reported:
    """blackbox_exporter's looks, one after another."""
    reported: Reported = {}
    end = time.monotonic() + seconds
    async with aiohttp.ClientSession() as session:
        for name, path in paths("theirs"):
            if time.monotonic() > end:
                break
            asked = {"module": "http", "target": place.origin(scheme) + path}
            async with session.get(f"{blackbox}/probe", params=asked) as answer:
                found = PHASE.search(await answer.text())
                if found:
                    reported[name] = float(found[1])
    return reported


@asynccontextmanager
async def running(*words: object) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *map(str, words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def blackbox(folder: Path, ca_file: Path) -> AsyncIterator[str]:
    config = folder / "blackbox.yml"
    http = f"{{preferred_ip_protocol: ip4, tls_config: {{ca_file: {ca_file}}}}}"
    config.write_text(f"modules: {{http: {{prober: http, timeout: 9s, http: {http}}}}}")
    port = free_port()
    where = f"--web.listen-address=127.0.0.1:{port}"
    async with running(BLACKBOX, f"--config.file={config}", where):
        for _ in range(100):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def punctual(folder: Path) -> AsyncIterator[Place]:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    shown = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)
    shown.private_key_and_cert_chain_pem.write_to_path(folder / "shown.pem")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    async with running(
        sys.executable, "-m", "benchmarks.punctual", folder / "shown.pem"
    ) as process:
        assert process.stdout is not None
        plain, tls = (await process.stdout.readline()).split()
        yield Place(
            f"http://127.0.0.1:{int(plain)}", f"https://127.0.0.1:{int(tls)}", folder / "ca.pem"
        )


# ── figures ─────────────────────────────────────────────────────────────────────────────────────


def errors_ms(reported: Reported, real: Reported, delay: int | None = None) -> list[float]:
    """Reported minus real in milliseconds, smallest first; of one delay, or of all."""
    return sorted(
        (seconds - real[name]) * 1000
        for name, seconds in reported.items()
        if name in real and delay in (None, int(name.split("-")[1]))
    )


def worst(errors: list[float], share: float) -> float:
    """The percentile of how far off they are, either way."""
    away = sorted(map(abs, errors))
    return away[min(len(away) - 1, round(share * len(away)))]


def row(who: str, errors: list[float]) -> str:
    cells = [statistics.median(errors), *(worst(errors, share) for share in (0.5, 0.95, 0.99, 1))]
    return f"  {who:16}" + "".join(f"{cell:9.2f}" for cell in cells) + f"{len(errors):8}"


def judged(mine: list[float], other: list[float]) -> str:
    middle, tail, bar = worst(mine, 0.5), worst(mine, 0.99), worst(other, 0.99)
    verdict = "ok" if middle <= GOAL_MS and tail <= bar else "MISSED"
    return f"  p50 {middle:.2f} ms, goal {GOAL_MS:g}; p99 {tail:.2f} ms, goal {bar:.2f}: {verdict}"


async def part(place: Place, beside: str, scheme: str, seconds: float, per_s: float) -> bool:
    """One case, printed; whether its goals were met."""
    mine, other = await asyncio.gather(
        ours(place, scheme, seconds, per_s), theirs(beside, place, scheme, seconds)
    )
    async with aiohttp.ClientSession() as session, session.get(f"{place.plain}/book") as answer:
        real = json.loads(await answer.text())
    print(f"{scheme}, {f'{per_s:g} looks a second' if per_s else 'idle'}")
    print("  errors in ms       middle      p50      p95      p99      max       n")
    for who, reported in (("ours", mine), ("blackbox", other)):
        for delay in DELAYS_MS:
            print(row(f"{who}, {delay} ms", errors_ms(reported, real, delay)))
    said = judged(errors_ms(mine, real), errors_ms(other, real))
    print(said, flush=True)
    return said.endswith("ok")


async def main(seconds: float) -> int:
    if shutil.which(BLACKBOX) is None:
        print(f"{BLACKBOX} is missing: apt-get install {BLACKBOX}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        async with punctual(Path(name)) as place, blackbox(Path(name), place.ca_file) as beside:
            met = [
                await part(place, beside, scheme, seconds, per_s)
                for per_s in (0, LOOKS_PER_S)
                for scheme in ("http", "https")
            ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["look"]:
        origin, ca_file, seconds, per_s = sys.argv[2:]
        looked = asyncio.run(look(origin, Path(ca_file), float(seconds), float(per_s)))
        print(json.dumps(looked))
    else:
        sys.exit(asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else 30.0)))
