"""Certificates that must not be trusted, and what can still be said of them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import trustme

from probes.contract import Reason, Timing
from probes.wire.exchange import Request
from probes.wire.fetch import Wire
from tests.probes.asking import LONG_S, SHORT_S, reason_of
from tests.world.door import bound
from tests.world.hostile import Stranger, answers, stalls

LAST_YEAR = datetime(2020, 1, 1, tzinfo=UTC)


async def test_the_name_in_the_url_is_the_one_that_is_checked(wire, identity):
    async with Stranger(answers(200), identity("right.test")) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(f"https://right.test:{stranger.port}/"))
    assert exchange.failure is None
    assert exchange.certificate.trusted


async def test_an_expired_certificate_fails_and_says_since_when(wire, identity):
    async with Stranger(answers(200), identity("127.0.0.1", not_after=LAST_YEAR)) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert reason_of(exchange) is Reason.TLS
    assert exchange.failure.detail == "certificate has expired (127.0.0.1)"
    assert exchange.values["ssl_earliest_cert_expiry"] == LAST_YEAR.timestamp()
    assert not exchange.certificate.trusted
    assert stranger.heads == []
    assert list(exchange.phases) == [Timing.RESOLVE, Timing.CONNECT]


async def test_a_certificate_of_another_name_fails(wire, identity):
    async with Stranger(answers(200), identity("right.test")) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(f"https://wrong.test:{stranger.port}/"))
    assert reason_of(exchange) is Reason.TLS
    assert "'wrong.test'" in exchange.failure.detail


async def test_a_certificate_that_nobody_we_trust_has_signed_fails(wire, identity):
    stranger_ca = trustme.CA(key_type=trustme.KeyType.ECDSA)
    async with Stranger(answers(200), identity("127.0.0.1", ca=stranger_ca)) as stranger:
        exchange = await wire.line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert reason_of(exchange) is Reason.TLS
    assert exchange.certificate.problem == "unable to get local issuer certificate"


async def test_without_a_ca_file_our_own_authority_is_not_trusted(identity):
    async with Stranger(answers(200), identity("127.0.0.1")) as stranger:
        exchange = await Wire().line(LONG_S).fetch(Request(stranger.origin + "/"))
    assert reason_of(exchange) is Reason.TLS


async def test_a_handshake_that_nobody_answers_ends_with_the_deadline(wire):
    async with Stranger(stalls) as mute:
        exchange = await wire.line(SHORT_S).fetch(Request(f"https://127.0.0.1:{mute.port}/"))
    assert reason_of(exchange) is Reason.TIMEOUT
    assert exchange.failure.detail == "the TLS handshake did not end in time (127.0.0.1)"
    assert list(exchange.phases) == [Timing.RESOLVE, Timing.CONNECT]


async def test_a_server_that_speaks_no_tls_fails(wire):
    async with Stranger(answers(400), speaks_first=True) as plain:
        exchange = await wire.line(LONG_S).fetch(Request(f"https://127.0.0.1:{plain.port}/"))
    assert reason_of(exchange) is Reason.TLS
    assert exchange.failure.detail == "WRONG_VERSION_NUMBER (127.0.0.1)"
    assert exchange.certificate is None


@pytest.mark.parametrize("listens", [False, True], ids=["refuses", "stalls"])
async def test_a_certificate_that_cannot_be_had_a_second_time_leaves_the_reason(
    listens, wire, identity
):
    shown = identity("right.test", not_after=LAST_YEAR)
    async with Stranger(answers(200), shown) as stranger:
        port = stranger.port
        with ExitStack() as replaced:

            def leave(*_: object) -> None:
                stranger.leave()
                held = replaced.enter_context(bound(port))
                if listens:
                    held.listen()

            shown.sni_callback = leave  # in the middle of the first handshake
            exchange = await wire.line(SHORT_S).fetch(Request(f"https://right.test:{port}/"))
    assert reason_of(exchange) is Reason.TLS
    assert exchange.certificate is None
