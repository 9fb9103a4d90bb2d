"""What a daemon counts as one of several."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LAG_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 5.0)  # seconds; half a second is promised


class Several:
    """A daemon that has its store for itself always leads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.leading = Gauge(
            "checker_leading",
            "1 where this daemon leads: its judgement counts, and it tells people.",
            registry=registry,
        )
        self.leading.set(1)
        self.alone = Gauge(
            "checker_alone",
            "1 while the store is away and this daemon judges by itself, and pages only.",
            registry=registry,
        )
        self.take_overs = Counter(
            "checker_take_overs",
            "Times this daemon began to lead a store that it shares.",
            registry=registry,
        )
        self.lag = Histogram(
            "checker_shared_look_lag_seconds",
            "From the end of a look, wherever it was made, until the leader took it.",
            buckets=LAG_BUCKETS,
            registry=registry,
        )
