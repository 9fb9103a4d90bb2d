"""What can be wrong with an answer, and for how long.

A fault has a name and an argument, so that it can be written in a test (`status(503)`), in a story or in a URL
(`/break/us/app/status/503`) alike.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[], Awaitable[web.StreamResponse]]
ANYTHING = "*"


@dataclass(frozen=True)
class Fault:
    """One way to be broken. `what` is a word of KINDS, `value` its argument as text."""

    what: str
    value: str = ""

    def __post_init__(self) -> None:
        if self.what not in KINDS:
            raise ValueError(f"no such fault: {self.what} (known: {', '.join(KINDS)})")


def refuse() -> Fault:
    """The listening socket is closed: connections are refused."""
    return Fault("refuse")


def hang() -> Fault:
    """The request is read and never answered."""
    return Fault("hang")


def status(code: int) -> Fault:
    return Fault("status", str(code))


def errors(share: float, seed: int = 0) -> Fault:
    """That share of the requests is answered 503; the same seed picks the same ones."""
    return Fault("errors", f"{share}:{seed}")


def slow(seconds: float) -> Fault:
    """The right answer, but late."""
    return Fault("slow", str(seconds))


def empty() -> Fault:
    """200, and nothing in it."""
    return Fault("empty")


def page() -> Fault:
    """200, and the HTML of somebody else: what a proxy or a captive portal answers."""
    return Fault("page")


def raw(kind: str, body: str) -> Fault:
    """200 with this content type and this body."""
    return Fault("raw", f"{kind}|{body}")


def redirect(to: str) -> Fault:
    return Fault("redirect", to)


def throttle(seconds: int) -> Fault:
    """429 with Retry-After."""
    return Fault("throttle", str(seconds))


def drop() -> Fault:
    """It is done, but the answer is lost: the connection is cut instead."""
    return Fault("drop")


def lose() -> Fault:
    """It is accepted, and then forgotten (PagerDuty did that for 85 minutes on 2022-05-02)."""
    return Fault("lose")


def says(error: str) -> Fault:
    """Slack's way to refuse: HTTP 200 with `ok: false` and this word."""
    return Fault("says", error)


KINDS = [
    "refuse",
    "hang",
    "status",
    "errors",
    "slow",
    "empty",
    "page",
    "raw",
    "redirect",
    "throttle",
    "drop",
    "lose",
    "says",
]


@dataclass
class Broken:
    """A fault that is in force, with what it remembers."""

    fault: Fault
    left: int | None = None  # requests that it still holds for; None: until mended
    dice: random.Random = field(default_factory=random.Random)


class Faults:
    """What is broken now, by name; ANYTHING stands for every name without a fault of its own."""

    def __init__(self) -> None:
        self._broken: dict[str, Broken] = {}

    def put(self, name: str, fault: Fault, times: int | None = None) -> None:
        _, _, seed = fault.value.partition(":")
        dice = random.Random(int(seed) if seed.isdigit() else 0)
        self._broken[name] = Broken(fault, times, dice)

    def clear(self, name: str | None = None) -> None:
        if name is None:
            self._broken.clear()
        else:
            self._broken.pop(name, None)

    def holds(self, what: str) -> bool:
        return any(b.fault.what == what for b in self._broken.values())

    def take(self, name: str) -> Broken | None:
        """What is wrong with this request; uses up one of its times."""
        key = name if name in self._broken else ANYTHING
        broken = self._broken.get(key)
        if broken and broken.left is not None:
            broken.left -= 1
            if broken.left <= 0:
                del self._broken[key]
        return broken


async def answer_with(
    broken: Broken | None, request: web.Request, right: Answer
) -> web.StreamResponse:
    """The right answer, or what the fault makes of it."""
    if broken is None:
        return await right()
    what, value = broken.fault.what, broken.fault.value
    if what in ("slow", "drop"):
        return await _after_all(what, value, request, right)
    if what == "refuse" and request.transport:  # it was on its way when the socket closed
        request.transport.abort()
        return web.Response()
    if what == "errors" and broken.dice.random() >= float(value.partition(":")[0]):
        return await right()
    return await _instead(what, value)


async def _after_all(
    what: str, value: str, request: web.Request, right: Answer
) -> web.StreamResponse:
    if what == "slow":
        await asyncio.sleep(float(value))
        return await right()
    answer = await right()
    if request.transport:
        request.transport.abort()
    return answer


async def _instead(what: str, value: str) -> web.StreamResponse:
    match what:
        case "hang":
            await asyncio.Event().wait()
        case "status":
            return web.Response(status=int(value), text=f"broken on command: {value}")
        case "errors":
            return web.Response(status=503, text="broken on command: 503")
        case "empty":
            return web.Response()
        case "page":
            return web.Response(text="<h1>Somebody else's page</h1>", content_type="text/html")
        case "raw":
            kind, _, body = value.partition("|")
            return web.Response(body=body.encode(), headers={"Content-Type": kind})
        case "redirect":
            return web.Response(status=302, headers={"Location": value})
        case "throttle":
            return web.json_response(
                {"ok": False, "error": "ratelimited"},
                status=429,
                headers={"Retry-After": value},
            )
    raise ValueError(f"{what} means nothing here")
