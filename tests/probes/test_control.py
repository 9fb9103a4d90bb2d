"""Somebody unrelated is reached, one of three ways."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from probes.contract import Io, Outcome, Reason, Verdict
from probes.control import Params, host_and_port, probe
from probes.wire.fetch import Wire
from probes.wire.resolver import Resolver
from tests.world.door import bound
from tests.world.hostile import Stranger, answers, stalls


async def looked(wire: Wire, **way: Any) -> Outcome:
    line = wire.line(10.0)
    io = Io(None, 10.0, line.fetch, line.dial, line.resolve, lambda: datetime.now(UTC))
    return await probe(Params(**way), io)


@pytest.mark.parametrize("status", [200, 301, 403, 404, 429])
async def test_over_https_any_answer_under_500_will_do(status, wire, identity):
    async with Stranger(answers(status), identity("127.0.0.1")) as party:
        outcome = await looked(wire, https=party.origin + "/")
    assert outcome.verdict is Verdict.PASSED
    assert party.heads[0].startswith(b"HEAD / ")


async def test_over_https_they_may_have_an_outage_of_their_own(wire, identity):
    async with Stranger(answers(503), identity("127.0.0.1")) as party:
        outcome = await looked(wire, https=party.origin)
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.STATUS)


async def test_a_challenge_of_theirs_shows_that_the_network_is_there(wire, identity):
    act = answers(403, b"", "cf-mitigated: challenge")
    async with Stranger(act, identity("127.0.0.1")) as party:
        assert (await looked(wire, https=party.origin)).verdict is Verdict.PASSED


async def test_over_tcp_a_connection_will_do(wire):
    async with Stranger(stalls) as party:
        outcome = await looked(wire, tcp=f"127.0.0.1:{party.port}")
    assert outcome.verdict is Verdict.PASSED


async def test_over_tcp_a_closed_port_is_refused(wire):
    with bound() as held:
        outcome = await looked(wire, tcp=f"127.0.0.1:{held.getsockname()[1]}")
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.REFUSED)


async def test_over_dns_any_address_will_do(wire):
    assert (await looked(wire, dns="any.test")).verdict is Verdict.PASSED


async def test_over_dns_no_address_is_a_failure():
    wire = Wire(resolver=Resolver(lambda host: []))
    assert (await looked(wire, dns="none.test")).reason is Reason.DNS


@pytest.mark.parametrize(
    "way",
    [
        {},
        {"dns": "a.test", "tcp": "a.test:1"},
        {"dns": ""},
        {"https": "http://a.test/"},
        {"https": "https:///path"},
        {"tcp": "a.test"},
    ],
    ids=str,
)
def test_it_is_exactly_one_proper_way(way):
    with pytest.raises(ValidationError):
        Params(**way)


@pytest.mark.parametrize(
    ("place", "parts"), [("a.test:53", ("a.test", 53)), ("[::1]:443", ("::1", 443))]
)
def test_a_place_is_a_host_and_a_port(place, parts):
    assert host_and_port(place) == parts


@pytest.mark.parametrize(
    "place", ["", "a", "a:", ":1", "a:0", "a:65536", "a:b", "a:1/x", "me@a:1", "[::1:1"]
)
def test_anything_else_is_no_place(place):
    with pytest.raises(ValueError):
        host_and_port(place)
