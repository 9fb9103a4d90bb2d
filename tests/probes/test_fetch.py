"""One request over real sockets, when all goes well, and when it fails in an ordinary way."""

from __future__ import annotations

import socket
import threading

import pytest

from probes.contract import Reason, Timing, Verdict
from probes.wire.exchange import Request
from probes.wire.fetch import Wire
from probes.wire.http import HEADERS
from probes.wire.resolver import Resolver
from tests.probes.asking import LONG_S, SHORT_S, fetched, reason_of
from tests.probes.conftest import EXPIRY
from tests.probes.shortage import no_descriptors_left
from tests.world.door import bound
from tests.world.hostile import Stranger, answers, nothing, resets, stalls


async def test_an_answer_is_status_headers_body_and_every_part_of_the_time(wire):
    exchange = await fetched(answers(200, b"hello", "X-Some: one", "X-Some: two"), wire)
    assert exchange.failure is None
    assert (exchange.status, exchange.body) == (200, b"hello")
    assert exchange.headers["x-some"] == "one, two"
    assert list(exchange.phases) == [
        Timing.RESOLVE,
        Timing.CONNECT,
        Timing.PROCESSING,
        Timing.TRANSFER,
    ]
    assert exchange.values == {
        "http_status_code": 200.0,
        "http_version": 1.1,
        "http_ssl": 0.0,
        "http_content_length": 5.0,
        "http_uncompressed_body_length": 5.0,
        "ip_protocol": 4.0,
    }


async def test_over_tls_the_handshake_is_timed_and_the_certificate_read(wire, identity):
    async with Stranger(answers(200), identity("127.0.0.1")) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert exchange.failure is None
    assert set(exchange.phases) == set(Timing)
    assert exchange.values["http_ssl"] == 1.0
    assert exchange.values["ssl_earliest_cert_expiry"] == EXPIRY.timestamp()


async def test_what_is_sent_is_what_was_asked_for_under_our_own_name(wire):
    async with Stranger(answers(200)) as stranger:
        request = Request(
            stranger.origin + "/decide?v=3", "POST", {"Content-Type": "text/x"}, b"body"
        )
        await wire.line(LONG_S).fetch(request)
    head = stranger.heads[0].decode()
    assert head.startswith("POST /decide?v=3 HTTP/1.1\r\n")
    assert "Content-Type: text/x\r\n" in head
    assert "Content-Length: 4\r\n" in head
    assert "Connection: close\r\n" in head
    assert f"User-Agent: {HEADERS['User-Agent']}\r\n" in head
    assert HEADERS["User-Agent"].startswith("posthog-checker/")


async def test_a_redirect_is_an_answer_and_is_not_followed(wire):
    async with Stranger(answers(302, b"", "Location: /elsewhere")) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert (exchange.status, exchange.headers["location"]) == (302, "/elsewhere")
    assert len(stranger.heads) == 1


async def test_every_request_has_a_connection_of_its_own(wire):
    async with Stranger(answers(200, b"", "Connection: keep-alive")) as stranger:
        line = wire.line(LONG_S)
        first = await line.fetch(Request(stranger.origin + "/"))
        second = await line.fetch(Request(stranger.origin + "/"))
    assert Timing.CONNECT in first.phases
    assert Timing.CONNECT in second.phases


async def test_cookies_are_not_kept(wire):
    async with Stranger(answers(200, b"", "Set-Cookie: a=b")) as stranger:
        line = wire.line(LONG_S)
        await line.fetch(Request(stranger.origin + "/"))
        await line.fetch(Request(stranger.origin + "/"))
    assert b"Cookie" not in stranger.heads[1]


async def test_a_closed_port_refuses(wire):
    with bound() as held:
        port = held.getsockname()[1]
        exchange = await wire.line(LONG_S).fetch(Request(f"http://127.0.0.1:{port}/"))
    assert reason_of(exchange) is Reason.REFUSED
    assert exchange.failure.detail == "Connection refused (127.0.0.1)"
    assert list(exchange.phases) == [Timing.RESOLVE]
    assert exchange.status is None


@pytest.mark.parametrize("act", [resets, nothing], ids=["reset", "closed"])
async def test_a_connection_that_is_cut_before_the_answer_is_reset_and_not_tried_again(act, wire):
    async with Stranger(act) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert reason_of(exchange) is Reason.RESET
    assert len(stranger.heads) == 1


async def test_silence_ends_with_the_deadline(wire):
    exchange = await fetched(stalls, wire, SHORT_S)
    assert reason_of(exchange) is Reason.TIMEOUT
    assert exchange.failure.detail == "no answer in time (127.0.0.1)"
    assert list(exchange.phases) == [Timing.RESOLVE, Timing.CONNECT]


async def test_all_that_one_look_does_shares_one_deadline(wire):
    async with Stranger(stalls) as silent, Stranger(answers(200)) as quick:
        line = wire.line(SHORT_S)
        await line.fetch(Request(silent.origin + "/"))
        assert reason_of(await line.fetch(Request(quick.origin + "/"))) is Reason.TIMEOUT


async def test_a_name_that_does_not_exist_is_a_failure_of_dns():
    exchange = await Wire().line(LONG_S).fetch(Request("http://nowhere.invalid/"))
    assert reason_of(exchange) is Reason.DNS
    assert exchange.phases == {}


async def test_a_resolver_that_hangs_is_a_failure_of_dns_and_costs_only_that_name():
    gone = threading.Event()

    def look_up(host: str) -> list[str]:
        if host == "hangs.test":
            gone.wait()
        return ["127.0.0.1"]

    wire = Wire(resolver=Resolver(look_up))
    try:
        stuck = await wire.line(SHORT_S).fetch(Request("http://hangs.test/"))
        async with Stranger(answers(200)) as other:
            fine = await wire.line(LONG_S).fetch(Request(f"http://other.test:{other.port}/"))
    finally:
        gone.set()
    assert reason_of(stuck) is Reason.DNS
    assert fine.status == 200


@pytest.mark.parametrize("status", [200, 403, 503])
async def test_a_bot_challenge_says_nothing_about_the_target(status, wire):
    exchange = await fetched(answers(status, b"<html>", "CF-Mitigated: challenge"), wire)
    assert reason_of(exchange) is Reason.CHALLENGE
    assert exchange.failed().verdict is Verdict.INCONCLUSIVE
    assert exchange.status == status


async def test_without_a_descriptor_left_the_shortage_is_ours(wire):
    async with Stranger(answers(200)) as stranger:
        with no_descriptors_left():
            exchange = await wire.line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert reason_of(exchange) is Reason.OWN_RESOURCES
    assert exchange.failed().verdict is Verdict.INCONCLUSIVE


async def test_exchanges_are_bounded_and_reaching_the_bound_is_our_own_shortage():
    wire = Wire(exchanges_max=0)
    exchange = await wire.line(LONG_S).resolve("localhost")
    assert reason_of(exchange) is Reason.OWN_RESOURCES


async def test_looks_go_out_from_the_source_address():
    came_from: list[str] = []

    async def notes(_, writer):
        came_from.append(writer.get_extra_info("peername")[0])
        writer.write(b"HTTP/1.1 204 Fine\r\n\r\n")

    exchange = await fetched(notes, Wire(source_address="127.0.0.9"))
    assert exchange.status == 204
    assert came_from == ["127.0.0.9"]


@pytest.mark.parametrize("address", ["192.0.2.1", "::1"], ids=["not ours", "other family"])
async def test_a_source_address_that_cannot_be_used_is_our_own_network(address):
    exchange = await fetched(answers(200), Wire(source_address=address))
    assert reason_of(exchange) is Reason.OWN_NETWORK


@pytest.mark.parametrize("url", ["http:///path", "ftp://127.0.0.1/", "http://[/"])
async def test_what_is_no_url_is_a_fault_of_ours(url, wire):
    assert reason_of(await wire.line(LONG_S).fetch(Request(url))) is Reason.OWN_FAULT


async def test_one_address_is_tried_and_the_first_of_version_4():
    wire = Wire(resolver=Resolver(lambda host: ["::1", "127.0.0.3", "127.0.0.2"]))
    async with Stranger(answers(200)) as stranger:  # listens at 127.0.0.1 only
        exchange = await wire.line(LONG_S).fetch(Request(f"http://many.test:{stranger.port}/"))
    assert exchange.failure.detail == "Connection refused (127.0.0.3)"
    assert stranger.heads == []


async def test_with_a_source_address_the_family_follows_it():
    wire = Wire(resolver=Resolver(lambda host: ["127.0.0.1", "::1"]), source_address="::1")
    exchange = await wire.line(LONG_S).resolve("both.test")
    assert exchange.values["ip_protocol"] == 6.0


async def test_a_look_up_gives_all_addresses_and_takes_only_that_time(wire):
    wire = Wire(resolver=Resolver(lambda host: ["127.0.0.1", "127.0.0.2"]))
    exchange = await wire.line(LONG_S).resolve("two.test")
    assert exchange.addresses == ("127.0.0.1", "127.0.0.2")
    assert list(exchange.phases) == [Timing.RESOLVE]


async def test_dialling_connects_and_says_no_word(wire):
    async with Stranger(stalls) as stranger:
        exchange = await wire.line(LONG_S).dial("127.0.0.1", stranger.port)
    assert exchange.failure is None
    assert list(exchange.phases) == [Timing.RESOLVE, Timing.CONNECT]
    assert stranger.heads == []


async def test_dialling_a_closed_port_is_refused(wire):
    with bound() as held:
        exchange = await wire.line(LONG_S).dial("127.0.0.1", held.getsockname()[1])
    assert reason_of(exchange) is Reason.REFUSED


async def test_a_host_that_does_not_take_the_connection_ends_with_the_deadline(wire):
    with socket.socket() as full, socket.socket() as first:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        first.connect(("127.0.0.1", port))
        exchange = await wire.line(SHORT_S).dial("127.0.0.1", port)
    assert exchange.failure.detail == "no connection in time (127.0.0.1)"
