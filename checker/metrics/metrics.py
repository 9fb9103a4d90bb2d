"""The one place where measurements are taken in. Every method is cheap, never raises and never waits.

Words for labels (`why`, `what`, `operation`) come from closed sets in the code, in snake_case;
beyond `WORDS_MAX` distinct ones of a kind the rest is counted as "other".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.core import Metric

from checker.config.settings import PlannedCheck
from checker.core.model import Duty, Observation
from checker.metrics.current import current
from checker.metrics.instruments import (
    LEFT_OUT,
    SKIPS,
    Alerts,
    Checks,
    Config,
    Daemon,
    Drills,
    Examinations,
    Heartbeats,
    Looks,
)
from checker.metrics.located import located
from checker.metrics.probed import probed
from checker.metrics.several import Several
from checker.metrics.view import LastLook, View, labels_of
from checker.metrics.words import Words
from probes.contract import Outcome, Verdict


class Metrics:
    """All instruments of one daemon. Checks are named in full ("us/app", "control/cloudflare").

    A look that comes back after a reload has removed its check must not bring its series back:
    what is not watched is not counted under its name.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        # A time stamp beside each of thousands of series would double them, and nobody reads it.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry
        ProcessCollector(registry=registry)
        self._looks = Looks(registry)
        self._checks = Checks(registry)
        self._daemon = Daemon(registry)
        self._heartbeats = Heartbeats(registry)
        self._alerts = Alerts(registry)
        self._examinations = Examinations(registry)
        self._drills = Drills(registry)
        self._several = Several(registry)
        self._config = Config(registry)
        self._watched: dict[str, PlannedCheck] = {}
        self._routes: set[tuple[str, Duty]] = set()
        self._newest: dict[str, LastLook] = {}
        self._newest_lag = 0.0
        self._skips = Words(*SKIPS)
        self._bounds = Words()
        self._left_out = Words(*LEFT_OUT)
        self._operations = Words()
        self._read: Callable[[], View] | None = None
        self._view: View | None = None
        registry.register(_Current(lambda: self._view))

    # ── what is watched and shown ─────────────────────────────────────────────────────────────

    def watch(self, checks: Iterable[PlannedCheck], routes: Mapping[Duty, tuple[str, ...]]) -> None:
        """At start and after each reload: what is watched, and which responders do which duty.

        Every label set is there from now on, at 0; the series of what is gone are gone.
        """
        planned = {check.name: check for check in checks}
        for name in self._watched.keys() - planned.keys():
            self._looks.drop(labels_of(self._watched[name].watched), self._skips.known)
        for name, before in self._watched.items():
            if name not in planned or planned[name].kind != before.kind:
                self._newest.pop(name, None)
        for name in planned.keys() - self._watched.keys():
            self._looks.add(labels_of(planned[name].watched))
        self._watched = planned
        self._describe()
        self._route({(name, duty) for duty, names in routes.items() for name in names})

    def show(self, read: Callable[[], View]) -> None:
        """Where current state is read, on the loop, before each rendering."""
        self._read = read

    def snapshot(self) -> None:
        """Takes what is shown now. On the loop: the rendering in a thread then reads frozen values."""
        self._view = self._read() if self._read else None

    def looks(self) -> Mapping[str, LastLook]:
        """The newest look at each check, as it is now."""
        return dict(self._newest)

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    def looked(self, observation: Observation, kind: str, target: str | None) -> None:
        """This daemon has looked. `target` is None for a control."""
        planned = self._watched.get(observation.check)
        if planned is None or (planned.kind, planned.watched.target) != (kind, target):
            self._daemon.late_looks.inc()
            return
        check = labels_of(planned.watched)
        self._looks.made.labels(*check).inc()
        self._looks.seconds.labels(*check).observe(observation.duration_s)
        self._judge(check, observation.outcome)
        newest = self._newest.get(observation.check)
        if newest is None or newest.at <= observation.at:  # looks may overlap
            self._newest[observation.check] = LastLook(
                observation.at, observation.duration_s, observation.outcome
            )

    def lagged(self, check: str, seconds: float) -> None:
        """A look was due this long ago when its turn came."""
        planned = self._watched.get(check)
        if planned is not None:
            self._looks.lag.labels(*labels_of(planned.watched)).observe(seconds)
            self._newest_lag = seconds

    def skipped(self, check: str, why: str) -> None:
        """A look that was due was not made: `in_flight`, `late`."""
        planned = self._watched.get(check)
        if planned is not None:
            word = self._skips.accept(why)
            self._looks.skipped.labels(*labels_of(planned.watched), word).inc()

    def clock_stepped(self, seconds: float) -> None:
        """The wall clock was set by this much, either way, as the monotonic one shows."""
        self._daemon.clock_steps.inc()
        self._daemon.clock_step.set(seconds)

    def stalled(self, seconds: float) -> None:
        """Our own loop stood still for this long."""
        self._daemon.stalls.observe(seconds)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def delivered(self, responder: str, duty: Duty, seconds_from_decision: float) -> None:
        """An effect was confirmed done. How many were tried and failed is in delivery's own Figures."""
        if (responder, duty) in self._routes:
            self._daemon.delivery.labels(responder, duty).observe(seconds_from_decision)

    def reloaded(self, ok: bool, at: float, digest: str) -> None:
        """The config was read at `at` (seconds since the epoch), and taken or refused.

        `digest` is that of the config that was taken; it is not looked at when one was refused.
        """
        self._config.successful.set(ok)
        if ok:
            self._config.success_at.set(at)
            self._config.digest.info({"digest": digest})

    def bounded(self, what: str) -> None:
        """A named limit was reached."""
        self._daemon.bounds.labels(self._bounds.accept(what)).inc()

    def left_out(self, why: str, count: int) -> None:
        """Of so many alerts nothing came: `row`, `target`, `full`, `truncated`."""
        self._alerts.left_out.labels(self._left_out.accept(why)).inc(count)

    def store_committed(self, seconds: float) -> None:
        """A transaction was committed and took this long."""
        self._daemon.commits.observe(seconds)

    def store_failed(self, operation: str) -> None:
        """The store could not do this."""
        self._daemon.store_failures.labels(self._operations.accept(operation)).inc()

    # ── one of several ────────────────────────────────────────────────────────────────────────

    def led(self, is_leading: bool) -> None:
        """Whether this daemon leads now."""
        self._several.leading.set(is_leading)

    def took_over(self) -> None:
        """It leads from now on."""
        self._several.take_overs.inc()

    def judged_alone(self, is_alone: bool) -> None:
        """Whether it judges alone now, for the store is away."""
        self._several.alone.set(is_alone)

    def arrived(self, seconds: float) -> None:
        """A look of some daemon's ended so long ago when this one took it as the leader."""
        self._several.lag.observe(max(0.0, seconds))

    def behind_s(self) -> float:
        """How late the newest look was that was due here, seconds."""
        return self._newest_lag

    # ── the rest ──────────────────────────────────────────────────────────────────────────────

    def heart_beat(self, arrived: bool) -> None:
        """A sign of life was sent."""
        self._heartbeats.sent.inc()
        if not arrived:
            self._heartbeats.failed.inc()

    def examined(self, parts: Mapping[str, bool], at: float) -> None:
        """The doctor has looked at these parts, and found each of them well or not."""
        self._examinations.take(parts, at)

    def drilled(self, ok: bool | None, succeeded_at: float | None, every_s: float | None) -> None:
        """What the newest drill came to, when the newest good one was, how often one is wanted; None: nothing to tell."""
        self._drills.take(ok, succeeded_at, every_s)

    def _describe(self) -> None:
        self._checks.clear()
        for planned in self._watched.values():
            check = labels_of(planned.watched)
            self._checks.info.labels(*check, planned.kind, planned.watched.surface).set(1)
            self._checks.timeout.labels(*check).set(planned.timeout_s)
            self._checks.every.labels(*check).set(planned.every_s)

    def _route(self, routes: set[tuple[str, Duty]]) -> None:
        for gone in self._routes - routes:
            self._daemon.drop(*gone)
        for new in routes - self._routes:
            self._daemon.add(*new)
        self._routes = routes

    def _judge(self, check: tuple[str, str], outcome: Outcome) -> None:
        if outcome.verdict is Verdict.FAILED:
            self._looks.failed.labels(*check, outcome.reason).inc()
        elif outcome.verdict is Verdict.INCONCLUSIVE:
            self._looks.inconclusive.labels(*check, outcome.reason).inc()
        elif outcome.verdict is Verdict.DEGRADED:
            self._looks.degraded.labels(*check).inc()


class _Current:
    """Hands the newest snapshot to the registry, family by family."""

    def __init__(self, view: Callable[[], View | None]) -> None:
        self._view = view

    def collect(self) -> Iterator[Metric]:
        view = self._view()
        if view is not None:
            yield from probed(view)
            yield from current(view)
            yield from located(view)

    def describe(self) -> list[Metric]:
        return []  # named at the rendering: nothing is known yet when this is registered
