"""Answers as nobody should give them: the right reason, little memory, and the other looks on time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.torture import load, surfaces
from tests.torture.case import Case, Seen
from tests.torture.clocks import PATIENT
from tests.torture.counts import ONE_RING, rings
from tests.torture.gauges import LATE_MAX_S, RSS_MAX_MB, kept_by_99, lags, peak_mb, reasons
from tests.torture.names import Mood, name_server
from tests.torture.stage import Stage, rewrite, stage
from tests.world import hostile, watching
from tests.world.certificates import Authority, Certificate
from tests.world.hostile import Act, Stranger, answers, redirects

LOOKED_S = 4.0  # for which it is looked at, once a second and more while in doubt
OTHERS = 30  # checks that must not notice
LOOKED_AT = "us/app"
NOT_THEIRS = ("challenge",)  # reasons of which no incident may come
PACE = {"every": "1s", "timeout": "1s", "recheck": "500ms"}

BLOCKED = answers(403, b"error code: 1020", "Server: cloudflare")
CHALLENGE = answers(403, b"<html>Just a moment", "cf-mitigated: challenge")

# What the host does → the reason that is to be given.
ACTS: Mapping[str, tuple[Act, str]] = {
    "answers nothing": (hostile.stalls, "timeout"),
    "resets the connection": (hostile.resets, "reset"),
    "closes the connection": (hostile.nothing, "reset"),
    "drips its body": (hostile.drips, "timeout"),
    "drips its head": (hostile.drips_headers, "timeout"),
    "sends half a body": (hostile.half_a_body, "body"),
    "sends half a chunk": (hostile.half_a_chunk, "body"),
    "sends a body without end": (hostile.never_ends, "body"),
    "sends a gzip bomb of 200 MiB": (hostile.bomb(), "body"),
    "sends chunks of one byte": (hostile.one_byte_chunks, "body"),
    "sends 200 headers of 8 KB": (hostile.huge_headers, "protocol"),
    "sends headers without end": (hostile.headers_for_ever, "protocol"),
    "sends a header without end": (hostile.one_header_for_ever, "protocol"),
    "sends 100 Continue without end": (hostile.interim_for_ever, "protocol"),
    "speaks SSH": (hostile.garbage, "protocol"),
    "redirects to itself": (redirects("/login"), "redirect"),
    "redirects elsewhere": (redirects("http://localhost:9/"), "redirect"),
    "answers 500": (answers(500), "status"),
    "answers 429": (answers(429, b"", "Retry-After: 1"), "status"),
    "answers 522 for Cloudflare": (answers(522), "status"),
    "answers a blank page": (answers(200), "body"),
    "answers somebody else's page": (answers(200, b"<h1>Welcome to nginx!</h1>"), "body"),
    "answers with a bot challenge": (CHALLENGE, "challenge"),
    "is Cloudflare, which blocks us": (BLOCKED, "challenge"),
}


async def cases(_: int | None = None) -> list[Case]:
    return [*surfaces.cases(), *_over_http(), *_below_http()]


def _case(name: str, reason: str, run: Any) -> Case:
    late = f"{LATE_MAX_S * 1000:.0f} ms"
    wanted = f"{reason}; 99 of 100 other looks within {late}; {RSS_MAX_MB:.0f} MB"
    wanted += "; no incident" if reason in NOT_THEIRS else ""
    return Case("probes", f"a host {name}", wanted, run, is_alone=True)


def _over_http() -> Iterator[Case]:
    for name, (act, reason) in ACTS.items():
        yield _case(name, reason, partial(looked_at, act, reason))


def _below_http() -> Iterator[Case]:
    yield _case("refuses connections", "refused", refused)
    yield _case("swallows connections", "timeout", swallowed)
    yield _case("never ends its TLS handshake", "timeout", silent_over_tls)
    for name, change in (
        ("expired", {"days": -1.0}),
        ("somebody else's", {"name": "elsewhere.example"}),
    ):
        yield _case(f"shows a certificate that is {name}", "tls", partial(over_tls, change))
    moods: tuple[tuple[str, Mood], ...] = (
        ("is not known to the name server", "nxdomain"),
        ("has a name server that fails", "servfail"),
        ("has a name server that is silent", "silent"),
    )
    for name, mood in moods:
        yield _case(name, "dns", partial(without_name, mood))
    silent = "a host's name server falls silent, and stays so"
    wanted = f"{ONE_RING}, the page within {load.PAGE_S:.0f} s of the declaration"
    yield Case("probes", silent, wanted, rung_without_names, is_alone=True)


# ── one host ──────────────────────────────────────────────────────────────────────────────────


async def looked_at(act: Act, reason: str, folder: Path) -> Seen:
    async with Stranger(act) as stranger, stage(folder, config=config()) as here:
        rewrite(folder, lambda told: lead_to(told, stranger.port))
        return await measured(here, reason)


def config() -> dict[str, Any]:
    """One check at the host, and many at a cloud that is well."""
    others = {f"app-{n}": page("eu") for n in range(OTHERS)}
    checks = {"app": page("us"), **others}
    return {"checks": checks, "thresholds": PATIENT, "pace": PACE}


def page(target: str) -> dict[str, Any]:
    return watching.page("app", "/login") | {"targets": [target]}


def lead_to(told: dict[str, Any], port: int, host: str = "127.0.0.1", **more: Any) -> None:
    """Have the US cloud somewhere else."""
    place = f"{host}:{port}"
    told["targets"]["us"] |= {"app_host": place, "ingest_host": place, **more}


async def measured(here: Stage, reason: str) -> Seen:
    await here.daemon.start()
    await asyncio.sleep(1)
    before = lags(await here.metrics(), but=LOOKED_AT)
    await asyncio.sleep(LOOKED_S)
    metrics = await here.metrics()
    why, peak = reasons(metrics, "us", "app"), peak_mb(here.daemon.pid)
    late = kept_by_99(before, lags(metrics, but=LOOKED_AT))
    known = len((await here.get("/api/v1/incidents"))["incidents"])
    is_right = set(why) == {reason} and late <= LATE_MAX_S and peak <= RSS_MAX_MB
    is_right = is_right and not (known and reason in NOT_THEIRS)
    told = ", ".join(f"{word} ({count} looks)" for word, count in why.items()) or "nothing wrong"
    figures = f"≤ {late * 1000:.0f} ms; {peak:.0f} MB; {known} incident{'s' * (known != 1)}"
    return Seen(f"{told}; {figures}", is_right)


# ── below HTTP ────────────────────────────────────────────────────────────────────────────────


async def refused(folder: Path) -> Seen:
    async with Stranger(hostile.stalls) as stranger, stage(folder, config=config()) as here:
        port = stranger.port
        stranger.leave()
        rewrite(folder, lambda told: lead_to(told, port))
        return await measured(here, "refused")


async def swallowed(folder: Path) -> Seen:
    """Nobody takes a connection, and the queue for them is full: what comes then is dropped."""
    with socket.socket() as hole, socket.socket() as first:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        first.connect(hole.getsockname())
        async with stage(folder, config=config()) as here:
            rewrite(folder, lambda told: lead_to(told, hole.getsockname()[1]))
            return await measured(here, "timeout")


async def silent_over_tls(folder: Path) -> Seen:
    async with (
        Stranger(hostile.stalls, speaks_first=True) as stranger,
        stage(folder, config=config()) as here,
    ):
        rewrite(folder, lambda told: lead_to(told, stranger.port, plain_http=False))
        return await measured(here, "timeout")


async def over_tls(change: Mapping[str, Any], folder: Path) -> Seen:
    authority = Authority()
    certificate = authority.certificate()
    _show(certificate, change)
    async with (
        Stranger(answers(200), certificate.context) as stranger,
        stage(folder, config=config()) as here,
    ):
        trusted = str(authority.write_to(folder))
        rewrite(folder, lambda told: told.update(ca_file=trusted))
        rewrite(folder, lambda told: lead_to(told, stranger.port, plain_http=False))
        return await measured(here, "tls")


def _show(certificate: Certificate, change: Mapping[str, Any]) -> None:
    for what, value in change.items():
        setattr(certificate, what, value)


async def without_name(mood: Mood, folder: Path) -> Seen:
    async with (
        name_server(folder) as names,
        stage(folder, config=config(), entry=names.entry) as here,
    ):
        port = here.world.us.app.door.port
        rewrite(folder, lambda told: lead_to(told, port, host="app.example"))
        names.mood = mood
        return await measured(here, "dns")


async def rung_without_names(folder: Path) -> Seen:
    async with (
        name_server(folder) as names,
        stage(folder, config=config(), entry=names.entry) as here,
    ):
        port = here.world.us.app.door.port
        rewrite(folder, lambda told: lead_to(told, port, host="app.example"))
        await here.daemon.start()
        names.mood = "silent"
        found = await rings(here, 1)
        page_s, why = await load.paged_after(here), reasons(await here.metrics(), "us", "app")
    text = f"{found.text}, page after {page_s:.2f} s; {', '.join(why)}"
    return Seen(text, found.is_right and page_s <= load.PAGE_S and set(why) == {"dns"})
