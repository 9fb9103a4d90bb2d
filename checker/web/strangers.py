"""How often one may ask who shows no right token and no right signature: each source has a purse of its own.

A source is an address, which may be a proxy that many stand behind. So a right token is never held up, and where
something signed has come from before, the signature alone decides: a stranger behind the same proxy cannot have
Slack or PagerDuty turned away.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from checker.web.guard import OPEN, plain
from checker.web.ports import PORTS, Limits
from checker.web.tokens import is_known

SIGNED = web.ResponseKey("signed", bool)  # set on an answer to what was signed rightly
NETWORK = 64  # bits of an IPv6 address: whoever has one address there has them all


@dataclass(slots=True)
class Purse:
    """What a source may still ask. `at`: monotonic seconds of the last change."""

    left: float
    at: float
    is_vouched: bool = False  # something signed rightly has come from there


class Strangers:
    """The purses of the newest sources."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._purses: OrderedDict[str, Purse] = OrderedDict()

    def __len__(self) -> int:
        return len(self._purses)

    def admits(self, source: str) -> bool:
        """Takes one request from the purse; False: it is empty."""
        purse, now = self._purse(source), self._monotonic()
        earned = (now - purse.at) * self._limits.per_s
        purse.left, purse.at = min(self._limits.burst, purse.left + earned), now
        if purse.left < 1:
            return False
        purse.left -= 1
        return True

    def vouch(self, source: str) -> None:
        """Something signed rightly has come from there."""
        self._purse(source).is_vouched = True

    def is_vouched(self, source: str) -> bool:
        return self._purse(source).is_vouched

    def _purse(self, source: str) -> Purse:
        purse = self._purses.get(source)
        if purse is None:
            purse = self._purses[source] = Purse(self._limits.burst, self._monotonic())
        self._purses.move_to_end(source)
        if len(self._purses) > self._limits.sources:
            self._purses.popitem(last=False)
        return purse


def bound_rate(strangers: Strangers, signed_paths: tuple[str, ...]) -> Middleware:
    """Answers 429 to whoever asks too often, before anything of the body is read."""

    @web.middleware
    async def bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in OPEN or is_known(request):
            return await handler(request)
        source = source_of(request.remote)
        is_let_in = request.path in signed_paths and strangers.is_vouched(source)
        if not strangers.admits(source) and not is_let_in:
            request.app[PORTS].bounded("web_rate")
            return _too_often()
        response = await handler(request)
        if response.get(SIGNED):
            strangers.vouch(source)
        return response

    return bounded


def source_of(remote: str | None) -> str:
    """The address, or the network of an IPv6 one; empty if there is none."""
    try:
        address = ip_address((remote or "").partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, NETWORK), strict=False))


def signed(response: web.StreamResponse) -> web.StreamResponse:
    """Marks the answer to what was signed rightly."""
    response[SIGNED] = True
    return response


def _too_often() -> web.Response:
    answer = plain("Too many requests. Send the token, or ask less often.", 429)
    answer.headers[hdrs.RETRY_AFTER] = "1"
    answer.force_close()
    return answer
