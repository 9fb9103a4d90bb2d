"""The socket and its bounds."""

import asyncio
import gzip
import logging

import aiohttp
import pytest
from structlog.testing import capture_logs

from checker.web.listening import written
from checker.web.server import CannotListen, Limits, make_app, serve
from tests.web.site import BEARER, Daemon, site


async def test_a_free_port_is_found_and_named():
    async with site() as s:
        assert s.port > 0
        assert await s.get("/-/healthy") == (200, "Healthy.\n")


async def test_a_port_that_is_taken_is_said_with_the_key_to_change():
    async with site() as s:
        with pytest.raises(CannotListen, match=rf"127.0.0.1:{s.port}: something .* web\.port"):
            await serve(make_app(Daemon().ports()), "127.0.0.1", s.port)


@pytest.mark.parametrize("host", ["::1", "[::1]"])
async def test_an_address_of_six_may_have_its_brackets(host):
    listening = await serve(make_app(Daemon().ports()), host, 0)
    port = listening.port
    address = written(host, port)
    try:
        async with aiohttp.ClientSession() as client, client.get(f"http://{address}/") as answer:
            assert answer.status == 200
    finally:
        await listening.stop()
    assert address == f"[::1]:{port}"


async def test_a_host_that_is_not_known_is_said_with_both_ways_to_mend_it():
    with pytest.raises(CannotListen, match=r"x y:1: this host name .* web\.host .* --listen"):
        await serve(make_app(Daemon().ports()), "x y", 1)


async def test_what_could_not_listen_is_cleaned_up():
    cleaned: list[str] = []

    async def clean(_app):
        cleaned.append("app")

    app = make_app(Daemon().ports())
    app.on_cleanup.append(clean)
    async with site() as s:
        with pytest.raises(CannotListen):
            await serve(app, "127.0.0.1", s.port)
    assert cleaned == ["app"]


async def test_an_address_that_is_not_ours_is_said_with_the_key_to_change():
    with pytest.raises(CannotListen, match=r"no such address: mend web\.host"):
        await serve(make_app(Daemon().ports()), "192.0.2.1", 0)


async def test_after_stop_nobody_is_answered():
    async with site() as s:
        await s.listening.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await s.get("/-/healthy")


async def test_an_answer_under_way_is_given_before_we_stop():
    asked, go_on = asyncio.Event(), asyncio.Event()
    daemon = Daemon()

    async def reload():
        asked.set()
        await go_on.wait()
        return daemon.result

    async with site(daemon, reload=reload) as s:
        answer = asyncio.create_task(s.ask("POST", "/-/reload", headers=BEARER))
        await asked.wait()
        stop = asyncio.create_task(s.listening.stop())
        await asyncio.sleep(0)
        go_on.set()
        assert (await answer)[0] == 200
        await stop


# ── bounds ────────────────────────────────────────────────────────────────────────────────────


async def test_a_body_over_the_cap_is_refused_before_anything_is_done():
    daemon = Daemon()
    async with site(daemon) as s:
        answer = await s.ask("POST", "/-/reload", headers=BEARER, data=b"x" * (64 * 1024 + 1))
    assert answer == (413, "The body is too large.\n")
    assert (daemon.reloads, daemon.bounds) == (0, ["web_body"])


async def test_a_body_without_a_length_is_held_to_the_same_cap():
    daemon = Daemon()

    async def endless():
        for _ in range(65):
            yield b"x" * 1024

    async with site(daemon) as s:
        answer = await s.ask("POST", "/-/reload", headers=BEARER, data=endless())
    assert answer == (413, "The body is too large.\n")
    assert (daemon.reloads, daemon.bounds) == (0, ["web_body"])


async def test_a_body_that_is_announced_as_too_large_is_not_waited_for():
    daemon = Daemon()
    async with site(daemon) as s:
        reader, writer = await asyncio.open_connection("127.0.0.1", s.port)
        head = b"POST /-/reload HTTP/1.1", b"Host: x", b"Content-Length: 65537", b"", b""
        writer.write(b"\r\n".join(head))
        assert (await reader.readline()).split()[1] == b"413"
        writer.close()
    assert daemon.bounds == ["web_body"]


async def test_a_body_at_the_cap_is_taken():
    async with site() as s:
        answer = await s.ask("POST", "/-/reload", headers=BEARER, data=b"x" * 64 * 1024)
    assert answer[0] == 200


async def test_a_compressed_body_stays_as_small_as_it_came():
    bomb = gzip.compress(bytes(10 * 1024 * 1024))
    async with site() as s:
        headers = BEARER | {"Content-Encoding": "gzip"}
        assert (await s.ask("POST", "/-/reload", headers=headers, data=bomb))[0] == 200


async def test_a_body_that_does_not_come_is_not_waited_for():
    daemon = Daemon(limits=Limits(body_s=0.05))
    async with site(daemon) as s:
        answer = await s.say(b"POST /-/reload HTTP/1.1", b"Host: x", b"Content-Length: 9", b"", b"")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert (daemon.reloads, daemon.bounds) == (0, ["web_body_time"])


async def test_a_head_that_does_not_come_is_hung_up_on():
    async with site(Daemon(limits=Limits(idle_s=0.05))) as s:
        assert await s.say(b"GET / HTTP/1.1", b"Host: x", b"X-Slow: ") == b""


async def test_one_who_connects_and_says_nothing_is_hung_up_on():
    async with site(Daemon(limits=Limits(idle_s=0.05))) as s:
        assert await s.say() == b""


async def test_a_header_without_end_is_refused():
    async with site() as s:
        answer = await s.say(b"GET / HTTP/1.1", b"X: " + b"x" * 20_000, b"", b"")
    assert answer.split()[1] == b"400"


async def test_connections_over_the_limit_are_closed_and_counted():
    daemon = Daemon(limits=Limits(connections=2, patience_s=60))
    async with site(daemon) as s:
        held = [await asyncio.open_connection("127.0.0.1", s.port) for _ in range(2)]
        for reader, writer in held:  # once it is answered, it is counted
            writer.write(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.readuntil(b"Healthy.\n")
        assert await s.say() == b""
        for _, writer in held:
            writer.close()
    assert daemon.bounds == ["web_connections"]


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00\x01", b"GET", b"GET / HTTP/1.1\r\nA b: c", b"\x00" * 100],
    ids=["tls", "cut", "header", "zeros"],
)
async def test_what_is_not_http_is_refused_and_not_logged(garbage, caplog):
    caplog.set_level(logging.DEBUG)
    async with site(Daemon(limits=Limits(idle_s=0.05))) as s:
        answer = await s.say(garbage, b"", b"")
    assert answer.split()[1:2] in ([], [b"400"])
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


async def test_a_body_that_breaks_off_is_no_bug_of_ours():
    daemon = Daemon()
    with capture_logs() as logged:
        async with site(daemon) as s:
            reader, writer = await asyncio.open_connection("127.0.0.1", s.port)
            head = b"POST /-/reload HTTP/1.1", b"Host: x", b"Expect: 100-continue"
            writer.write(b"\r\n".join([*head, b"Content-Length: 9", b"", b""]))
            await reader.readline()  # "100 Continue": it waits for the body now
            writer.write(b"x")
            writer.transport.abort()
    assert (logged, daemon.reloads) == ([], 0)


async def test_no_access_is_logged(caplog):
    caplog.set_level(logging.DEBUG, logger="aiohttp.access")
    async with site() as s:
        await s.get("/")
    assert not [record for record in caplog.records if record.name == "aiohttp.access"]
