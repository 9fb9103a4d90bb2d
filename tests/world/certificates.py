"""Certificates to order, by an authority of our own: what a host of the world shows when it speaks TLS."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

DAYS = 90.0  # that a certificate is good for when nobody says otherwise


class Authority:
    """Who vouches for the world. Whoever trusts `write_to`'s file trusts its certificates."""

    def __init__(self) -> None:
        self._authority = trustme.CA(key_type=trustme.KeyType.ECDSA)

    def write_to(self, folder: Path) -> Path:
        """The authority's own certificate as a PEM file."""
        file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(file)
        return file

    def certificate(self) -> Certificate:
        return Certificate(self._authority)


class Certificate:
    """One host's. A change holds for every handshake from then on."""

    def __init__(self, authority: trustme.CA) -> None:
        self._authority = authority
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._days = DAYS
        self._name = "127.0.0.1"
        self._show()

    @property
    def days(self) -> float:
        """For how long it is good; none or less, and it has expired."""
        return self._days

    @days.setter
    def days(self, days: float) -> None:
        self._days = days
        self._show()

    @property
    def name(self) -> str:
        """Whose it is."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name
        self._show()

    def _show(self) -> None:
        until = datetime.now(UTC) + timedelta(days=self._days)
        self._authority.issue_cert(
            self._name,
            not_before=until - timedelta(days=DAYS),
            not_after=until,
            key_type=trustme.KeyType.ECDSA,
        ).configure_cert(self.context)
