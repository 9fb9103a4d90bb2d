"""Every error of the network comes to one word."""

from __future__ import annotations

import errno
import socket
import ssl

import aiohttp
import pytest
from aiohttp.http_exceptions import TransferEncodingError

from probes.contract import Reason, Timing
from probes.wire.causes import certificate_problem, failure_of


def test_a_refused_connection_is_refused():
    failure = failure_of(ConnectionRefusedError(errno.ECONNREFUSED, "x"), Timing.CONNECT)
    assert (failure.reason, failure.detail) == (Reason.REFUSED, "Connection refused")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ECONNRESET, Reason.RESET),
        (errno.EPIPE, Reason.RESET),
        (errno.ECONNABORTED, Reason.RESET),
        (errno.EHOSTUNREACH, Reason.UNREACHABLE),
        (errno.ETIMEDOUT, Reason.TIMEOUT),
        (errno.ENETUNREACH, Reason.OWN_NETWORK),
        (errno.ENETDOWN, Reason.OWN_NETWORK),
        (errno.EPERM, Reason.OWN_NETWORK),
        (errno.EACCES, Reason.OWN_NETWORK),
        (errno.EADDRNOTAVAIL, Reason.OWN_NETWORK),
        (errno.EMFILE, Reason.OWN_RESOURCES),
        (errno.ENFILE, Reason.OWN_RESOURCES),
        (errno.ENOMEM, Reason.OWN_RESOURCES),
        (errno.ENOBUFS, Reason.OWN_RESOURCES),
    ],
    ids=lambda value: errno.errorcode[value] if isinstance(value, int) else value,
)
def test_the_number_decides_even_inside_a_wrapper_of_aiohttp(number, reason):
    wrapper = aiohttp.ClientOSError("whatever")
    wrapper.__cause__ = OSError(number, "whatever")
    assert failure_of(wrapper, Timing.CONNECT).reason is reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "try again"), Reason.DNS),
        (UnicodeError("label too long"), Reason.DNS),
        (MemoryError(), Reason.OWN_RESOURCES),
        (ConnectionResetError(), Reason.RESET),
        (aiohttp.ServerDisconnectedError(), Reason.RESET),
        (TransferEncodingError("bad chunk"), Reason.PROTOCOL),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_without_a_number_go_by_their_type(error, reason):
    assert failure_of(error, Timing.CONNECT).reason is reason


def test_the_number_of_an_openssl_error_is_not_taken_for_that_of_the_system():
    wrapper = aiohttp.ClientOSError(errno.EPERM, "[SSL: CERTIFICATE_REQUIRED]")
    wrapper.__cause__ = ssl.SSLError(errno.EPERM, "[SSL: CERTIFICATE_REQUIRED]")
    assert failure_of(wrapper, Timing.PROCESSING).reason is Reason.TLS


def test_what_breaks_in_the_middle_of_a_body_is_the_body():
    assert failure_of(aiohttp.ClientPayloadError("cut"), Timing.TRANSFER).reason is Reason.BODY


def test_a_name_that_is_not_resolved_in_time_is_not_resolved():
    failure = failure_of(TimeoutError(), Timing.RESOLVE)
    assert (failure.reason, failure.detail) == (Reason.DNS, "the name was not resolved in time")


@pytest.mark.parametrize("stage", [s for s in Timing if s is not Timing.RESOLVE])
def test_a_deadline_that_passes_later_is_a_timeout(stage):
    assert failure_of(TimeoutError(), stage).reason is Reason.TIMEOUT


def test_an_error_that_no_network_makes_is_a_fault_of_ours():
    failure = failure_of(KeyError("phx_secret"), Timing.CONNECT)
    assert (failure.reason, failure.detail) == (Reason.OWN_FAULT, "KeyError")


def test_a_chain_of_causes_in_a_circle_comes_to_an_end():
    first, second = KeyError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert failure_of(first, Timing.CONNECT).reason is Reason.OWN_FAULT


def test_an_error_that_is_none_of_a_certificate_has_no_problem_of_one():
    assert certificate_problem(ConnectionResetError()) == ""
