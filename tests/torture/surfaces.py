"""Answers that are none, on each surface: the right reason, an incident only for what is PostHog's, and no secret given away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from tests.torture.case import Case, Seen
from tests.torture.clocks import PATIENT
from tests.torture.counts import failures, total
from tests.torture.gauges import reasons
from tests.torture.stage import Stage, rewrite, stage
from tests.world.certificates import Authority
from tests.world.faults import page, raw, refuse, status, throttle
from tests.world.hostile import Stranger, answers, redirects
from tests.world.world import World

SHOWN_S = 45.0  # in which the reason is to be seen: ingestion is looked up only now and then
DECLARED_S = 3.0  # in which an incident would be declared of looks that go on as they are
LED_S = 6.0  # for which all is redirected
LOST_S = 8.0  # for which our network is away
EVERYTHING = {"surfaces": "all", "pace": {"every": "1s", "timeout": "1s", "recheck": "500ms"}}
KEYS = (b"phx_canary", b"phc_canary")
EXPIRY = "degraded expiry"
SEVERITIES = {
    "failed flags": "major",
    "failed body": "major",
    "failed event": "critical",
    "degraded incomplete": "minor",
    EXPIRY: "minor",
}
OUR_OWN = {"redirect", "look_up"}  # what an answer that leads elsewhere may be called

Break = Callable[[World], Awaitable[None]]


def cases() -> Iterator[Case]:
    for name, check, outcome, breaks in _surfaces():
        run = partial(shown, check, outcome, breaks)
        yield Case("probes", name, f"{check}: {outcome}; {come_to(outcome)}", run)
    for code in (302, 307, 308):
        run = partial(led_away, code)
        nothing = "no request and no key arrives there"
        yield Case("probes", f"everything is redirected elsewhere by a {code}", nothing, run)
    few = f"{EXPIRY}; {come_to(EXPIRY)}"
    yield Case("probes", "a certificate that has 5 days left", few, expiring)
    blind = "no incident, no ring; blind, and seeing again afterwards"
    yield Case("probes", f"our own network away for {LOST_S:.0f} s", blind, network_lost)


def come_to(outcome: str) -> str:
    """What is to come of looks that find this; what is degraded is minor, and rings nobody."""
    severity = SEVERITIES.get(outcome)
    if severity is None:
        return "no incident, no ring"
    ring = "no ring" if severity == "minor" else "1 ring"
    return f"a {severity} incident, {ring}"


def _surfaces() -> Iterator[tuple[str, str, str, Break]]:
    def spoils(surface: str, word: str) -> Break:
        async def breaks(world: World) -> None:
            world.spoil("us", surface, word)

        return breaks

    for name, check, outcome, spoilt in (
        ("flags: the canary is missing", "flags", "failed flags", "flags missing"),
        ("flags: not those in the database", "flags", "degraded incomplete", "flags database"),
        ("flags: errors while computing them", "flags", "degraded incomplete", "flags errors"),
        ("flags: our quota is used up", "flags", "inconclusive own_quota", "flags quota"),
        ("flags: we are taken for a bot", "flags", "inconclusive challenge", "flags bot"),
        ("events: our quota is used up", "capture", "inconclusive own_quota", "capture quota"),
        ("events: our key is wrong", "capture", "inconclusive own_key", "capture key"),
        ("insights: from a cache", "insights", "inconclusive look_up", "insights cached"),
        ("ingestion: its clock a day ahead", "ingestion", "passed", "ingestion skew"),
    ):
        yield name, check, outcome, spoils(*spoilt.split())
    broken = raw("application/json", '{"flags": {"canary"')
    for name, check, outcome, fault in (
        ("flags: an empty object", "flags", "failed body", raw("application/json", "{}")),
        ("flags: JSON that breaks off", "flags", "failed body", broken),
        ("flags: somebody else's page", "flags", "failed body", page()),
        ("insights: JSON that breaks off", "insights", "failed body", broken),
        ("insights: our key is refused", "insights", "inconclusive own_key", status(401)),
        ("insights: our own limit", "insights", "inconclusive own_limit", throttle(1)),
        ("events: somebody else's page", "capture", "failed event", page()),
    ):
        yield name, check, outcome, partial(World.hurt, place="us", name=check, fault=fault)


async def shown(check: str, wanted: str, breaks: Break, folder: Path) -> Seen:
    async with stage(folder, config=EVERYTHING) as here:
        # By capture v1 as often as may be: v0 does not say what becomes of an event.
        rewrite(folder, lambda told: told["checks"]["capture"].update(v1_every="1s"))
        await here.daemon.start()
        await breaks(here.world)
        try:
            await here.until(lambda: is_shown(here, check, wanted), SHOWN_S, wanted)
            seen = wanted  # by the next look, capture may have gone by v0 again
        except TimeoutError:
            seen = await outcome(here, check)
        if wanted in SEVERITIES:
            with suppress(TimeoutError):
                await here.until(lambda: is_declared(here), SHOWN_S, "the incident")
        await asyncio.sleep(DECLARED_S)
        return await judged(here, seen, wanted)


async def is_shown(here: Stage, check: str, wanted: str) -> bool:
    return await outcome(here, check) == wanted


async def outcome(here: Stage, check: str) -> str:
    """What the newest look at it found: "failed flags", "passed"."""
    told = (await here.get("/api/v1/status"))["checks"]
    [one] = [one for one in told if one["name"] == f"us/{check}"]
    verdict = str(one["outcome"]).partition(":")[0].partition(" ")[0]
    return " ".join(filter(None, [verdict, one["reason"]]))


async def is_declared(here: Stage) -> bool:
    return bool((await here.get("/api/v1/incidents"))["incidents"])


async def judged(here: Stage, seen: str, wanted: str) -> Seen:
    known = (await here.get("/api/v1/incidents"))["incidents"]
    found = [f"a {one['severity']} incident" for one in known] or ["no incident"]
    rings = len(here.world.pagerduty.rings)
    told = f"{', '.join(found)}, {rings or 'no'} ring{'s' if rings > 1 else ''}"
    return Seen(f"{seen}; {told}", (seen, told) == (wanted, come_to(wanted)))


# ── led away ──────────────────────────────────────────────────────────────────────────────────


async def led_away(code: int, folder: Path) -> Seen:
    """Each host of the cloud leads to another, which writes down who comes."""
    async with (
        Stranger(answers(200, b"{}")) as thief,
        Stranger(redirects(f"http://localhost:{thief.port}/caught", code)) as leading,
        stage(folder, config=EVERYTHING) as here,
    ):
        place = f"127.0.0.1:{leading.port}"
        hosts = {"app_host": place, "ingest_host": place}
        rewrite(folder, lambda told: told["targets"]["us"].update(hosts))
        await here.daemon.start()
        await asyncio.sleep(LED_S)
        why = set(reasons(await here.metrics(), "us"))
        keys = sum(key in head for head in thief.heads for key in KEYS)
        sent = sum(KEYS[0] in head for head in leading.heads)
    text = f"{len(leading.heads)} requests were led away, {sent} of them with a private key"
    arrived = f"{len(thief.heads)} arrived, {keys} with a key; {', '.join(sorted(why))}"
    return Seen(f"{text}; {arrived}", sent > 0 and not thief.heads and why <= OUR_OWN)


# ── a certificate that ends ───────────────────────────────────────────────────────────────────


async def expiring(folder: Path) -> Seen:
    authority = Authority()
    certificate = authority.certificate()
    certificate.days = 5.0
    async with (
        Stranger(answers(200), certificate.context) as stranger,
        stage(folder, config=EVERYTHING) as here,
    ):
        trusted = str(authority.write_to(folder))
        check = {"probe": "tls", "surface": "network", "targets": ["us"], "port": stranger.port}
        rewrite(folder, lambda told: told.update(ca_file=trusted))
        rewrite(folder, lambda told: told["checks"].update(tls=check | {"host": "127.0.0.1"}))
        await here.daemon.start()
        with suppress(TimeoutError):
            await here.until(lambda: is_declared(here), SHOWN_S, "the incident")
        await asyncio.sleep(DECLARED_S)
        return await judged(here, await outcome(here, "tls"), EXPIRY)


# ── nobody can be reached ─────────────────────────────────────────────────────────────────────


async def network_lost(folder: Path) -> Seen:
    async with stage(folder, config={"thresholds": PATIENT}) as here:
        await here.daemon.start()
        await asyncio.sleep(2)
        await here.world.controls.cut()
        for cloud in ("us", "eu"):
            await here.world.hurt(cloud, "*", refuse())
        await asyncio.sleep(LOST_S)
        was_blind, failed = await total(here, "checker_blind"), await failures(here)
        await here.world.mend()
        await here.until(lambda: _sees(here), SHOWN_S, "it to see again")
        known = (await here.get("/api/v1/incidents"))["incidents"]
        rings = len(here.world.pagerduty.rings)
    text = f"{len(known)} incidents, {rings} rings; {'blind' if was_blind else 'not blind'}"
    return Seen(
        f"{text}, {failed} failed looks; it sees again", not known and not rings and was_blind == 1
    )


async def _sees(here: Stage) -> bool:
    return await total(here, "checker_blind") == 0
