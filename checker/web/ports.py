"""What the web is joined to: it asks and shows, and knows nothing of how the daemon is built."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from checker.metrics import Page, View
from checker.reload import Reloaded


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller, and all of them together, may cost us."""

    connections: int = 64  # open at the same time; the next is closed at once
    idle_s: float = 15.0  # in which a request's head must have come, the first and each further one
    body_s: float = 10.0  # in which its body must have come
    body_bytes: int = 64 * 1024  # of that body, as it comes over the wire
    stop_s: float = 3.0  # that answers under way are given when we stop


@dataclass(frozen=True, slots=True)
class WebPorts:
    """All that the web may ask of the daemon. Nothing here blocks; what may wait is awaited."""

    metrics: Callable[[str], Awaitable[Page]]  # Exposition.render: Accept header → text
    view: Callable[[], View]  # how things stand now
    ready: Callable[[], Sequence[str]]  # what is still missing, a line for each; empty: ready
    reload: Callable[[], Awaitable[Reloaded]]
    bounded: Callable[[str], None]  # told when one of our limits was reached
    token: SecretStr | None = None  # what acts over HTTP needs it; None: nothing acts
    limits: Limits = Limits()


PORTS = web.AppKey("ports", WebPorts)
