"""The one place where measurements are taken in. Every method is cheap, never raises and never waits.

Words for labels (`why`, `reason`, `what`, `operation`) come from closed sets in the code, in
snake_case; beyond `WORDS_MAX` distinct ones of a kind the rest is counted as "other".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry

from checker.core.model import Duty, Observation, Watched, nothing
from checker.metrics.view import View


class Metrics:
    """All instruments of one daemon. Checks are named in full ("us/app", "control/cloudflare").

    Unknown checks are counted under no name: a look that comes back after a reload has
    removed its check must not bring the check's series back.
    """

    def __init__(self, registry: CollectorRegistry) -> None: ...

    def watch(
        self,
        checks: Iterable[Watched],
        kinds: Mapping[str, str],
        routes: Mapping[Duty, tuple[str, ...]] = nothing(),
    ) -> None:
        """At start and after each reload: what is watched, each check's kind, who does which duty."""

    def show(self, view: Callable[[], View]) -> None:
        """Where current state is read, on the loop, at each rendering."""

    def looked(self, observation: Observation, kind: str, target: str | None) -> None:
        """This daemon has looked. `target` is None for a control."""

    def lagged(self, check: str, seconds: float) -> None:
        """A look began this much later than it was due."""

    def skipped(self, check: str, why: str) -> None:
        """A look that was due was not made: `in_flight`, `late`, `stopping` …"""

    def clock_stepped(self, seconds: float) -> None:
        """The wall clock jumped by this much, either way, against the monotonic one."""

    def stalled(self, seconds: float) -> None:
        """Our own loop stood still for this long."""

    def delivered(
        self, responder: str, duty: Duty, seconds_from_decision: float
    ) -> None:
        """An effect was confirmed done, this long after it was decided."""

    def delivery_failed(self, responder: str, reason: str) -> None:
        """A try to deliver did not succeed: `later`, `unsure`, `never` …"""

    def reloaded(self, ok: bool, at: float, digest: str) -> None:
        """The config was loaded, or refused. `digest` is of what runs now; `at` seconds since the epoch."""

    def bounded(self, what: str) -> None:
        """A named limit was reached."""

    def store_committed(self, seconds: float) -> None:
        """A transaction was committed and took this long."""

    def store_failed(self, operation: str) -> None:
        """The store could not do this."""
