"""What the newest look at each check saw, under blackbox_exporter's names.

https://github.com/prometheus/blackbox_exporter: same name, same meaning. What a look did not
reach is absent, not 0; a check that was never looked at, or could not tell, is NaN in `probe_success`,
so that `probe_success == 0` pages nobody for our own network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from checker.metrics.view import LastLook, View, labels_of
from probes.contract import Timing, Verdict

LABELS = ("check", "target")
_NAME = re.compile(r"[a-z][a-z_]{1,60}")  # a measurement's name; never a text from outside
OURS = "by our newest look, which we make on our own schedule and not at the scrape"

_SUCCESS = {
    Verdict.PASSED: 1.0,
    Verdict.DEGRADED: 1.0,
    Verdict.FAILED: 0.0,
    Verdict.INCONCLUSIVE: float("nan"),
}

# Outcome.values → HELP. The metric is the value's name with "probe_" before it.
VALUES: Mapping[str, str] = {
    "http_status_code": f"Status of the answer, {OURS}.",
    "http_redirects": f"Redirects that were followed, {OURS}.",
    "http_ssl": f"Whether the last answer came over TLS, {OURS}.",
    "http_version": f"Version of HTTP that was spoken, {OURS}.",
    "http_content_length": f"Content-Length of the answer, {OURS}.",
    "http_uncompressed_body_length": f"Bytes of the body after decompression, {OURS}.",
    "ip_protocol": f"4 or 6, {OURS}.",
    "ssl_earliest_cert_expiry": f"When the first certificate expires (unix seconds), {OURS}.",
}


class _Family:
    """A gauge for each check."""

    def __init__(self, name: str, help_: str, *more: str) -> None:
        self.metric = GaugeMetricFamily(name, help_, labels=(*LABELS, *more))

    def add(self, check: tuple[str, str], value: float, *more: str) -> None:
        self.metric.add_metric([*check, *more], value)


def probed(view: View) -> Iterator[Metric]:
    """The `probe_*` gauges of all that is watched, and when and how each look ended."""
    rows = [(labels_of(w), view.looks.get(name)) for name, w in view.policy.watched.items()]
    seen = [(check, look) for check, look in rows if look is not None]
    yield _success(rows)
    yield _outcome(rows)
    yield _durations(seen)
    yield _looked_at(seen)
    yield _phases(seen)
    yield _resolving(seen)
    for name, help_ in VALUES.items():
        yield _value(name, help_, seen)
    yield from _measured(seen)


_Row = tuple[tuple[str, str], LastLook | None]
_Seen = tuple[tuple[str, str], LastLook]


def _success(rows: list[_Row]) -> Metric:
    family = _Family(
        "probe_success", f"1 right, 0 failed, NaN could not tell (not the target's fault), {OURS}."
    )
    for check, look in rows:
        verdict = look.outcome.verdict if look else Verdict.INCONCLUSIVE
        family.add(check, _SUCCESS[verdict])
    return family.metric


def _outcome(rows: list[_Row]) -> Metric:
    family = _Family(
        "checker_check_outcome", f"1 for the outcome that was found {OURS}.", "outcome"
    )
    for check, look in rows:
        found = look.outcome.verdict if look else None
        for verdict in Verdict:
            family.add(check, found is verdict, verdict)
    return family.metric


def _durations(seen: list[_Seen]) -> Metric:
    family = _Family("probe_duration_seconds", f"How long it took, {OURS}.")
    for check, look in seen:
        family.add(check, look.duration_s)
    return family.metric


def _looked_at(seen: list[_Seen]) -> Metric:
    family = _Family(
        "checker_last_look_timestamp_seconds",
        "When our newest look began; it stands still when we do.",
    )
    for check, look in seen:
        family.add(check, look.at)
    return family.metric


def _phases(seen: list[_Seen]) -> Metric:
    family = _Family(
        "probe_http_duration_seconds", f"Parts of the exchange that were reached, {OURS}.", "phase"
    )
    for check, look in seen:
        for phase, seconds in look.outcome.phases.items():
            family.add(check, seconds, phase)
    return family.metric


def _resolving(seen: list[_Seen]) -> Metric:
    family = _Family("probe_dns_lookup_time_seconds", f"How long the name took, {OURS}.")
    for check, look in seen:
        if Timing.RESOLVE in look.outcome.phases:
            family.add(check, look.outcome.phases[Timing.RESOLVE])
    return family.metric


def _value(name: str, help_: str, seen: list[_Seen]) -> Metric:
    family = _Family(f"probe_{name}", help_)
    for check, look in seen:
        if name in look.outcome.values:
            family.add(check, look.outcome.values[name])
    return family.metric


def _measured(seen: list[_Seen]) -> Iterator[Metric]:
    """What kinds measure of their own: "lag_seconds" is `checker_lag_seconds`, "…_total" a counter."""
    names = {name for _, look in seen for name in look.outcome.values} - VALUES.keys()
    for name in sorted(filter(_NAME.fullmatch, names)):
        help_ = f"The probe's `{name}`, {OURS}."
        metric = (
            CounterMetricFamily(f"checker_{name}", help_, labels=LABELS)
            if name.endswith("_total")
            else GaugeMetricFamily(f"checker_{name}", help_, labels=LABELS)
        )
        for check, look in seen:
            if name in look.outcome.values:
                metric.add_metric([*check], look.outcome.values[name])
        yield metric
