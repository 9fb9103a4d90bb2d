"""What one caller, and many of them, can cost us at every address that takes something in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

import pytest
from pydantic import SecretStr

from checker.web.pagerduty import sign
from checker.web.ports import Limits, Pager
from checker.web.strangers import Strangers, source_of
from tests.security.routes import INBOUND, OPEN, READ, address
from tests.security.test_roles import ALERTING, READING, bearer
from tests.web.site import TOKEN, Clock, Daemon, Site, site

SECRET = "a secret of sixteen and more"
FEW = Limits(burst=3, per_s=1.0)
PAGERDUTY = "/webhooks/pagerduty"


def house(daemon: Daemon, clock: Clock | None = None) -> AbstractAsyncContextManager[Site]:
    """A site at which every address has somebody who may."""
    may = {
        "alertmanager_token": SecretStr(ALERTING),
        "reading_token": SecretStr(READING),
        "pagers": lambda: [Pager("pagerduty", SecretStr(SECRET))],
    }
    return site(daemon, clock or Clock(), **may)


def signed(body: bytes) -> dict[str, str]:
    return {"X-PagerDuty-Signature": sign(SECRET, body)}


# ── bodies ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", INBOUND)
@pytest.mark.parametrize("given", [{}, bearer(TOKEN)], ids=["stranger", "token"])
async def test_a_body_over_the_cap_is_refused_everywhere(path: str, given: Mapping[str, str]):
    daemon = Daemon()
    async with house(daemon) as there:
        body = b" " * (64 * 1024 + 1)
        answer = await there.ask("POST", address(path), data=body, headers=given)
    assert answer == (413, "The body is too large.\n")
    assert (daemon.bounds, daemon.reloads) == (["web_body"], 0)


@pytest.mark.parametrize("path", INBOUND)
async def test_a_body_that_does_not_come_is_waited_for_nowhere(path: str):
    daemon = Daemon(limits=Limits(body_s=0.05))
    async with house(daemon) as there:
        line = f"POST {address(path)} HTTP/1.1".encode()
        answer = await there.say(line, b"Host: x", b"Content-Length: 9", b"", b"")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert daemon.bounds == ["web_body_time"]


@pytest.mark.parametrize("path", INBOUND)
async def test_a_body_that_is_compressed_is_not_unpacked(path: str):
    """A small one would become a large one; whoever signs, signs what goes over the wire."""
    async with house(Daemon()) as there:
        packed = {"Content-Encoding": "gzip"} | bearer(TOKEN)
        status, _ = await there.ask("POST", address(path), data=b"\x1f\x8b\x08 no", headers=packed)
    assert status in ({200} if path == "/-/reload" else {400, 401, 403, 503})


# ── how often ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", INBOUND)
@pytest.mark.parametrize("given", [{}, bearer("wrong")], ids=["nothing", "wrong"])
async def test_who_shows_no_right_token_is_answered_so_often_and_no_more(
    path: str, given: Mapping[str, str]
):
    daemon = Daemon(limits=FEW)
    async with house(daemon) as there:
        answers = [await there.ask("POST", address(path), headers=given) for _ in range(5)]
    assert [status for status, _ in answers[:3]] == [answers[0][0]] * 3
    assert answers[0][0] in (401, 403)
    assert answers[3:] == [(429, "Too many requests. Send the token, or ask less often.\n")] * 2
    assert daemon.bounds == ["web_rate"] * 2


@pytest.mark.parametrize("path", READ)
async def test_reading_without_the_token_is_bounded_too(path: str):
    async with house(Daemon(limits=FEW)) as there:
        found = [(await there.get(address(path)))[0] for _ in range(4)]
    assert found == [401, 401, 401, 429]


async def test_reading_that_is_open_to_all_is_bounded_too():
    async with site(Daemon(limits=FEW), Clock()) as there:
        found = [(await there.get("/metrics"))[0] for _ in range(4)]
    assert found == [200, 200, 200, 429]


async def test_it_says_when_to_come_again_and_then_it_is_so():
    clock = Clock()
    async with house(Daemon(limits=FEW), clock) as there:
        for _ in range(3):
            await there.get("/metrics")
        async with there.client.get("/metrics") as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
            assert refused.headers["Connection"] == "close"
        clock.now += 1.0
        assert [(await there.get("/metrics"))[0] for _ in range(2)] == [401, 429]


async def test_whoever_is_refused_for_that_is_not_listened_to_first():
    async with house(Daemon(limits=Limits(burst=0))) as there:
        reader, writer = await asyncio.open_connection("127.0.0.1", there.port)
        head = b"POST /webhooks/slack HTTP/1.1", b"Host: x", b"Content-Length: 60000", b"", b""
        writer.write(b"\r\n".join(head))
        assert (await reader.readline()).split()[1] == b"429"
        writer.close()


@pytest.mark.parametrize(
    ("method", "path", "token", "status"),
    [
        ("GET", "/metrics", READING, 200),
        ("GET", "/metrics", TOKEN, 200),
        ("POST", "/-/reload", TOKEN, 200),
        ("POST", "/webhooks/alertmanager", ALERTING, 400),
    ],
)
async def test_a_right_token_is_never_held_up(method: str, path: str, token: str, status: int):
    async with house(Daemon(limits=FEW)) as there:
        for _ in range(5):
            await there.get("/metrics")
        found = [(await there.ask(method, path, headers=bearer(token)))[0] for _ in range(5)]
    assert found == [status] * 5


@pytest.mark.parametrize("path", OPEN)
async def test_whatever_keeps_us_running_is_never_held_up(path: str):
    async with house(Daemon(limits=Limits(burst=0))) as there:
        assert [(await there.get(path))[0] for _ in range(5)] == [200] * 5


# ── behind a proxy ────────────────────────────────────────────────────────────────────────────


async def test_where_something_signed_came_from_the_signature_alone_decides():
    """A stranger behind the same proxy must not have PagerDuty turned away: it would give up for a day."""
    async with house(Daemon(limits=FEW)) as there:
        news = [await there.ask("POST", PAGERDUTY, data=b"{}", headers=signed(b"{}"))]
        forged = [(await there.ask("POST", PAGERDUTY, data=b"{}"))[0] for _ in range(8)]
        news += [await there.ask("POST", PAGERDUTY, data=b"{}", headers=signed(b"{}"))]
    assert [status for status, _ in news] == [400, 400]  # believed, and no message
    assert forged == [401] * 8


async def test_nothing_else_is_open_to_whoever_stands_behind_that_proxy():
    async with house(Daemon(limits=FEW)) as there:
        await there.ask("POST", PAGERDUTY, data=b"{}", headers=signed(b"{}"))
        found = [(await there.ask("POST", "/-/reload"))[0] for _ in range(4)]
    assert found[-1] == 429


async def test_what_was_forged_vouches_for_nobody():
    async with house(Daemon(limits=FEW)) as there:
        found = [
            (await there.ask("POST", PAGERDUTY, data=b"{}", headers=signed(b"other")))[0]
            for _ in range(4)
        ]
    assert found == [401, 401, 401, 429]


# ── the purses ────────────────────────────────────────────────────────────────────────────────


def test_each_source_has_a_purse_of_its_own():
    strangers = Strangers(FEW, Clock())
    assert [strangers.admits("192.0.2.1") for _ in range(4)] == [True, True, True, False]
    assert strangers.admits("192.0.2.2")


def test_a_purse_holds_no_more_than_it_may_however_long_it_was_quiet():
    clock = Clock()
    strangers = Strangers(FEW, clock)
    strangers.admits("192.0.2.1")
    clock.now += 86_400.0
    assert [strangers.admits("192.0.2.1") for _ in range(4)] == [True, True, True, False]


def test_a_million_sources_take_no_more_room_than_a_thousand():
    strangers = Strangers(Limits(sources=1000), Clock())
    for number in range(20_000):
        strangers.admits(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        strangers.vouch(f"2001:db8:{number:x}::/64")
    assert len(strangers) == 1000


@pytest.mark.parametrize(
    ("remote", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2:3:4:5", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        (None, ""),
        ("no address", ""),
    ],
)
def test_whoever_has_a_network_is_one_source(remote: str | None, source: str):
    assert source_of(remote) == source
