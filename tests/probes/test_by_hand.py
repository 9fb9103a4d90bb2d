"""What a person is told to type asks the same as the probe does, holds no secret, and does no more."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from probes import capture, dns, flags, ingestion, insight, page, promql, signup, stored, tcp, tls
from probes.contract import ProbeParams
from probes.wire.fetch import Wire
from tests.probes.conftest import Identity
from tests.probes.onlooker import NOWHERE, PERSONAL_KEY, PROJECT_KEY, Watch, io_for, target
from tests.world.door import Door

TOKEN = "prometheus_canary"
KEYS = {
    "POSTHOG_PROJECT_KEY": PROJECT_KEY,
    "POSTHOG_PERSONAL_KEY": PERSONAL_KEY,
    "PROMETHEUS_TOKEN": TOKEN,
}
A = "00000000-0000-4000-8000-000000000001"
SOME_CANARIES = {"canaries": {A: [0, 1, 1.0]}, "recent": {A: [0, 1, Watch()().timestamp(), 1]}}
SIGNUP = '<html><script src="/static/app.js"></script></html>'
# What is another in each request: uuids, nonces, times.
FRESH = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|by-hand-\d{10}"
    r'|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)|(?<="seq": )\d'
)


@dataclass(frozen=True)
class Asked:
    """One request as it came in, without what is new in each."""

    method: str
    path: str
    headers: frozenset[str]
    authorization: str | None
    body: Any


class Ear:
    """A plain server that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self._answer)
        self.door = Door(app)

    async def _answer(self, request: web.Request) -> web.Response:
        body = FRESH.sub("0", (await request.text()) or "null")
        headers = frozenset(map(str.lower, request.headers)) - {"connection"}  # the wire's own
        key = request.headers.get("Authorization")
        self.asked.append(Asked(request.method, request.raw_path, headers, key, json.loads(body)))
        if request.path.endswith(".js"):
            return web.Response(text="run()", content_type="text/javascript")
        return web.Response(text=SIGNUP, content_type="text/html")


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    ear = Ear()
    await ear.door.open()
    yield ear
    await ear.door.close()


async def typed(command: str, folder: Path, **env: str) -> tuple[int, str]:
    """What /bin/sh makes of the line, with our keys in the environment: exit code, and all it said."""
    shell = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        command,
        env={**os.environ, **KEYS, **env},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await shell.communicate()
    assert shell.returncode is not None
    return shell.returncode, said.decode()


async def both(
    kind: Any, params: ProbeParams, ear: Ear, wire: Wire, folder: Path
) -> tuple[list[Asked], list[Asked]]:
    """The requests of a look, and those of the line."""
    there = target(ear.door.address, ear.door.address)
    await kind.probe(params, io_for(wire, there, memory=SOME_CANARIES))
    looked, ear.asked = ear.asked, []
    code, said = await typed(kind.by_hand(params, there), folder)
    assert code == 0, said
    return looked, ear.asked


SAME = {
    "page": (page, page.Params(path="/login?next=/a")),
    "ingest": (page, page.Params(path="/batch", host="ingest", status=(302,))),
    "flags": (flags, flags.Params(canary="on")),
    "decide": (flags, flags.Params(canary="on", database_canary="db", endpoint="decide")),
    "query": (insight, insight.Params()),
    "trend": (insight, insight.Params(api="trend")),
    "v0": (capture, capture.Params(v1_every_s=None, lanes=1, person_lanes=1)),
    "v1": (capture, capture.Params(api="v1", lanes=1, person_lanes=0)),
}
HOSTILE = 'it\'s "on" `touch a` $(touch b); touch c & {d}[1] é \\'
HARMLESS = {
    "path": (page, page.Params(path=f"/{HOSTILE}")),
    "query": (page, page.Params(path=f"/?a={HOSTILE}")),
    "flag": (flags, flags.Params(canary=HOSTILE, distinct_id=HOSTILE)),
    "event": (insight, insight.Params(event=HOSTILE)),
    "capture": (capture, capture.Params(path=f"/{HOSTILE}", v1_every_s=None, lanes=1, person_lanes=1)),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
async def test_the_line_asks_what_the_look_asks(case, ear, wire, tmp_path):
    looked, by_hand = await both(*SAME[case], ear, wire, tmp_path)

    assert looked == by_hand
    assert len(looked) == 1


@pytest.mark.parametrize("case", HARMLESS)
async def test_no_config_makes_the_shell_do_more(case, ear, wire, tmp_path):
    looked, by_hand = await both(*HARMLESS[case], ear, wire, tmp_path)

    assert looked == by_hand
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "said"), [(ingestion, "dateDiff"), (stored, "toDate")], ids=["ingestion", "stored"]
)
async def test_the_line_looks_for_canaries_where_the_look_does(kind, said, ear, wire, tmp_path):
    looked, by_hand = await both(kind, kind.Params(), ear, wire, tmp_path)

    assert [replace(a, body=a.body.keys()) for a in looked] == [
        replace(a, body=a.body.keys()) for a in by_hand
    ]
    assert said in by_hand[0].body["query"]["query"]


async def test_the_line_goes_the_way_to_a_new_account_but_sends_no_form(ear, wire, tmp_path):
    looked, by_hand = await both(signup, signup.Params(), ear, wire, tmp_path)

    assert [a.path for a in by_hand] == ["/signup", "/_preflight"]
    assert [a for a in looked if not a.path.startswith("/static")] == by_hand


@pytest.mark.parametrize("token", [None, SecretStr(TOKEN)], ids=["open", "token"])
async def test_the_line_asks_prometheus_the_same(token, ear, wire, tmp_path):
    query = 'up{job=~"a|b $(touch a)"} > 0'
    params = promql.Params(
        url=ear.door.address, plain_http=True, query=query, condition="> 0", token=token
    )

    looked, by_hand = await both(promql, params, ear, wire, tmp_path)

    assert looked == by_hand
    assert looked[0].authorization == (token and f"Bearer {TOKEN}")
    assert list(tmp_path.iterdir()) == []


async def test_the_line_shows_where_a_redirect_ends(ear, tmp_path):
    line = page.by_hand(page.Params(redirects=2), target(ear.door.address))

    assert " -L --max-redirs 2 " in line


async def test_the_line_connects_to_the_port(ear, tmp_path):
    port = ear.door.port

    said = await typed(tcp.by_hand(tcp.Params(host="127.0.0.1", port=port), target()), tmp_path)

    assert said == (0, "open\n")


async def test_the_line_says_that_a_port_is_shut(tmp_path):
    line = tcp.by_hand(tcp.Params(host="127.0.0.1", port=1), target())

    code, said = await typed(line, tmp_path)

    assert code != 0
    assert "refused" in said


async def test_the_line_looks_the_name_up(tmp_path):
    code, said = await typed(dns.by_hand(dns.Params(name="localhost"), target()), tmp_path)

    assert code == 0
    assert "127.0.0.1" in said or "::1" in said


async def test_the_line_says_until_when_a_certificate_is_good(
    identity: Identity, ca_file, tmp_path
):
    door = Door(
        web.Application(), identity("127.0.0.1", not_after=datetime(2088, 7, 6, tzinfo=UTC))
    )
    await door.open()
    line = tls.by_hand(tls.Params(host="127.0.0.1", port=door.port), target())

    code, trusted = await typed(line, tmp_path, SSL_CERT_FILE=str(ca_file))
    _, strange = await typed(line, tmp_path)
    await door.close()

    assert code == 0
    assert "notAfter=Jul  6 00:00:00 2088 GMT" in trusted
    assert "verify error" in strange
    assert "verify error" not in trusted


def test_a_certificate_is_asked_for_by_its_name():
    line = tls.by_hand(tls.Params(host="app.test"), target())

    assert "-connect app.test:443 -servername app.test -verify_hostname app.test " in line


@pytest.mark.parametrize("case", [*SAME, "ingestion", "stored", "promql"])
def test_no_secret_stands_in_the_line(case):
    asked = promql.Params(
        url="https://prometheus.test", query="up", condition="> 0", token=SecretStr(TOKEN)
    )
    rest = {
        "ingestion": (ingestion, ingestion.Params()),
        "stored": (stored, stored.Params()),
        "promql": (promql, asked),
    }
    kind, params = (SAME | rest)[case]

    line = kind.by_hand(params, target(NOWHERE, NOWHERE))

    assert not any(secret in line for secret in KEYS.values())
    assert "\n" not in line
