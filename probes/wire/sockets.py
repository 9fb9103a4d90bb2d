"""Sockets that take in a bounded number of bytes, and say when these came, however busy we are."""

from __future__ import annotations

import errno
import socket
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

CHUNK = 16 * 1024  # bytes a read: a flood comes in pieces that do not hold up the loop
HEAD_MAX = 128 * 1024  # bytes beside the body: handshake, heads, framing

# Has the kernel say when it received what we read: socket(7). Linux does for TCP too, since 4.14; the
# module `socket` has no name for it.
SO_TIMESTAMPNS = 35
STAMP = struct.Struct("@ll")  # a timespec: seconds since the epoch, nanoseconds
NOTES_MAX = socket.CMSG_SPACE(STAMP.size)

Note = tuple[int, int, bytes]


class MeteredSocket(socket.socket):
    """A TCP socket with a budget of bytes to take in; past it, OSError with EMSGSIZE.

    It counts raw bytes, below TLS and HTTP, and so ends what those layers would swallow without
    a word, such as interim answers (1xx) without end.
    """

    budget = HEAD_MAX
    sent: Callable[[], None] = staticmethod(lambda: None)  # told after bytes went out
    received: Callable[[float], None] = staticmethod(lambda _: None)  # seconds that bytes waited

    def send(self, data: Any, flags: int = 0, /) -> int:
        """As socket.send."""
        count = super().send(data, flags)
        self.sent()
        return count

    def sendmsg(self, buffers: Any, /, *more: Any) -> int:
        """As socket.sendmsg, which asyncio calls for several buffers at once from Python 3.12 on."""
        count = super().sendmsg(buffers, *more)
        self.sent()
        return count

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """As socket.recv, which asyncio calls for plain connections."""
        data, notes, _, _ = super().recvmsg(min(bufsize, CHUNK), NOTES_MAX, flags)
        self._take(len(data), notes)
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:
        """As socket.recv_into, which asyncio calls under TLS."""
        room = memoryview(buffer)[: min(nbytes or len(buffer), CHUNK)]
        count, notes, _, _ = super().recvmsg_into([room], NOTES_MAX, flags)
        self._take(count, notes)
        return count

    def _take(self, count: int, notes: Iterable[Note]) -> None:
        self.budget -= count
        if self.budget < 0:
            raise OSError(errno.EMSGSIZE, "longer than we read")
        if count:
            self.received(waited_s(notes, time.time()))


def waited_s(notes: Iterable[Note], now: float) -> float:
    """Seconds from the kernel's receipt of some bytes until `now`; 0 if it does not say.

    Of bytes that came in several pieces, it is the last one's. A wall clock that was set meanwhile
    shows as a time that cannot be.
    """
    for level, kind, stamp in notes:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = STAMP.unpack(stamp)
            return float(max(now - (seconds + nanoseconds * 1e-9), 0.0))
    return 0.0


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
        with suppress(OSError):  # then bytes count as received when we read them
            opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        if source_address is not None:
            opened.bind((source_address, 0))
    except OSError:
        opened.close()
        raise
    return opened


def family_of(address: str) -> socket.AddressFamily:
    """AF_INET or AF_INET6 of an IP address. ValueError if it is none."""
    return socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6
