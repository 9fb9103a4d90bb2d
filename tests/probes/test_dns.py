"""A name, and what it stands for."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.contract import Outcome, Reason, Timing, Verdict
from probes.dns import REASONS, Params, judge, probe
from probes.wire.exchange import Exchange, Failure
from probes.wire.fetch import Wire
from probes.wire.resolver import Resolver
from tests.probes.onlooker import found, io_for

ADDRESSES = ["192.0.2.1", "192.0.2.2", "2001:db8::1"]


async def looked(answer: list[str], **settings: Any) -> Outcome:
    wire = Wire(resolver=Resolver(lambda host: answer))
    return await probe(Params(name="app.test", **settings), io_for(wire))


async def test_a_name_that_has_addresses_passes_and_counts_them():
    outcome = await looked(ADDRESSES)
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["dns_addresses"] == 3.0
    assert set(outcome.phases) == {Timing.RESOLVE}


async def test_a_name_without_an_address_fails():
    assert found(await looked([])) == (Verdict.FAILED, Reason.DNS)


async def test_a_name_that_is_not_known_fails():
    def unknown(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    outcome = await probe(Params(name="no.test"), io_for(Wire(resolver=Resolver(unknown))))
    assert found(outcome) == (Verdict.FAILED, Reason.DNS)
    assert outcome.detail == "Name or service not known"


async def test_addresses_that_are_expected_pass_and_not_all_must_be_there():
    outcome = await looked(["192.0.2.2"], addresses=ADDRESSES)
    assert outcome.verdict is Verdict.PASSED


async def test_another_way_to_write_an_address_is_the_same_address():
    outcome = await looked(["2001:db8::1"], addresses=["2001:0db8:0:0::0001"])
    assert outcome.verdict is Verdict.PASSED


async def test_an_address_that_is_not_expected_fails():
    outcome = await looked(["192.0.2.1", "0.0.0.0"], addresses=ADDRESSES)
    assert found(outcome) == (Verdict.FAILED, Reason.CONDITION)
    assert outcome.detail == "not expected: 0.0.0.0"


def test_a_name_that_took_longer_than_its_limit_is_slow():
    looked_up = Exchange(phases={Timing.RESOLVE: 1.5}, addresses=("192.0.2.1",))
    outcome = judge(Params(name="app.test", slow_s=1), looked_up)
    assert found(outcome) == (Verdict.DEGRADED, Reason.SLOW)
    assert outcome.values["dns_addresses"] == 1.0
    assert judge(Params(name="app.test", slow_s=2), looked_up).verdict is Verdict.PASSED


@given(reason=st.none() | st.sampled_from(Reason), addresses=st.lists(st.text()))
def test_whatever_the_look_up_comes_to_is_an_outcome(reason, addresses):
    looked_up = Exchange(Failure(reason) if reason else None, addresses=tuple(addresses))
    outcome = judge(Params(name="app.test", addresses=ADDRESSES), looked_up)
    assert outcome.reason in {reason, *REASONS}


@pytest.mark.parametrize("name", ["", "a b", "http://app.test", "app.test:443"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValidationError):
        Params(name=name)
