"""A PostHog Cloud on loopback, whole: its app with the private API, and the door where events come in.

Each surface is broken in one of two ways. `hurt` replaces its answers, as a proxy or a dead server
would; `spoil` leaves them well-formed and has something else in them. `mend` ends both.
"""

from __future__ import annotations

import ssl
import time
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.world.certificates import Certificate
from tests.world.door import Fake, Right
from tests.world.faults import ANYTHING, Fault
from tests.world.posthog_events import Events
from tests.world.posthog_flag_api import PosthogFlagApi
from tests.world.posthog_flags import PosthogFlags
from tests.world.posthog_insights import PosthogInsights
from tests.world.posthog_signup import PosthogSignup

QUERIES = ("insights", "ingestion")  # two surfaces, one address

# surface → what can be in its answers → (whose attribute, which, what it becomes)
SPOILT: dict[str, dict[str, tuple[str, str, Any]]] = {
    "app": {"migrating": ("app", "migrated", False)},
    "flags": {
        "missing": ("flags", "forgotten", True),
        "errors": ("flags", "errors", True),
        "database": ("flags", "database_down", True),
        "quota": ("flags", "quota_limited", True),
        "bot": ("flags", "takes_us_for_a_bot", True),
        "off": ("flags", "active", False),
    },
    "insights": {
        "cached": ("insights", "always_from_cache", True),
        "later": ("insights", "compute_status", 202),
    },
    "save": {"forgotten": ("insights", "forgets_writes", True)},
    "capture": {
        "quota": ("events", "over_quota", True),
        "key": ("events", "wrong_key", True),
        "v0": ("events", "has_v1", False),
    },
    "ingestion": {
        "late": ("events", "lag_s", 600.0),
        "stalled": ("events", "stalled", True),
        "lost": ("events", "losing", True),
        "twice": ("events", "copies", 2),
        "skew": ("events", "skew_s", 86400.0),
    },
    "signup": {
        "login": ("signup", "moved_to", "/login"),
        "script": ("signup", "script_is_html", True),
        "closed": ("signup", "can_create_org", False),
    },
    "tls": {"expiring": ("certificate", "days", 3.0), "expired": ("certificate", "days", -1.0)},
}


async def livez(_: web.Request) -> web.Response:
    return web.json_response({"http": True})


async def liveness(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def front(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/login?next=/"})


def named(surface: str, routes: list[web.RouteDef]) -> list[tuple[str, str, str, Right]]:
    """The routes, as parts of that surface."""
    return [(route.method, route.path, surface, route.handler) for route in routes]


class AppHost(Fake):
    """What `app.posthog.com` answers."""

    def __init__(
        self,
        signup: PosthogSignup,
        insights: PosthogInsights,
        flags: PosthogFlags,
        events: Events,
        banner: PosthogFlagApi,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._signup, self._insights = signup, insights
        self._flags, self._events, self._banner = flags, events, banner
        self.migrated = True  # else `/_health` says that it is not
        super().__init__(tls)

    def routes(self) -> list[tuple[str, str, str, Right]]:
        pages = {"/": front, "/_health": self.health, "/_livez": livez}
        signup = [r for r in self._signup.routes() if r.path != "/login"]
        trend = [r for r in self._insights.routes() if r.path.endswith("/trend/")]
        queries = [r.path for r in self._events.query_routes()]
        saved = [
            r for r in self._insights.routes() if r not in trend and not r.path.endswith("/query/")
        ]
        return [
            *[("GET", path, "app", right) for path, right in pages.items()],
            ("GET", "/login", "app", self._signup.login),
            *named("signup", signup),
            *named("insights", trend),
            *named("save", saved),
            *[("POST", path, "query", self.query) for path in queries],
            *named("flag-list", self._flags.app_routes()),
            *named("banner", self._banner.routes()),
            *named("banner-write", self._banner.writes()),
        ]

    async def health(self, _: web.Request) -> web.Response:
        if not self.migrated:
            return web.Response(status=503, text="Migrations are not up to date")
        return web.Response(text="ok")

    async def query(self, request: web.Request) -> web.StreamResponse:
        """Insights and look-ups come in by the same address, and are broken each by itself."""
        body = await request.json()
        if body.get("query", {}).get("kind") == "TrendsQuery":
            return await self.answer("insights", request, lambda: self._insights.query(request))
        return await self.answer("ingestion", request, lambda: self._events.query(request))


class IngestHost(Fake):
    """Where events come in, and flags go out."""

    def __init__(self, flags: PosthogFlags, events: Events, tls: ssl.SSLContext | None) -> None:
        self._flags, self._events = flags, events
        super().__init__(tls)

    def routes(self) -> list[tuple[str, str, str, Right]]:
        return [
            ("GET", "/_liveness", "capture", liveness),
            *named("capture", self._events.capture_routes()),
            *named("flags", self._flags.routes()),
        ]


class Cloud:
    """One region: two hosts, and one project with its keys. With a certificate it speaks TLS.

    `flags`, `insights`, `events`, `signup` and `banner` are the fakes behind the hosts: what `spoil` has no
    word for is set there.
    """

    def __init__(self, region: str, certificate: Certificate | None = None) -> None:
        self.certificate = certificate
        self.flags = PosthogFlags()
        self.insights = PosthogInsights()
        self.signup = PosthogSignup(region)
        self.events = Events(time.time)
        self.events.lag_s = 0.0  # a look at what was sent a moment ago shall find it
        self.banner = PosthogFlagApi()
        tls = certificate.context if certificate else None
        self.app = AppHost(self.signup, self.insights, self.flags, self.events, self.banner, tls)
        self.ingest = IngestHost(self.flags, self.events, tls)
        self._before: dict[tuple[str, str, str], Any] = {}  # what was spoilt, and what it was

    async def hurt(self, surface: str, fault: Fault, times: int | None = None) -> None:
        """Break one surface, or ANYTHING. KeyError if there is no such surface.

        `refuse` takes its whole host along: they share a socket.
        """
        hosts = self._hosts(surface)
        if not hosts:
            raise KeyError(surface)
        for host in hosts:
            await host.hurt(surface, fault, times)

    def spoil(self, surface: str, word: str, value: float | None = None) -> None:
        """Have something else in the answers of one surface: a word of SPOILT, its figure if it has one.

        KeyError if there is no such surface or word.
        """
        part, attribute, becomes = SPOILT[surface][word]
        whose = getattr(self, part)
        if whose is None:
            raise KeyError(f"{surface} without TLS")
        self._before.setdefault((surface, part, attribute), getattr(whose, attribute))
        setattr(whose, attribute, becomes if value is None else value)

    async def mend(self, surface: str | None = None) -> None:
        """Mend one surface, or everything. What was set by hand stays. KeyError as above."""
        hosts = [self.app, self.ingest] if surface is None else self._hosts(surface)
        if not hosts and surface not in SPOILT:
            raise KeyError(surface)
        for spoilt in [key for key in self._before if surface in (None, key[0])]:
            _, part, attribute = spoilt
            setattr(getattr(self, part), attribute, self._before.pop(spoilt))
        for host in hosts:
            await host.mend(surface)

    def _hosts(self, surface: str) -> list[Fake]:
        """Where its answers come from. The certificate is on both, and is no answer."""
        names = {
            self.app: {name for _, _, name, _ in self.app.routes()} | {*QUERIES},
            self.ingest: {name for _, _, name, _ in self.ingest.routes()},
        }
        return [host for host, there in names.items() if surface in {*there, ANYTHING}]

    async def __aenter__(self) -> Self:
        await self.app.door.open()
        await self.ingest.door.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.app.door.close()
        await self.ingest.door.close()
