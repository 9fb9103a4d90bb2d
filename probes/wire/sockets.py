"""Sockets that take in a bounded number of bytes, whatever is sent to them."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address
from typing import Any

CHUNK = 16 * 1024  # bytes a read: a flood comes in pieces that do not hold up the loop
HEAD_MAX = 128 * 1024  # bytes beside the body: handshake, heads, framing


class MeteredSocket(socket.socket):
    """A TCP socket with a budget of bytes to take in; past it, OSError with EMSGSIZE.

    It counts raw bytes, below TLS and HTTP, and so ends what those layers would swallow without
    a word, such as interim answers (1xx) without end.
    """

    budget = HEAD_MAX

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """As socket.recv, which asyncio calls for plain connections."""
        data = super().recv(min(bufsize, CHUNK), flags)
        self._spend(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:
        """As socket.recv_into, which asyncio calls under TLS."""
        count = super().recv_into(buffer, min(nbytes or len(buffer), CHUNK), flags)
        self._spend(count)
        return count

    def _spend(self, count: int) -> None:
        self.budget -= count
        if self.budget < 0:
            raise OSError(errno.EMSGSIZE, "longer than we read")


def open_socket(family: int, source_address: str | None, budget: int) -> MeteredSocket:
    """An unconnected, non-blocking TCP socket, bound to `source_address` if there is one.

    OSError when the machine has no descriptor left, or not that address in that family.
    """
    if source_address is not None and family != family_of(source_address):
        raise OSError(errno.EADDRNOTAVAIL, "the source address is of another family")
    opened = MeteredSocket(family, socket.SOCK_STREAM)
    try:
        opened.budget = budget
        opened.setblocking(False)
        if source_address is not None:
            opened.bind((source_address, 0))
    except OSError:
        opened.close()
        raise
    return opened


def family_of(address: str) -> socket.AddressFamily:
    """AF_INET or AF_INET6 of an IP address. ValueError if it is none."""
    return socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6
