"""From an exception to the one word that says why: by errno and type, never by its text."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Mapping
from types import MappingProxyType

import aiohttp
from aiohttp.http import HttpProcessingError

from probes.contract import Reason, Timing
from probes.wire.exchange import Failure

# What any request, connection or look-up can come to, whichever kind of probe asked for it.
REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.DNS: "the name was not resolved, or not in time",
        Reason.REFUSED: "the connection was refused: nobody listens there",
        Reason.RESET: "the connection was cut",
        Reason.UNREACHABLE: "there is no way to that host",
        Reason.TIMEOUT: "the look's deadline passed; the detail says during what",
        Reason.TLS: "no handshake, or the certificate is not trusted",
        Reason.PROTOCOL: "what came back is not HTTP as we know it",
        Reason.BODY: "the answer was cut short, or is not what its head says",
        Reason.CHALLENGE: "we are asked to prove that we are human",
        Reason.OWN_NETWORK: "this machine has no way out",
        Reason.OWN_RESOURCES: "this machine is short of descriptors or memory",
        Reason.OWN_STALL: "our own program stood still during the look",
        Reason.OWN_FAULT: "the probe itself broke: a bug of ours",
    }
)

CAUSES_MAX = 10  # links of a chain of causes that are looked at

_BY_ERRNO = {
    errno.ECONNREFUSED: Reason.REFUSED,
    errno.ECONNRESET: Reason.RESET,
    errno.ECONNABORTED: Reason.RESET,
    errno.EPIPE: Reason.RESET,
    errno.EHOSTUNREACH: Reason.UNREACHABLE,
    errno.EMSGSIZE: Reason.PROTOCOL,  # how MeteredSocket says that its budget is spent
    # No way out of this machine: no route, a filter of our own, an address that is not ours.
    errno.ENETUNREACH: Reason.OWN_NETWORK,
    errno.ENETDOWN: Reason.OWN_NETWORK,
    errno.EPERM: Reason.OWN_NETWORK,
    errno.EACCES: Reason.OWN_NETWORK,
    errno.EADDRNOTAVAIL: Reason.OWN_NETWORK,
    errno.EMFILE: Reason.OWN_RESOURCES,
    errno.ENFILE: Reason.OWN_RESOURCES,
    errno.ENOMEM: Reason.OWN_RESOURCES,
    errno.ENOBUFS: Reason.OWN_RESOURCES,
}

_BY_TYPE: tuple[tuple[type[BaseException], Reason], ...] = (
    (ssl.SSLError, Reason.TLS),
    (socket.gaierror, Reason.DNS),
    (UnicodeError, Reason.DNS),  # a name that no resolver can be asked for
    (MemoryError, Reason.OWN_RESOURCES),
    (ConnectionResetError, Reason.RESET),  # asyncio raises it without a number
    (aiohttp.ServerDisconnectedError, Reason.RESET),
    (HttpProcessingError, Reason.PROTOCOL),
    (aiohttp.ClientResponseError, Reason.PROTOCOL),
    (aiohttp.ClientPayloadError, Reason.PROTOCOL),
)

_OVERDUE = {
    Timing.RESOLVE: "the name was not resolved in time",
    Timing.CONNECT: "no connection in time",
    Timing.TLS: "the TLS handshake did not end in time",
    Timing.PROCESSING: "no answer in time",
    Timing.TRANSFER: "the answer did not end in time",
}


def failure_of(error: BaseException, stage: Timing) -> Failure:
    """Why `error` ended an exchange that had come to `stage`. An unknown error is a fault of ours."""
    for link in _causes(error):
        failure = _judged(link, stage)
        if failure is not None:
            return failure
    return Failure(Reason.OWN_FAULT, type(error).__name__)


def certificate_problem(error: BaseException) -> str:
    """Why the certificate was not trusted, in OpenSSL's words; empty if it was not that."""
    for link in _causes(error):
        if isinstance(link, ssl.SSLCertVerificationError):
            return str(getattr(link, "verify_message", "the certificate is not trusted"))
    return ""


def _causes(error: BaseException) -> tuple[BaseException, ...]:
    """What caused `error` in the first place, what that led to …, `error` itself.

    Innermost first, because what wraps it has often lost the type, or kept OpenSSL's number in
    `errno`, where 1 reads as EPERM; and aiohttp's wrapper of a certificate error is itself one.
    """
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and len(chain) < CAUSES_MAX:
        chain.append(cause)
    return tuple(reversed(chain))


def _judged(link: BaseException, stage: Timing) -> Failure | None:
    """What one exception of the chain says by itself, if anything."""
    if isinstance(link, TimeoutError):
        return _overdue(stage)
    reason = _reason(link)
    if reason is Reason.PROTOCOL and stage is Timing.TRANSFER:
        reason = Reason.BODY  # the head was right: cut short, or not what it is said to be
    return Failure(reason, _words(link)) if reason else None


def _reason(link: BaseException) -> Reason | None:
    """The row of the tables that fits."""
    for kind, reason in _BY_TYPE:
        if isinstance(link, kind):
            return reason
    return _BY_ERRNO.get(link.errno or 0) if isinstance(link, OSError) else None


def _overdue(stage: Timing) -> Failure:
    """The deadline passed. A name that is not resolved in time is not resolved."""
    reason = Reason.DNS if stage is Timing.RESOLVE else Reason.TIMEOUT
    return Failure(reason, _OVERDUE[stage])


def _words(link: BaseException) -> str:
    """A short text for people."""
    if isinstance(link, OSError) and link.errno and not _explains_itself(link):
        return os.strerror(link.errno)
    # The attributes are there when OpenSSL or the resolver made the error, and not otherwise.
    for attribute in ("verify_message", "reason", "strerror", "message"):
        words = getattr(link, attribute, None)
        if words and isinstance(words, str):
            return words
    return type(link).__name__


def _explains_itself(link: OSError) -> bool:
    """Errors whose number is not one of the system's."""
    return isinstance(link, ssl.SSLError | socket.gaierror)
