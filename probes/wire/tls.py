"""TLS: how long the handshake took, and what the other side showed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextvars import ContextVar
from pathlib import Path
from typing import Any, cast

from probes.contract import Timing
from probes.wire.draft import Draft
from probes.wire.exchange import Certificate

# asyncio makes the SSLObject deep inside and hands nothing through; its callbacks run in the
# context of the task that connects, so this is the way in.
DRAFT: ContextVar[Draft] = ContextVar("draft")


class WatchedTls(ssl.SSLObject):
    """Writes the handshake into the Draft of the exchange that it belongs to."""

    def do_handshake(self) -> None:
        """Called again and again, as bytes come in, until it does not raise any more."""
        draft = DRAFT.get()
        draft.begin(Timing.TLS)
        super().do_handshake()
        draft.begin(Timing.PROCESSING)
        # Only here: later the connection may be gone, when a short answer has come whole.
        shown = cast("dict[str, Any]", self.getpeercert())
        draft.certificate = Certificate(
            expires_at=float(ssl.cert_time_to_seconds(shown["notAfter"]))
        )

    def read(self, *how: Any, **named: Any) -> Any:
        """What comes out here is the answer, and no ticket for another connection."""
        found = super().read(*how, **named)
        DRAFT.get().answered()
        return found


def trusting(ca_file: Path | None = None) -> ssl.SSLContext:
    """The system's trust, and that of `ca_file` beside it. Costs 50 ms: make it once."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = WatchedTls
    return context


def trusting_nobody_in_particular() -> ssl.SSLContext:
    """Takes any certificate: only to read what it says, never to send anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def expiry_of_untrusted(
    connected: socket.socket, server_name: str, context: ssl.SSLContext
) -> float:
    """When the certificate runs out that could not be trusted: seconds since the epoch.

    OpenSSL does not show a certificate that it has refused, so it takes a second handshake, on a
    second connection. Owns `connected`. OSError or ValueError when it comes to nothing.
    """
    # Here and not above: 8 MB of memory that most daemons never need.
    from cryptography import x509

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(
        asyncio.Protocol, sock=connected, ssl=context, server_hostname=server_name
    )
    try:
        shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(shown).not_valid_after_utc.timestamp()
    finally:
        transport.abort()
