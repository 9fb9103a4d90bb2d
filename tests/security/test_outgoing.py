"""Where we send things, and with them our secrets: to the hosts of the config, and not one step further."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from checker import heartbeat
from checker.config.kinds import installed
from checker.core.model import Duty, Effect
from checker.responders.contract import Attempt, Done, KnowsOnCall, ReadsBack
from checker.responders.contract_findings import Examined
from checker.slack.socket import Socket
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
