"""Where we send things, and with them our secrets: to the hosts of the config, and not one step further."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from checker import heartbeat
from checker.config.kinds import installed
from checker.core.model import Duty, Effect
from checker.responders.contract import Attempt, Done, KnowsOnCall, ReadsBack
from checker.responders.contract_findings import Examined
from checker.slack.socket import Socket
from probes.contract import Reason, Target
from probes.wire.exchange import Request
from probes.wire.fetch import Wire
from probes.wire.redirects import follow
from probes.wire.resolver import Resolver
from tests.responders import effects
from tests.security.elsewhere import sent_away
from tests.security.planted import planted_in, responders, secret, secret_fields

KINDS = installed().responders
PLANTED = responders("http://127.0.0.1:1")
REDIRECTS = (301, 302, 303, 307, 308)
ROOM = {"channel": "C1", "name": "room", "ts": "1.0", "summary_ts": "1.0"}
EFFECTS: dict[Duty, Effect] = {
    Duty.PAGE: effects.page(),
    Duty.RESOLVE: effects.resolve(),
    Duty.FALLBACK: effects.effect("fallback/1", Duty.FALLBACK, effects.page().payload),
    Duty.CHANGE: effects.effect(
        "change/1",
        Duty.CHANGE,
        {"summary": "x", "source": "us", "at": effects.AT, "details": {}, "links": []},
    ),
    Duty.ROOM: effects.room(),
    Duty.POST: effects.post(),
    Duty.SUMMARY: effects.summary(),
    Duty.INVITE: effects.invite(),
    Duty.DOCUMENT: effects.document(),
    Duty.PUBLISH: effects.publish(),
    Duty.WITHDRAW: effects.withdraw(),
}
CASES = [
    (kind, duty)
    for kind in PLANTED
    for duty in sorted(KINDS[kind].settings.duties | KINDS[kind].settings.on_request)
]


@asynccontextmanager
async def made(kind: str, base: str) -> AsyncIterator[Any]:
    planted = KINDS[kind].settings.model_validate(responders(base)[kind])
    responder = KINDS[kind].responder(planted)
    try:
        yield responder
    finally:
        await responder.close()


def test_each_kind_that_has_a_secret_is_looked_at_here():
    every = {f"{kind}.{name}" for kind in KINDS for name in secret_fields(KINDS[kind].settings)}
    assert planted_in(PLANTED) == every


# ── in the clear ──────────────────────────────────────────────────────────────────────────────

TOKENED = [
    (kind, key)
    for kind, entry in PLANTED.items()
    for key in ("base_url", "rest_url", "host")
    if key in entry
]


@pytest.mark.parametrize(("kind", "key"), TOKENED)
def test_no_token_goes_over_a_network_in_the_clear(kind: str, key: str):
    for address in ("http://api.example/v2", "http://192.0.2.1", "http://localhost.example"):
        with pytest.raises(ValidationError, match="only to this machine"):
            KINDS[kind].settings.model_validate(PLANTED[kind] | {key: address})


@pytest.mark.parametrize(
    "address", ["https://api.example/v2", "http://[::1]:1", "http://localhost:1"]
)
def test_a_token_goes_out_under_tls_or_to_this_machine(address: str):
    assert KINDS["uptimerobot"].settings.model_validate(
        PLANTED["uptimerobot"] | {"base_url": address}
    )


# ── redirects ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "duty"), CASES)
async def test_no_responder_goes_where_a_redirect_leads(kind: str, duty: Duty):
    """Even without its token, what it says would be told to somebody else."""
    receipts = {} if duty in (Duty.ROOM, Duty.FALLBACK) else {"room": ROOM}
    for status in REDIRECTS:
        async with sent_away(status) as (base, elsewhere), made(kind, base) as responder:
            answer = await responder.carry_out(Attempt(EFFECTS[duty], receipts, unsure=True))
        assert elsewhere.arrived == []
        assert not isinstance(answer, Done) or "nothing" in answer.note


@pytest.mark.parametrize("kind", PLANTED)
async def test_no_responder_asks_where_a_redirect_leads(kind: str):
    async with sent_away(307) as (base, elsewhere), made(kind, base) as responder:
        if isinstance(responder, Examined):
            assert await responder.examine()
        if isinstance(responder, ReadsBack):
            await responder.look_up(effects.KEY)
        if isinstance(responder, KnowsOnCall):
            await responder.on_call()
    assert elsewhere.arrived == []


@pytest.mark.parametrize("status", REDIRECTS)
async def test_slack_is_not_listened_to_where_a_redirect_leads(status: int):
    """Whoever could send us there could tell us what people have said."""
    waited = asyncio.Event()

    async def pause(_: float) -> None:
        waited.set()
        await asyncio.Event().wait()

    async with sent_away(status) as (base, elsewhere):
        token = SecretStr(secret("slack.app_token"))
        line = Socket(token, f"{base}/api/", None, pause)  # type: ignore[arg-type]
        running = asyncio.create_task(line.run())
        await waited.wait()
        running.cancel()
        await asyncio.wait([running])
        # And where it was told to connect to:
        running = asyncio.create_task(line._listen(f"{base}/link?ticket=1"))
        await asyncio.wait([running])
    assert running.exception() is not None
    assert elsewhere.arrived == []


async def test_the_heartbeat_goes_nowhere_else():
    async with sent_away(307) as (base, elsewhere), httpx.AsyncClient() as client:
        said = await heartbeat._send(client, f"{base}/beat/{secret('heartbeat.url')}")
    assert said == "status 307"
    assert elsewhere.arrived == []


# ── addresses ─────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fe80::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "::",
    "224.0.0.1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_no_look_goes_to_where_a_machine_is_told_its_credentials(address: str):
    """Whoever can change a name could otherwise have them read and shown, and ours sent there."""
    wire = Wire(resolver=Resolver(lambda _: [address]))
    asked = await wire.line(5.0).fetch(Request("http://app.example/login"))
    dialled = await wire.line(5.0).dial("app.example", 80)
    for exchange in (asked, dialled):
        assert exchange.failure is not None
        assert exchange.failure.reason is Reason.DNS
        assert (
            exchange.failure.detail
            == f"the name stands for an address that no look goes to ({address})"
        )


@pytest.mark.parametrize("written", ["169.254.169.254", "[fe80::1]"])
async def test_such_an_address_is_not_looked_at_under_its_own_name_either(written: str):
    asked = await Wire().line(5.0).fetch(Request(f"http://{written}/latest/meta-data/"))
    assert asked.failure is not None
    assert asked.failure.reason is Reason.DNS


async def test_the_address_that_was_looked_at_is_the_one_that_is_asked():
    """It is looked up once: a name that stands for something else a moment later changes nothing."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    async with sent_away(302) as (base, _):
        port = base.rpartition(":")[2]
        wire = Wire(resolver=Resolver(lambda _: next(answers)))
        asked = await wire.line(5.0).fetch(Request(f"http://app.example:{port}/"))
    assert asked.status == 302


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_look_goes_to_no_other_origin_with_what_it_carries(status: int):
    target = Target("us", "", "", aliases=())
    async with sent_away(status) as (base, elsewhere):
        carried = {"Authorization": f"Bearer {secret('targets.personal_key')}"}
        line = Wire().line(5.0)
        request = Request(f"{base}/api/", "POST", headers=carried, body=b"api_key=phc_1")
        assert (await line.fetch(request)).status == status
        trip = await follow(line.fetch, base, "/login", target, 10)
    assert trip.exchange.failure is not None
    assert trip.exchange.failure.reason is Reason.REDIRECT
    assert elsewhere.arrived == []
