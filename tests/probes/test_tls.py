"""Certificates that are good, end soon, or must not be trusted; with real handshakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.contract import Outcome, Reason, Timing, Verdict
from probes.tls import REASONS, Params, judge, probe
from probes.wire.exchange import Certificate, Exchange, Failure
from probes.wire.fetch import Wire
from tests.probes.conftest import EXPIRY
from tests.probes.onlooker import START, Watch, found, io_for
from tests.world.hostile import Act, Stranger, answers, garbage, nothing, stalls

LAST_YEAR = datetime(2020, 1, 1, tzinfo=UTC)
HELLO = answers(200)


async def looked(
    wire: Wire,
    shown: Any,
    act: Act = HELLO,
    now: datetime = START,
    timeout_s: float = 10.0,
    **settings: Any,
) -> Outcome:
    async with Stranger(act, shown) as stranger:
        io = io_for(wire, now=Watch(now), timeout_s=timeout_s)
        return await probe(Params(**{"host": "app.test", "port": stranger.port} | settings), io)


async def test_a_certificate_that_is_good_passes_with_the_days_that_are_left(wire, identity):
    outcome = await looked(wire, identity("app.test"), now=EXPIRY - timedelta(days=90))
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["days_left"] == pytest.approx(90.0)
    assert Timing.TLS in outcome.phases


async def test_only_a_head_is_asked_for(wire, identity):
    async with Stranger(answers(200), identity("app.test")) as stranger:
        await probe(Params(host="app.test", port=stranger.port), io_for(wire))
    assert stranger.heads[0].startswith(b"HEAD / HTTP/1.1\r\n")


@pytest.mark.parametrize(("days", "verdict"), [(13, Verdict.DEGRADED), (15, Verdict.PASSED)])
async def test_a_certificate_that_ends_soon_is_degraded(days, verdict, wire, identity):
    outcome = await looked(wire, identity("app.test"), now=EXPIRY - timedelta(days=days))
    assert outcome.verdict is verdict


async def test_how_soon_is_soon_can_be_said(wire, identity):
    soon = EXPIRY - timedelta(days=20)
    outcome = await looked(wire, identity("app.test"), now=soon, warn_days=30)
    assert found(outcome) == (Verdict.DEGRADED, Reason.EXPIRY)
    assert outcome.detail == "ends in 20.0 days"


async def test_an_expired_certificate_fails_and_still_says_how_many_days(wire, identity):
    outcome = await looked(
        wire, identity("app.test", not_after=LAST_YEAR), now=LAST_YEAR + timedelta(days=3)
    )
    assert found(outcome) == (Verdict.FAILED, Reason.TLS)
    assert outcome.detail == "certificate has expired"
    assert outcome.values["days_left"] == pytest.approx(-3.0)


async def test_a_certificate_of_another_name_fails_and_says_how_many_days(wire, identity):
    outcome = await looked(wire, identity("other.test"), now=EXPIRY - timedelta(days=90))
    assert found(outcome) == (Verdict.FAILED, Reason.TLS)
    assert "'app.test'" in outcome.detail
    assert outcome.values["days_left"] == pytest.approx(90.0)


async def test_a_certificate_that_nobody_we_trust_has_signed_fails(wire, identity):
    stranger = trustme.CA(key_type=trustme.KeyType.ECDSA)
    outcome = await looked(wire, identity("app.test", ca=stranger))
    assert found(outcome) == (Verdict.FAILED, Reason.TLS)


@pytest.mark.parametrize("act", [answers(503), answers(403, b"", "cf-mitigated: challenge")])
async def test_what_is_said_after_the_handshake_is_none_of_tls(act, wire, identity):
    assert (await looked(wire, identity("app.test"), act)).verdict is Verdict.PASSED


@pytest.mark.parametrize("act", [garbage, nothing], ids=["no HTTP", "cut"])
async def test_a_port_that_speaks_no_http_has_a_certificate_all_the_same(act, wire, identity):
    assert (await looked(wire, identity("app.test"), act)).verdict is Verdict.PASSED


async def test_a_port_that_speaks_no_tls_fails(wire):
    async with Stranger(HELLO, speaks_first=True) as plain:
        outcome = await probe(Params(host="app.test", port=plain.port), io_for(wire))
    assert found(outcome) == (Verdict.FAILED, Reason.TLS)


async def test_a_handshake_that_nobody_answers_fails_with_the_deadline(wire):
    outcome = await looked(wire, None, stalls, timeout_s=0.2)
    assert found(outcome) == (Verdict.FAILED, Reason.TIMEOUT)


async def test_an_address_of_version_6_is_put_in_brackets(wire):
    asked = []

    async def fetch(request):
        asked.append(request.url)
        return Exchange(Failure(Reason.REFUSED))

    await probe(Params(host="::1"), replace(io_for(wire), fetch=fetch))
    assert asked == ["https://[::1]:443/"]


def test_a_handshake_that_took_longer_than_its_limit_is_slow():
    shaken = Exchange(
        status=200,
        phases={Timing.CONNECT: 0.5, Timing.TLS: 0.75, Timing.PROCESSING: 30.0},
        certificate=Certificate(EXPIRY.timestamp()),
    )
    outcome = judge(Params(host="app.test", slow_s=1), shaken, START)
    assert found(outcome) == (Verdict.DEGRADED, Reason.SLOW)
    assert outcome.detail == "took 1.25 s, over 1 s"
    assert judge(Params(host="app.test", slow_s=2), shaken, START).verdict is Verdict.PASSED


def test_an_answer_without_a_certificate_is_no_tls():
    outcome = judge(Params(host="app.test"), Exchange(status=200), START)
    assert found(outcome) == (Verdict.FAILED, Reason.TLS)


@given(
    reason=st.none() | st.sampled_from(Reason),
    shown=st.none() | st.builds(Certificate, st.floats(-1e15, 1e15), st.booleans(), st.text()),
)
def test_whatever_the_handshake_comes_to_is_an_outcome(reason, shown):
    shaken = Exchange(Failure(reason) if reason else None, certificate=shown)
    outcome = judge(Params(host="app.test", slow_s=1), shaken, START)
    assert outcome.reason in {None, reason, *REASONS}


@pytest.mark.parametrize("settings", [{"host": "https://a"}, {"port": 0}, {"warn_days": -1}])
def test_what_makes_no_sense_is_refused(settings):
    with pytest.raises(ValidationError):
        Params(**{"host": "app.test"} | settings)
