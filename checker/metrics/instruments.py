"""Counters and histograms: what adds up over a daemon's life. Buckets are few, series are many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.core import GaugeMetricFamily, Metric

from checker.core.model import Duty
from probes.contract import Reason, Verdict
from probes.wire.exchange import verdict_of

_CHECK = ("check", "target")

LOOK_BUCKETS = (0.1, 0.3, 1.0, 3.0, 10.0)  # seconds
LAG_BUCKETS = (0.05, 0.1, 0.25, 1.0, 5.0)  # a tenth is promised
STALL_BUCKETS = (0.5, 1.0, 5.0, 30.0)
DELIVERY_BUCKETS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
COMMIT_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0)

# Counted from 0 on, since `increase()` does not see the step from absent to 1.
INCONCLUSIVE = tuple(r for r in Reason if verdict_of(r) is Verdict.INCONCLUSIVE)
FAILURES = tuple(r for r in Reason if verdict_of(r) is Verdict.FAILED)
SKIPS = ("in_flight", "late", "budget")
LEFT_OUT = ("row", "target", "full", "truncated")


class Looks:
    """What adds up for each check. A removed check's series go away by exact name: it is fast."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.made = Counter(
            "checker_looks",
            "Looks that were made, on our own schedule and not at the scrape.",
            _CHECK,
            registry=registry,
        )
        self.failed = Counter(
            "checker_look_failures",
            "Looks that failed, by the one reason of each.",
            (*_CHECK, "reason"),
            registry=registry,
        )
        self.inconclusive = Counter(
            "checker_look_inconclusive",
            "Looks that could not tell, by the one reason of each: ours, and never the target's fault.",
            (*_CHECK, "reason"),
            registry=registry,
        )
        self.degraded = Counter(
            "checker_look_degraded",
            "Looks that found the right answer, but slowly or in part.",
            _CHECK,
            registry=registry,
        )
        self.skipped = Counter(
            "checker_looks_skipped",
            "Looks that were due and not made.",
            (*_CHECK, "why"),
            registry=registry,
        )
        self.seconds = Histogram(
            "checker_look_duration_seconds",
            "How long each look took.",
            _CHECK,
            buckets=LOOK_BUCKETS,
            registry=registry,
        )
        self.lag = Histogram(
            "checker_schedule_lag_seconds",
            "How much later than due each look began.",
            _CHECK,
            buckets=LAG_BUCKETS,
            registry=registry,
        )

    def add(self, check: tuple[str, str]) -> None:
        for instrument in (self.made, self.degraded, self.seconds, self.lag):
            instrument.labels(*check)
        for failure in FAILURES:
            self.failed.labels(*check, failure)
        for doubt in INCONCLUSIVE:
            self.inconclusive.labels(*check, doubt)
        for why in SKIPS:
            self.skipped.labels(*check, why)

    def drop(self, check: tuple[str, str], skips: frozenset[str]) -> None:
        for instrument in (self.made, self.degraded, self.seconds, self.lag):
            instrument.remove(*check)
        for reason in Reason:
            self.failed.remove(*check, reason)
            self.inconclusive.remove(*check, reason)
        for why in skips:
            self.skipped.remove(*check, why)


class Checks:
    """Static facts of each check, as the config has them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.info = Gauge(
            "checker_check_info",
            "1 for each check that is watched, with what the config says of it.",
            (*_CHECK, "kind", "surface"),
            registry=registry,
        )
        self.timeout = Gauge(
            "probe_timeout_seconds",
            "How long one look may take.",
            _CHECK,
            registry=registry,
        )
        self.every = Gauge(
            "checker_check_interval_seconds",
            "Time between scheduled looks; in doubt there are more.",
            _CHECK,
            registry=registry,
        )

    def clear(self) -> None:
        self.info.clear()
        self.timeout.clear()
        self.every.clear()


class Daemon:
    """What adds up for the daemon as a whole."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.late_looks = Counter(
            "checker_looks_unwatched",
            "Looks that came back when a reload had removed or changed their check; else uncounted.",
            registry=registry,
        )
        self.clock_steps = Counter(
            "checker_clock_steps", "Times the wall clock was set under us.", registry=registry
        )
        self.clock_step = Gauge(
            "checker_clock_last_step_seconds",
            "By how much the wall clock was last set; negative is back.",
            registry=registry,
        )
        self.stalls = Histogram(
            "checker_loop_stall_seconds",
            "How long our own loop stood still, each time that it did.",
            buckets=STALL_BUCKETS,
            registry=registry,
        )
        self.delivery = Histogram(
            "checker_notification_latency_seconds",
            "From the decision to the responder's confirmation.",
            ("responder", "duty"),
            buckets=DELIVERY_BUCKETS,
            registry=registry,
        )
        self.bounds = Counter(
            "checker_bounds_reached",
            "Times a named limit of ours was reached.",
            ("bound",),
            registry=registry,
        )
        self.commits = Histogram(
            "checker_store_commit_duration_seconds",
            "How long each committed transaction took.",
            buckets=COMMIT_BUCKETS,
            registry=registry,
        )
        self.store_failures = Counter(
            "checker_store_failures",
            "Times the store could not do something.",
            ("operation",),
            registry=registry,
        )

    def add(self, responder: str, duty: Duty) -> None:
        self.delivery.labels(responder, duty)

    def drop(self, responder: str, duty: Duty) -> None:
        self.delivery.remove(responder, duty)


class Heartbeats:
    """Signs of life to whoever notices when they stay away."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sent = Counter(
            "checker_heartbeats",
            "Signs of life that were sent; none while we are not well.",
            registry=registry,
        )
        self.failed = Counter(
            "checker_heartbeat_failures", "Those that did not arrive.", registry=registry
        )


class Alerts:
    """What came of what Alertmanager told."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.left_out = Counter(
            "checker_alerts_left_out",
            "Alerts of which nothing came: no row is about them, no target is named, too many, or cut off.",
            ("why",),
            registry=registry,
        )
        for why in LEFT_OUT:
            self.left_out.labels(why)


class Examinations:
    """What the doctor found, when it last looked. A removed part's series go away by exact name."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ok = Gauge(
            "checker_doctor_ok",
            "Whether nothing was found that would keep this part from its work (1), or something was (0).",
            ("part",),
            registry=registry,
        )
        self._last_run = Gauge(
            "checker_doctor_last_run_timestamp_seconds",
            "When the ways out were last examined.",
            registry=registry,
        )
        self._parts: set[str] = set()

    def take(self, parts: Mapping[str, bool], at: float) -> None:
        for gone in self._parts - parts.keys():
            self._ok.remove(gone)
        for part, is_well in parts.items():
            self._ok.labels(part).set(is_well)
        self._parts = set(parts)
        self._last_run.set(at)


class Drills:
    """What drills came to. A figure is absent until there is something to tell."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._known: dict[str, float | None] = {}
        registry.register(self)

    def take(self, ok: bool | None, succeeded_at: float | None, every_s: float | None) -> None:
        self._known = {
            "checker_drill_ok": None if ok is None else float(ok),
            "checker_last_successful_drill_timestamp_seconds": succeeded_at,
            "checker_drill_interval_seconds": every_s,
        }

    def collect(self) -> Iterator[Metric]:
        for name, value in self._known.items():
            if value is not None:
                yield GaugeMetricFamily(name, DRILLED[name], value=value)


DRILLED = {
    "checker_drill_ok": "Whether the newest drill went well (1) or not (0).",
    "checker_last_successful_drill_timestamp_seconds": "When the newest drill that went well began.",
    "checker_drill_interval_seconds": "How often the daemon is to drill by itself.",
}


class Config:
    """What became of the config when it was last read."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.successful = Gauge(
            "checker_config_last_reload_successful",
            "Whether the config, when it was last read, was taken (1) or refused (0).",
            registry=registry,
        )
        self.success_at = Gauge(
            "checker_config_last_reload_success_timestamp_seconds",
            "When a config was last taken.",
            registry=registry,
        )
        self.digest = Info(
            "checker_config", "The digest of the config that runs.", registry=registry
        )
