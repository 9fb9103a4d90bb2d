"""What stands between the door and the people outside: what they say, what became of pages, who is on call.

And what is done for them unasked: the document after an incident, the doctor's hourly round, drills, and a look at the
start whether all that was done is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any

from checker import journal
from checker.assembly import slacks_of
from checker.config.secrecy import secrets_of
from checker.config.settings import Settings
from checker.core.incident import is_live
from checker.core.model import State
from checker.desk import Desk
from checker.doctor.hourly import Held, Hourly
from checker.documents import Documents
from checker.door import Door
from checker.drill.schedule import Schedule
from checker.metrics import Metrics
from checker.oncall import OnCall
from checker.readback import Readback, Situation
from checker.reconcile.at_start import Reconciliation
from checker.responders.contract import Responder
from checker.slack.inbound import Ports as Hearing
from checker.slack.listening import Ear, Listening
from checker.store.store import Store


class Outside:
    """Everything of that kind, for one daemon's life. `held` is what the daemon runs on at this moment."""

    def __init__(
        self,
        door: Door,
        store: Store,
        metrics: Metrics,
        settings: Callable[[], Settings],
        responders: Callable[[], Mapping[str, Responder]],
        is_leading: Callable[[], bool],
    ) -> None:
        """Where others may lead, only whoever does asks and acts; all listen, and all examine their ways out."""
        self._door, self._settings, self._responders = door, settings, responders
        self._is_leading = is_leading
        self._slack = Listening(
            Hearing(store, door.beat, lambda: door.policy.targets, metrics.bounded)
        )
        self._readback = Readback(
            self._situation, door.say, clock=time.time, monotonic=time.monotonic
        )
        self._on_call = OnCall(self._situation, door.say, clock=time.time, monotonic=time.monotonic)
        self._documents = Documents(
            lambda: (door.policy, self._led()),
            Desk(store, door.beat),
            door.say,
            secrets=lambda: secrets_of(settings()),
            clock=time.time,
        )
        self._doctor = Hourly(
            lambda: Held(settings(), responders()),
            metrics.examined,
            clock=time.time,
            monotonic=time.monotonic,
        )
        self._reconciliation = Reconciliation(store, self._situation, is_leading, clock=time.time)
        self._drills = Schedule(settings, store, metrics, is_busy=self._is_busy, clock=time.time)

    def works(self) -> Iterator[Coroutine[Any, Any, None]]:
        """What goes on for as long as the daemon does."""
        yield self._readback.run()
        yield self._on_call.run()
        yield self._documents.run()
        yield self._doctor.run()
        yield self._reconciliation.run()
        yield self._drills.run()

    async def use(self, settings: Settings) -> None:
        """Listen to the Slacks of these settings from now on, and keep their secrets out of the log."""
        journal.hide(secrets_of(settings))
        await self._slack.use(slacks_of(settings))

    def ears(self) -> list[Ear]:
        """Who listens to Slack over signed HTTP."""
        return self._slack.ears()

    async def close(self) -> None:
        await self._slack.close()

    def _situation(self) -> Situation:
        return Situation(self._responders(), self._door.policy, self._led())

    def _led(self) -> State:
        """What is ours to act on."""
        return self._door.state if self._is_leading() else State()

    def _is_busy(self) -> bool:
        """Whether people have something better to do than to drill, or another sees to it."""
        live = any(is_live(incident) for incident in self._door.state.incidents.values())
        return live or not self._is_leading()
