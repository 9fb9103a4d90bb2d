"""Following redirects, as far as they stay at home."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import MappingProxyType

from yarl import URL

from probes.contract import Fetch, Reason, Target, Timing
from probes.wire.exchange import Exchange, Failure, Request

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Trip:
    """Where a request ended, and what it came to there.

    The exchange is the last one, with the phases of all of them added up and `http_redirects`.
    """

    exchange: Exchange
    path: str


async def follow(
    fetch: Fetch,
    origin: str,
    path: str,
    target: Target,
    redirects_max: int,
    wanted: Collection[int] = (),
) -> Trip:
    """GET `origin` + `path`, and what that leads to, over at most `redirects_max` redirects.

    A status in `wanted` is an answer, not a redirect. The exchange has failed with REDIRECT when
    the way leads off the target's host, to no URL, or on and on.
    """
    home = URL(origin)
    url = URL(origin + path)
    made: list[Exchange] = []
    while True:
        exchange = await fetch(Request(str(url)))
        made.append(exchange)
        location = exchange.headers.get("location", "")
        if exchange.failure or not location or exchange.status not in REDIRECTS - {*wanted}:
            return Trip(_summed(made), url.path)
        following = _joined(url, location)
        problem = _problem(following, home, target)
        if not problem and len(made) > redirects_max:
            problem = f"redirected {len(made)} times, at last to {following.path}"
        if problem:
            made[-1] = replace(exchange, failure=Failure(Reason.REDIRECT, problem))
            return Trip(_summed(made), url.path)
        url = following


def _joined(url: URL, location: str) -> URL:
    """Where `location` leads from `url`; the empty URL if it is none."""
    try:
        return url.join(URL(location))
    except ValueError:
        return URL()


def _problem(url: URL, home: URL, target: Target) -> str:
    """What is wrong with going there, if anything."""
    if url.host is None:
        return "redirected to what is no URL"
    if (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port):
        return ""
    if url.scheme == "https" and url.port == 443 and url.host in target.aliases:
        return ""
    # No path and no query: they may carry what is nobody's business.
    return f"redirected off the host, to {url.scheme}://{url.host}"


def _summed(made: list[Exchange]) -> Exchange:
    """The last exchange, with the time that all of them took, as blackbox_exporter counts it."""
    phases: dict[Timing, float] = {}
    for exchange in made:
        for timing, seconds in exchange.phases.items():
            phases[timing] = phases.get(timing, 0.0) + seconds
    last = made[-1]
    return replace(
        last,
        phases=MappingProxyType(phases),
        values=MappingProxyType({**last.values, "http_redirects": float(len(made) - 1)}),
    )
