"""Name look-ups on threads of their own.

getaddrinfo blocks, for half a minute if it likes, and cannot be called off. On the loop's shared
executor, a few names that hang would hold up whoever needs a thread, and the exit of the process.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import Any, TypeVar

from aiohttp.abc import AbstractResolver, ResolveResult

from probes.wire.sockets import family_of

THREADS_MAX = 64  # names looked up at the same time

T = TypeVar("T")

# Blocks until it has the addresses of a host, best first, or raises OSError (socket.gaierror).
LookUp = Callable[[str], Sequence[str]]


def start_thread(name: str, work: Callable[[], None]) -> None:
    """Begin `work` on a thread that holds up no exit. RuntimeError when there is none to be had."""
    threading.Thread(target=work, name=name, daemon=True).start()


class Threads:
    """Look-ups that are under way, each on a thread of its own, and so many at most."""

    def __init__(
        self,
        at_most: int = THREADS_MAX,
        start: Callable[[str, Callable[[], None]], None] = start_thread,
    ) -> None:
        self._at_most = at_most
        self._start = start
        self._under_way: set[asyncio.Future[Any]] = set()

    def begin(self, host: str, look_up: Callable[[], T]) -> asyncio.Future[T]:
        """What `look_up` will have found. OSError: ENOBUFS when too many are under way, or there is no thread."""
        if len(self._under_way) >= self._at_most:
            raise OSError(errno.ENOBUFS, f"{self._at_most} name look-ups are in flight")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        try:
            self._start(f"resolve {host}", partial(_look_up_and_tell, look_up, answer, loop))
        except RuntimeError as error:
            raise OSError(errno.ENOBUFS, "no thread for a name look-up") from error
        self._under_way.add(answer)
        answer.add_done_callback(self._ended)
        return answer

    def _ended(self, answer: asyncio.Future[Any]) -> None:
        """Forget the look-up. Its error is taken note of even if nobody waits for it any more."""
        self._under_way.discard(answer)
        answer.exception()


class Resolver:
    """Looks names up: one thread for each name that is being asked for, no cache, no retry.

    Who asks for a name that is in flight joins that look-up. A look-up that nobody waits for any
    more goes on to its end, on its thread, and holds nothing up.
    """

    def __init__(
        self,
        look_up: LookUp | None = None,
        *,
        threads_max: int = THREADS_MAX,
        start: Callable[[str, Callable[[], None]], None] = start_thread,
    ) -> None:
        self._look_up = look_up or system_look_up
        self._threads = Threads(threads_max, start)
        self._in_flight: dict[str, asyncio.Future[Sequence[str]]] = {}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of `host`, best first; an IP literal is its own. At least one.

        OSError: socket.gaierror when there is none, ENOBUFS when too many look-ups are in flight.
        """
        if is_address(host):
            return (host,)
        found = await asyncio.shield(self._in_flight.get(host) or self._start(host))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address for this name")
        return tuple(found)

    def _start(self, host: str) -> asyncio.Future[Sequence[str]]:
        """Begin to look `host` up, on a thread of its own."""
        answer = self._threads.begin(host, partial(self._look_up, host))
        self._in_flight[host] = answer
        answer.add_done_callback(lambda _: self._in_flight.pop(host))
        return answer


class Settled(AbstractResolver):
    """For aiohttp, which wants to resolve by itself: the one address that was chosen before."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The address, as the only answer: so that there is one attempt, and we know at what."""
        return [
            ResolveResult(
                hostname=host,
                host=self._address,
                port=port,
                family=family_of(self._address),
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """There is nothing to close."""


def system_look_up(
    host: str, getaddrinfo: Callable[..., Sequence[Any]] = socket.getaddrinfo
) -> list[str]:
    """What the system says the name stands for, in its order of preference."""
    try:
        found = getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except socket.gaierror:
        # Without a free descriptor, glibc cannot ask anybody, and says that there is no such name.
        with socket.socket(), socket.socket():
            raise
    return [str(address[0]) for *_, address in found]


def is_address(host: str) -> bool:
    """Whether it is an IP address, and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _look_up_and_tell(
    look_up: Callable[[], T],
    answer: asyncio.Future[T],
    loop: asyncio.AbstractEventLoop,
) -> None:
    """On the thread: look up, and hand the answer to the loop, unless it is gone by now."""
    tell: Callable[[], None]
    try:
        tell = partial(answer.set_result, look_up())
    except Exception as error:
        tell = partial(answer.set_exception, error)
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(tell)
