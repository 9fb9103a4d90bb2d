"""What can happen to the store: full, failing, locked, damaged. A page goes out all the same."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.torture.case import Case, Seen
from tests.torture.clocks import PATIENT
from tests.torture.counts import ONE_RING, rings, total
from tests.torture.disk import damage, locked, small_disk
from tests.torture.gauges import LATE_MAX_S, kept_by_99, lags
from tests.torture.stage import Stage, stage
from tests.world.daemon import Process, until
from tests.world.faults import status

LOCKED_S = 12.0
RUNG_S = (
    15.0  # from the failure to the ring: three seconds until it is declared, the rest is patience
)
MORE = 2  # lives on a full disk: it does not die of it
WRITTEN_S = 30.0  # until the store has all, once it can be written to again


async def cases(_: int | None = None) -> list[Case]:
    return list(_cases())


def _cases() -> Iterator[Case]:
    stores = partial(Case, "store")
    all_the_same = f"{ONE_RING} at once, told in a metric, stored when it can be"
    yield stores("its disk is full", all_the_same, partial(full, log_too=False))
    yield stores("its disk and the log's are full", all_the_same, partial(full, log_too=True))
    yield stores(
        "its disk is full, and kill -9",
        f"{ONE_RING}, at most {MORE} lives after the kill",
        full_and_killed,
    )
    yield stores("its disk is full at the start", "refused in words, exit 1", full_at_the_start)
    yield stores("every write fails", all_the_same, writes_fail)
    yield stores(f"locked for {LOCKED_S:.0f} s", f"{all_the_same}; looks in time", is_locked)
    yield stores("damaged before the start", "refused in words, nothing changed", damaged_before)
    yield stores("damaged while it runs", "rings; the next start is refused", damaged_meanwhile)
    yield stores("the end of its log is torn off", "starts, and knows the incident", torn)


async def fail(here: Stage) -> None:
    await here.world.hurt("us", "signup", status(503))


async def rung_soon(here: Stage) -> None:
    await until(lambda: bool(here.world.pagerduty.rings), RUNG_S, "the ring")


async def written(here: Stage) -> None:
    """Wait until the store holds the incident and what became of each effect."""

    async def is_there() -> bool:
        effects = (await here.incident())["effects"]
        return bool(effects) and all(one["fate"] in ("confirmed", "superseded") for one in effects)

    await here.until(is_there, WRITTEN_S, "everything to be stored")


async def stored_late(here: Stage, refused: int) -> Seen:
    await written(here)
    found = await rings(here, 1)
    text = f"{found.text} at once; {refused} refusals counted; all is stored now"
    return Seen(text, found.is_right and refused > 0 and here.daemon.is_alive)


async def refusals(here: Stage) -> int:
    return await total(here, "checker_store_failures_total")


# ── full ──────────────────────────────────────────────────────────────────────────────────────


async def full(folder: Path, *, log_too: bool) -> Seen:
    async with small_disk(folder / "disk", "3m") as disk:
        config = {"store": disk.store, "thresholds": PATIENT}
        async with stage(folder / "config", config=config, entry=disk.entry) as here:
            if log_too:
                here.daemon.log = disk.seen / "daemon.log"
            await here.daemon.start()
            disk.fill(*([here.daemon.log] if log_too else []))
            await fail(here)
            await rung_soon(here)
            await asyncio.sleep(5)
            refused = await refusals(here)
            disk.free()
            return await stored_late(here, refused)


async def full_and_killed(folder: Path) -> Seen:
    async with small_disk(folder / "disk", "3m") as disk:
        config = {"store": disk.store, "thresholds": PATIENT}
        async with stage(folder / "config", config=config, entry=disk.entry) as here:
            await here.daemon.start()
            disk.fill()
            await fail(here)
            await rung_soon(here)
            await here.daemon.kill()
            await here.keep()
            await here.until(here.daemon.is_ready, 40, "the daemon")
            await asyncio.sleep(5)
            disk.free()
            await written(here)
            found = await rings(here, 1)
        return Seen(
            f"{found.text}; lives after the kill: {here.lives}",
            found.is_right and here.lives <= MORE,
        )


async def full_at_the_start(folder: Path) -> Seen:
    async with (
        small_disk(folder / "disk", "64k") as disk,
        stage(folder / "config", config={"store": disk.store}, entry=disk.entry) as here,
    ):
        await here.daemon.spawn()
        return await refused_to_start(here.daemon, "cannot be used right now")


async def refused_to_start(daemon: Process, why: str) -> Seen:
    """The last line of its log says why, and there is no traceback."""
    code = await asyncio.wait_for(daemon.ended(), 30)
    said = daemon.log.read_text(encoding="utf-8")
    line = said.strip().splitlines()[-1] if said.strip() else "nothing"
    is_right = code == 1 and why in line and "Traceback" not in said
    return Seen("refused in words, exit 1" if is_right else f"exit {code}: {line}", is_right)


# ── failing, locked ───────────────────────────────────────────────────────────────────────────


async def writes_fail(folder: Path) -> Seen:
    """No file of its may grow any more: not the store's, and not the log."""
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        unlimited = resource.RLIM_INFINITY
        resource.prlimit(here.daemon.pid, resource.RLIMIT_FSIZE, (0, unlimited))
        await fail(here)
        await rung_soon(here)
        await asyncio.sleep(5)
        refused = await refusals(here)
        resource.prlimit(here.daemon.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        return await stored_late(here, refused)


async def is_locked(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        skipped_before, before = await skipped(here), lags(await here.metrics())
        with locked(here.store):
            await fail(here)
            await rung_soon(here)
            await asyncio.sleep(LOCKED_S)
            refused, left_out = await refusals(here), await skipped(here) - skipped_before
            late = kept_by_99(before, lags(await here.metrics()))
        found = await stored_late(here, refused)
        looks = f"{left_out} looks left out, 99 of 100 within {late * 1000:.0f} ms"
        is_right = found.is_right and left_out == 0 and late <= LATE_MAX_S
        return Seen(f"{found.text}; {looks}", is_right)


async def skipped(here: Stage) -> int:
    return await total(here, "checker_looks_skipped_total")


# ── damaged ───────────────────────────────────────────────────────────────────────────────────


async def damaged_before(folder: Path) -> Seen:
    async with stage(folder) as here:
        await here.daemon.start()
        await here.daemon.stop()
        damage(here.store)
        was = here.store.read_bytes()
        await here.daemon.spawn()
        seen = await refused_to_start(here.daemon, "is damaged")
        kept = here.store.read_bytes() == was
    return Seen(f"{seen.text}, file {'as it was' if kept else 'CHANGED'}", seen.is_right and kept)


async def damaged_meanwhile(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        await here.daemon.stop()  # by which its log is written into the file
        await here.daemon.start()
        damage(here.store)
        await fail(here)
        await rung_soon(here)
        await asyncio.sleep(3)
        lives_on, keys = here.daemon.is_alive, [ring.page for ring in here.world.pagerduty.rings]
        await here.daemon.kill()
        await here.daemon.spawn()
        seen = await refused_to_start(here.daemon, "is damaged")
    text = f"{len(keys)} ring, {'went on' if lives_on else 'ended'}; then {seen.text}"
    return Seen(text, seen.is_right and len(keys) == 1)


async def torn(folder: Path) -> Seen:
    """The write-ahead log ends in the middle of a frame, as after a power cut."""
    async with stage(folder) as here:
        await here.daemon.start()
        await fail(here)
        await rung_soon(here)
        await written(here)
        await here.daemon.kill()
        log = here.store.with_name("checker.db-wal")
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size - 1000)
        await here.daemon.start()
        return await rings(here, 1)
