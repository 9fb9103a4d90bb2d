"""Real certificates and real sockets, on loopback only."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from probes.wire.fetch import Wire
from probes.wire.resolver import Resolver

EXPIRY = datetime(2090, 1, 2, 3, 4, 5, tzinfo=UTC)

Identity = Callable[..., ssl.SSLContext]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="session")
def identity(authority: trustme.CA) -> Identity:
    """Makes what a server shows: `identity("127.0.0.1")`, good until `not_after`."""

    def make(
        *names: str, ca: trustme.CA | None = None, not_after: datetime = EXPIRY
    ) -> ssl.SSLContext:
        shown = (ca or authority).issue_cert(
            *names, not_after=not_after, key_type=trustme.KeyType.ECDSA
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shown.configure_cert(context)
        return context

    return make


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("trust") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


@pytest.fixture(scope="session")
def wire(ca_file: Path) -> Wire:
    """Trusts our own authority; every name stands for 127.0.0.1."""
    return Wire(ca_file=ca_file, resolver=Resolver(lambda host: ["127.0.0.1"]))
