"""One request, one connection, one look-up: each a single attempt, bounded in time and bytes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from yarl import URL

from probes.contract import Reason, Timing
from probes.wire.causes import certificate_problem, failure_of
from probes.wire.draft import Draft
from probes.wire.exchange import Certificate, Exchange, Failure, Request
from probes.wire.forbidden import refuse_forbidden
from probes.wire.http import ask
from probes.wire.resolver import Resolver
from probes.wire.sockets import HEAD_MAX, family_of, open_socket
from probes.wire.tls import (
    DRAFT,
    expiry_of_untrusted,
    trusting,
    trusting_nobody_in_particular,
)

EXCHANGES_MAX = 256  # at the same time, over all looks


class Wire:
    """What all looks of a daemon share: trust, the way names are looked up, the source address."""

    def __init__(
        self,
        *,
        resolver: Resolver | None = None,
        ca_file: Path | None = None,
        source_address: str | None = None,
        exchanges_max: int = EXCHANGES_MAX,
    ) -> None:
        self.resolver = resolver or Resolver()
        self.source_address = source_address
        self._trusting = trusting(ca_file)
        self._trusting_nobody = trusting_nobody_in_particular()
        self._room = exchanges_max

    def line(self, timeout_s: float) -> Line:
        """What one look works with: all it does ends within `timeout_s` seconds from now."""
        return Line(self, asyncio.get_running_loop().time() + timeout_s)

    async def carry_out(
        self, work: Callable[[Draft], Awaitable[None]], deadline: float
    ) -> Exchange:
        """The Exchange that `work` comes to before `deadline` (loop time). Never raises for what
        the network does.
        """
        if self._room <= 0:
            # No queue: a look that waits would be late, and its time would be wrong.
            return Exchange(Failure(Reason.OWN_RESOURCES, "too many exchanges at once"))
        self._room -= 1
        draft = Draft()
        try:
            async with asyncio.timeout_at(deadline):
                await work(draft)
        except Exception as error:
            draft.fail(failure_of(error, draft.stage))
        finally:
            self._room += 1
        return draft.exchange()

    async def choose(self, host: str, draft: Draft) -> str:
        """The one address that is tried: the first IPv4 one, for that is how most customers come.

        One attempt at one address, so that we know what we looked at; and the resolver turns its
        answers round, so that all of a name's addresses get looked at in time.
        """
        draft.addresses = await self.resolver.addresses(host)
        family = family_of(self.source_address) if self.source_address else None
        fitting = [a for a in draft.addresses if family_of(a) is family]
        plain = [a for a in draft.addresses if family_of(a) is socket.AF_INET]
        chosen = (fitting or plain or draft.addresses)[0]
        draft.peer = chosen
        draft.values["ip_protocol"] = 4.0 if family_of(chosen) is socket.AF_INET else 6.0
        return chosen

    async def connect(self, address: str, port: int) -> socket.socket:
        """A TCP connection to that address. OSError when there is none to be had."""
        refuse_forbidden(address)
        opened = open_socket(family_of(address), self.source_address, HEAD_MAX)
        try:
            await asyncio.get_running_loop().sock_connect(opened, (address, port))
        except BaseException:
            opened.close()
            raise
        return opened

    async def ask(self, request: Request, draft: Draft) -> None:
        """Send the request to one address of its host, and note what comes back."""
        url = URL(request.url)
        if url.raw_host is None:
            raise ValueError("a URL without a host")
        address = await self.choose(url.raw_host, draft)
        refuse_forbidden(address)
        draft.begin(Timing.CONNECT)
        DRAFT.set(draft)
        try:
            await ask(request, address, draft, self._trusting, self.source_address)
        except Exception as error:
            draft.fail(failure_of(error, draft.stage))
            problem = certificate_problem(error)
            if problem:
                await self._look_at_untrusted(address, url, problem, draft)

    async def _look_at_untrusted(self, address: str, url: URL, problem: str, draft: Draft) -> None:
        """Add to the Draft until when the certificate was good, if that can still be had."""
        with suppress(OSError, ValueError):
            connected = await self.connect(address, url.port or 443)
            draft.certificate = Certificate(
                await expiry_of_untrusted(connected, url.raw_host or "", self._trusting_nobody),
                trusted=False,
                problem=problem,
            )


class Line:
    """The wire with a deadline, for one look: an Io's `fetch`, `dial` and `resolve`."""

    def __init__(self, wire: Wire, deadline: float) -> None:
        self._wire = wire
        self._deadline = deadline

    async def resolve(self, name: str) -> Exchange:
        """Look a name up, uncached: `addresses`, and how long it took."""

        async def work(draft: Draft) -> None:
            await self._wire.choose(name, draft)
            draft.end()

        return await self._wire.carry_out(work, self._deadline)

    async def dial(self, host: str, port: int) -> Exchange:
        """Open a TCP connection, and close it."""

        async def work(draft: Draft) -> None:
            address = await self._wire.choose(host, draft)
            draft.begin(Timing.CONNECT)
            (await self._wire.connect(address, port)).close()
            draft.end()

        return await self._wire.carry_out(work, self._deadline)

    async def fetch(self, request: Request) -> Exchange:
        """One HTTP request on a connection of its own. A redirect is an answer like any other."""

        async def work(draft: Draft) -> None:
            await self._wire.ask(request, draft)

        return await self._wire.carry_out(work, self._deadline)
