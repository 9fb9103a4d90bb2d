"""The wiring: the only file that knows all parts."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterator
from importlib.metadata import version
from pathlib import Path
from socket import gethostname
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry

from checker.assembly import (
    inbox_id,
    policy_of,
    responders_of,
    rooms_of,
    say_how_it_starts,
    say_what_changes,
)
from checker.config import digest
from checker.config.settings import Settings
from checker.core.events import Delivered, Event
from checker.core.model import State
from checker.core.standing import is_blind
from checker.delivery import Delivery
from checker.desk import Desk
from checker.door import Door, Ports
from checker.heartbeat import Heartbeat, signs_of
from checker.metrics import Exposition, Metrics, View
from checker.outside import Outside
from checker.reload import Reloaded, Reloader
from checker.roll import RollCall
from checker.several.company import Around, Company
from checker.several.roster import Place
from checker.several.single import Single
from checker.stall import Pulse
from checker.store.presence import Presence
from checker.store.store import Store
from checker.store.whereabouts import SameFile
from checker.upkeep import Upkeep
from checker.watch import Watch
from checker.web.listening import serve, written
from checker.web.pagerduty import pagers_of
from checker.web.ports import WebPorts
from checker.web.server import make_app
from checker.works import Works

VERSION = version("posthog-checker")
LOOKS_END_S = 3.0  # of the ten seconds that a shutdown may take; one is left for the rest
EVENTS_END_S = 1.0
STORE_END_S = 2.0
SENDS_END_S = 3.0

log = structlog.get_logger()


class Daemon:
    """One location: everything that runs in it, from start to stop."""

    def __init__(self, path: Path, load: Callable[[Path], Settings]) -> None:
        """`load` reads the config at `path`; ConfigError if that is not one."""
        self._settings = load(path)
        self.metrics = Metrics(CollectorRegistry())
        self._replica = f"{self._settings.location}-{gethostname()}-{uuid4().hex[:8]}"
        self._pulse = Pulse(time.monotonic, stalled=self.metrics.stalled)
        self._watch = Watch(
            self.metrics, self._pulse, lambda seen: self._several.saw(seen), self._is_settled
        )
        self._scheduler = self._watch.scheduler
        self._reloader = Reloader(
            path,
            load=load,
            digest=digest,
            swap=self._swap,
            report=self._reloaded,
            running=self._settings.digest,
        )
        self._heartbeat = Heartbeat(
            lambda: signs_of(self._settings, self.door, self._store),
            self.metrics.heart_beat,
            monotonic=time.monotonic,
        )
        self._works = Works()
        self._reloads: set[asyncio.Task[Reloaded]] = set()

    # ── life ──────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Everything up, in the order of what needs what. StoreError, PortTaken: nothing runs."""
        settings = self._settings
        self._store = await Store.open(settings.store)
        self._mark = await self._store.mark()
        self._watch.memories.restore(await self._store.memories(settings.location))
        self._found(settings)
        await self._several.load()
        self._outside = Outside(
            self.door,
            self._store,
            self.metrics,
            lambda: self._settings,
            lambda: self._responders,
            lambda: self._several.is_leading,
        )
        self._roll_call = RollCall(self._store, self.metrics.store_failed, self._here)
        self.metrics.show(self.view)
        self.metrics.reloaded(True, time.time(), settings.digest)
        self._listening = await serve(make_app(self._web()), settings.web.host, settings.web.port)
        address = written(settings.web.host, self._listening.port)
        log.info("listening", address=f"http://{address}")
        self._scheduler.start()
        self._watch.use(settings)
        await self._several.begin()
        await self._outside.use(settings)
        for work in self._lasting(settings):
            self._works.begin(work)
        say_how_it_starts(settings, self._store.is_new)

    def _found(self, settings: Settings) -> None:
        """What stands on the store: who leads, the core's door, the outbox, the chores."""
        self._responders = responders_of(settings)
        self._several = self._company() if self._store.is_shared else self._single()
        self._delivery = Delivery(self._store, self._responders, self._say, time.time)
        ports = Ports(
            self._store,
            self._several.put,
            self._several.wanted,
            self.metrics,
            time.time,
            time.monotonic,
            self._several.seat,
            self.metrics.arrived,
        )
        self.door = Door(ports, policy_of(settings, self._mark), State())
        self._several.join(self.door, self._delivery)
        self._upkeep = Upkeep(
            self._store,
            self._watch.memories,
            self.metrics.store_failed,
            location=settings.location,
            retention_s=lambda: self._settings.retention_s,
            lost=SameFile(settings.store).problem,
        )

    def _single(self) -> Company | Single:
        return Single(self._store, self._scheduler.pace)

    def _company(self) -> Company | Single:
        """The daemons that share the store with this one."""
        self._watch.place = Place(is_looking=False)  # until nobody else looks from here
        around = Around(
            replica=self._replica,
            location=self._settings.location,
            here=self._here,
            counts=self.metrics,
            locations=lambda: self._settings.locations,
            policy=lambda: self.door.policy,
            responders=lambda: self._responders,
            follow=self._scheduler.pace,
            moved=self._moved,
            clock=time.time,
            monotonic=time.monotonic,
        )
        return Company(self._store, around)

    def _here(self, is_looking: bool = True) -> Presence:
        """What this daemon says of itself."""
        location = self._settings.location
        blind = is_blind(self.door.state, location)
        behind_s = self.metrics.behind_s()
        return Presence(self._replica, location, VERSION, is_looking, blind, behind_s)

    async def _moved(self, place: Place) -> None:
        await self._watch.move(place, self._settings, self._store)

    def _lasting(self, settings: Settings) -> Iterator[Coroutine[Any, Any, None]]:
        """What goes on for as long as we do."""
        yield self.door.run()
        yield from self._several.works()
        yield self._roll_call.run()
        yield self._pulse.run()
        yield self._upkeep.run(self.door.beat)
        yield self._upkeep.prune()
        yield self._upkeep.guard()
        yield from self._outside.works()
        yield self._heartbeat.run()
        yield self._reloader.follow(settings.reload_every_s)

    async def stop(self) -> None:
        """Ends within ten seconds: looks first, then what they led to, then what must be sent."""
        await self._scheduler.drain(LOOKS_END_S)
        await self._several.last_looks()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.door.settled(), EVENTS_END_S)
        await self._works.end()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STORE_END_S):
                await self.door.flush()
                await self._upkeep.remember()
        await self._delivery.drain(SENDS_END_S)
        await self._several.leave()
        await self._listening.stop()
        await self._outside.close()
        for responder in self._responders.values():
            await responder.close()
        await self._store.close()

    async def fallen(self) -> BaseException:
        """Waits until a part that must run has ended, and tells why: time to stop and be restarted."""
        return await self._works.fallen.get()

    def reload(self) -> None:
        """What SIGHUP asks for: reload soon, in the background."""
        task = asyncio.create_task(self._reloader.reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    def view(self) -> View:
        """This moment, for the metrics, the landing page and the API."""
        return View(
            at=time.time(),
            location=self._settings.location,
            version=VERSION,
            policy=self.door.policy,
            state=self.door.state,
            delivery=self._delivery.figures(),
            looks=self.metrics.looks(),
            off=self._settings.off,
            owed=self._store.owed,
            roll=self._roll_call.roll(),
            refused=self._reloader.refused,
            lost=self._upkeep.problem,
            rooms=rooms_of(self.door.state.incidents.values(), self._delivery.receipts()),
        )

    # ── parts ─────────────────────────────────────────────────────────────────────────────────

    def _web(self) -> WebPorts:
        return WebPorts(
            metrics=Exposition(self.metrics).render,
            view=self.view,
            ready=self._missing,
            reload=self._reloader.reload,
            bounded=self.metrics.bounded,
            left_out=self.metrics.left_out,
            token=self._settings.web.token,
            alertmanager_token=self._settings.web.alertmanager_token,
            reading_token=self._settings.web.reading_token,
            desk=Desk(self._store, self.door.beat),
            say=self._keep,
            ears=self._outside.ears,
            pagers=lambda: pagers_of(self._settings),
        )

    def _missing(self) -> list[str]:
        """What lacks to be ready. Blind is not among it: that is the network's fault.

        We listen only once the config is loaded and the store is open.
        """
        waits = self._several.is_looking and not self.door.looked
        first = "no look has come back yet" if waits else ""
        return [what for what in (first, self._upkeep.problem) if what]

    def _is_settled(self, check: str) -> bool:
        return check in self.door.state.symptoms

    async def _keep(self, inbox_id: str, event: Event) -> None:
        """Told over HTTP: safe in the store when this returns, StoreError if it is not."""
        await self._store.put_inbox(inbox_id, event, time.time())
        self.door.beat()

    async def _say(self, event: Event) -> None:
        if isinstance(event, Delivered) and event.duty and event.decided_at is not None:
            self.metrics.delivered(event.responder, event.duty, event.at - event.decided_at)
        await self.door.say(inbox_id(event), event)

    async def _swap(self, settings: Settings) -> None:
        """Take up a config that has been read and found right. All or nothing."""
        say_what_changes(self._settings, settings)
        responders = responders_of(settings)
        retired, self._responders = self._responders, responders
        self._settings = settings
        self.door.policy = policy_of(settings, self._mark)
        self._delivery.use(responders)
        self._watch.use(settings)
        await self._outside.use(settings)
        for responder in retired.values():
            await responder.close()

    def _reloaded(self, ok: bool, text: str) -> None:
        self.metrics.reloaded(ok, time.time(), self._settings.digest)
        (log.info if ok else log.error)("config_reloaded" if ok else "config_refused", why=text)
