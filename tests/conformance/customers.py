"""PostHog's own SDKs as customers of the fake: each asks as it does in the field, and must understand what it gets."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from probes import flags
from probes.wire.exchange import Exchange, Request
from probes.wire.fetch import Wire
from tests.conformance.findings import Findings
from tests.probes.onlooker import io_for, target
from tests.world.certificates import Authority
from tests.world.cloud import Cloud
from tests.world.faults import Fault, page, status, throttle
from tests.world.posthog_events import Refusal
from tests.world.posthog_flags import CANARY, DATABASE_CANARY

ANSWER_WITHIN_S = 30.0  # it tries a refused event four times, and waits between


@dataclass(frozen=True)
class Sdk:
    """A version, where its requests for flags go, and how many of them a 504 makes."""

    name: str
    folder: str
    flags_path: str
    asks_after_504: int
    capture_mode: tuple[str, ...] = ()


SDKS = (
    Sdk("posthog 3.0.1", "posthog-3", "/decide/?v=3", 1),
    Sdk("posthog 7.91.1", "posthog-7", "/flags/?v=4", 2),
    Sdk("posthog 7.91.1, capture v1", "posthog-7", "/flags/?v=4", 2, ("v1",)),
)


class Customer:
    """The SDK in its own process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, what: str, **more: Any) -> Any:
        """What the SDK's method of that name comes to. RuntimeError if the process is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(ANSWER_WITHIN_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the SDK's process ended")
        return json.loads(line)

    async def flag(self, key: str = CANARY) -> Any:
        return await self.ask("flag", key=key)

    async def capture(self, event: str) -> list[str]:
        return list(await self.ask("capture", event=event))


@asynccontextmanager
async def customer(
    sdk: Sdk, environments: Path, origin: str, trust: Path, key: str = "phc_canary"
) -> AsyncIterator[Customer]:
    python = environments / sdk.folder / "bin" / "python"
    script = Path(__file__).with_name("sdk.py")
    process = await asyncio.create_subprocess_exec(
        str(python),
        "-W",
        "ignore",
        str(script),
        origin,
        key,
        *sdk.capture_mode,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "REQUESTS_CA_BUNDLE": str(trust), "NO_PROXY": "*"},
    )
    try:
        yield Customer(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def check(environments: Path, findings: Findings) -> None:
    """Every SDK against a cloud of its own. Over TLS: without it the SDKs never try again."""
    authority = Authority()
    with tempfile.TemporaryDirectory() as folder:
        trust = authority.write_to(Path(folder))
        for sdk in SDKS:
            async with Cloud("US", authority.certificate()) as cloud:
                cloud.flags.values |= {"colour": "blue", "off": False}
                origin = cloud.ingest.address
                async with customer(sdk, environments, origin, trust) as asking:
                    await _flags(sdk, cloud, asking, findings)
                    await _missing_flags(sdk, cloud, asking, findings)
                    await _events(sdk, cloud, asking, findings)
                async with customer(sdk, environments, origin, trust, "phc_other") as stranger:
                    await _wrong_key(sdk, cloud, stranger, findings)


async def _flags(sdk: Sdk, cloud: Cloud, asking: Customer, findings: Findings) -> None:
    keys = (CANARY, "colour", "off")
    found = [await asking.flag(key) for key in keys]
    findings.compare(f"{sdk.name}: flags that are on, a variant, off", found, [True, "blue", False])
    everything = {CANARY: True, DATABASE_CANARY: True, "colour": "blue", "off": False}
    findings.compare(f"{sdk.name}: all flags at once", await asking.ask("flags"), everything)
    method, body = cloud.flags.asked[-1]
    asked = (method, cloud.flags.paths[-1], body["distinct_id"])
    findings.compare(f"{sdk.name}: how it asks", asked, ("POST", sdk.flags_path, "somebody"))
    if sdk.folder == "posthog-7":
        await asking.flag()
        more = (await _keys_of_our_probe()) - cloud.flags.asked[-1][1].keys()
        findings.compare(f"{sdk.name}: our probe says nothing that it does not", more, set())


async def _keys_of_our_probe() -> set[str]:
    """What stands in the body when we ask for flags."""
    asked: list[Request] = []

    async def fetch(request: Request) -> Exchange:
        asked.append(request)
        return Exchange(status=503)

    io = replace(io_for(Wire(), target(personal=False)), fetch=fetch)
    await flags.probe(flags.Params(canary=CANARY), io)
    return set(json.loads(asked[0].body or b""))


async def _missing_flags(sdk: Sdk, cloud: Cloud, asking: Customer, findings: Findings) -> None:
    """What a customer sees of what we call an outage: nothing."""
    for word in ("missing", "quota"):
        cloud.spoil("flags", word)
        seen = await asking.flag()
        findings.compare(f"{sdk.name}: no flag to be seen when {word}", seen or None, None)
        await cloud.mend()
    cloud.spoil("flags", "database")
    both = [await asking.flag(), await asking.flag(DATABASE_CANARY) or None]
    findings.compare(f"{sdk.name}: half of the flags without a database", both, [True, None])
    await cloud.mend()
    faults: tuple[Fault, ...] = (throttle(1), status(503), page())
    for fault in faults:
        await cloud.hurt("flags", fault)
        seen = await asking.flag()
        findings.compare(f"{sdk.name}: None for {fault.what} {fault.value}".rstrip(), seen, None)
        await cloud.mend()
    before, cloud.flags.status = len(cloud.flags.asked), 504
    seen = [await asking.flag(), len(cloud.flags.asked) - before]
    wanted = [None, sdk.asks_after_504]
    findings.compare(f"{sdk.name}: None for a 504, and how often it asked", seen, wanted)
    cloud.flags.status = 200


async def _events(sdk: Sdk, cloud: Cloud, asking: Customer, findings: Findings) -> None:
    told = await asking.capture("one")
    arrived = [event.event for event in cloud.events.visible().values()]
    findings.compare(f"{sdk.name}: an event is taken and arrives", (told, arrived), ([], ["one"]))
    cloud.events.capture_refusals.append(Refusal(503, "busy"))
    told = await asking.capture("two")
    arrived = [event.event for event in cloud.events.visible().values()]
    wanted = ([], ["one", "two"])
    findings.compare(f"{sdk.name}: a 503 is tried again", (told, sorted(arrived)), wanted)
    cloud.spoil("capture", "quota")
    told, kept = await asking.capture("three"), len(cloud.events.visible())
    is_told = bool(sdk.capture_mode)  # v0 says Ok and drops it
    what = "over quota it is told" if is_told else "over quota the event is gone without a word"
    findings.compare(f"{sdk.name}: {what}", (bool(told), kept), (is_told, 2))
    await cloud.mend()
    await cloud.hurt("capture", status(503))
    told = await asking.capture("four")
    findings.compare(f"{sdk.name}: gives up when all is refused", len(told), 1)
    await cloud.mend()


async def _wrong_key(sdk: Sdk, cloud: Cloud, stranger: Customer, findings: Findings) -> None:
    """A key that only looks right: v0 takes it and drops the event, v1 and flags refuse it."""
    told, arrived = await stranger.capture("five"), len(cloud.events.visible())
    is_told = bool(sdk.capture_mode)
    what = "is refused" if is_told else "loses the event without a word"
    findings.compare(f"{sdk.name}: a key of nobody {what}", (bool(told), arrived), (is_told, 2))
    findings.compare(f"{sdk.name}: a key of nobody has no flags", await stranger.flag(), None)
