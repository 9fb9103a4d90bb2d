"""What the web is joined to: it asks and shows, and knows nothing of how the daemon is built."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from checker.core.events import Event
from checker.desk import Desk
from checker.metrics import Page, View
from checker.reload import Reloaded
from checker.slack.listening import Ear
from checker.store.faults import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller, and all of them together, may cost us."""

    connections: int = 128  # open at the same time
    patience_s: float = 0.1  # that one may wait in silence when another wants its place
    idle_s: float = 15.0  # in which a request's head must have come, the first and each further one
    body_s: float = 10.0  # in which its body must have come
    body_bytes: int = 64 * 1024  # of that body, as it comes over the wire
    alerts_bytes: int = (
        1024 * 1024
    )  # of what Alertmanager sends with its token: 500 alerts and more
    stop_s: float = 3.0  # that answers under way are given when we stop
    # Of one source that shows no right token or signature:
    burst: int = 100  # requests at once, after it was quiet
    per_s: float = 20.0  # and from then on
    sources: int = 1024  # that are told apart; the one that was quiet for longest is forgotten


@dataclass(frozen=True, slots=True)
class Pager:
    """A PagerDuty that tells us what becomes of its pages: the responder's name, and what it signs with."""

    name: str
    secret: SecretStr
    rings: str | None = (
        None  # the id of what rings there; what it tells of anything else does not count
    )


async def _nobody_hears(_inbox_id: str, _event: Event) -> None:
    raise StoreUnavailable("this daemon hears nothing over HTTP")


def _nobody_counts(_why: str, _count: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class WebPorts:
    """All that the web may ask of the daemon. Nothing here blocks; what may wait is awaited."""

    metrics: Callable[[str], Awaitable[Page]]  # Exposition.render: Accept header → text
    view: Callable[[], View]  # how things stand now
    ready: Callable[[], Sequence[str]]  # what is still missing, a line for each; empty: ready
    reload: Callable[[], Awaitable[Reloaded]]
    bounded: Callable[[str], None]  # told when one of our limits was reached
    token: SecretStr | None = None  # what acts over HTTP needs it; None: nothing acts
    reading_token: SecretStr | None = None  # what reads needs it, or `token`; None: all may read
    limits: Limits = Limits()
    desk: Desk | None = None  # where incidents are read and words are heard; None: nowhere
    left_out: Callable[[str, int], None] = _nobody_counts  # told why, and how many alerts
    # Keeps an event under an id, once, and returns when it is safe; StoreError if it is not.
    say: Callable[[str, Event], Awaitable[None]] = _nobody_hears
    alertmanager_token: SecretStr | None = None  # its own; None: the same as `token`
    ears: Callable[[], Iterable[Ear]] = tuple  # who listens to Slack over signed HTTP
    pagers: Callable[[], Iterable[Pager]] = tuple  # who may tell us what became of pages
    now: Callable[[], float] = time.time  # seconds since the epoch


PORTS = web.AppKey("ports", WebPorts)
