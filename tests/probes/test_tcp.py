"""A port that is open, closed, or slow; over real sockets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.contract import Outcome, Reason, Timing, Verdict
from probes.tcp import REASONS, Params, judge, probe
from probes.wire.exchange import Exchange, Failure
from probes.wire.fetch import Wire
from probes.wire.resolver import Resolver
from tests.probes.onlooker import found, io_for
from tests.world.door import bound
from tests.world.hostile import Stranger, stalls


async def looked(wire: Wire, port: int, **settings: Any) -> Outcome:
    return await probe(Params(**{"host": "db.test", "port": port} | settings), io_for(wire))


async def test_a_port_that_is_open_passes_with_what_it_took(wire):
    async with Stranger(stalls) as stranger:
        outcome = await looked(wire, stranger.port)
    assert outcome.verdict is Verdict.PASSED
    assert set(outcome.phases) == {Timing.RESOLVE, Timing.CONNECT}


async def test_a_port_that_is_closed_is_refused(wire):
    with bound() as held:
        outcome = await looked(wire, held.getsockname()[1])
    assert found(outcome) == (Verdict.FAILED, Reason.REFUSED)


async def test_a_host_without_an_address_fails_as_a_name():
    nobody = Wire(resolver=Resolver(lambda host: []))
    assert found(await looked(nobody, 5432)) == (Verdict.FAILED, Reason.DNS)


async def test_an_address_will_do_for_a_host(wire):
    async with Stranger(stalls) as stranger:
        outcome = await looked(wire, stranger.port, host="127.0.0.1")
    assert outcome.verdict is Verdict.PASSED


def test_a_connection_that_took_longer_than_its_limit_is_slow():
    dialled = Exchange(phases={Timing.RESOLVE: 0.5, Timing.CONNECT: 0.75})
    outcome = judge(Params(host="db.test", port=5432, slow_s=1), dialled)
    assert found(outcome) == (Verdict.DEGRADED, Reason.SLOW)
    assert outcome.detail == "took 1.25 s, over 1 s"
    assert judge(Params(host="db.test", port=5432, slow_s=2), dialled).verdict is Verdict.PASSED


@given(reason=st.none() | st.sampled_from(Reason), took_s=st.floats(0, 100))
def test_whatever_the_connection_comes_to_is_an_outcome(reason, took_s):
    failure = Failure(reason) if reason else None
    dialled = Exchange(failure, phases={Timing.CONNECT: took_s})
    outcome = judge(Params(host="db.test", port=5432, slow_s=1), dialled)
    assert outcome.reason in {reason, *REASONS}


@pytest.mark.parametrize(
    "settings",
    [{"host": "http://db"}, {"host": "db/x"}, {"host": ""}, {"port": 0}, {"port": 65536}],
)
def test_what_is_no_host_and_port_is_refused(settings):
    with pytest.raises(ValidationError):
        Params(**{"host": "db.test", "port": 5432} | settings)
