"""What the core and the outbox hold true right now. Made anew each time: what is gone, is gone."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)

from checker.core.model import Kind, Severity
from checker.delivery import Failure
from checker.metrics.view import LIVE, View, labels_of


def current(view: View) -> Iterator[Metric]:
    """The `checker_*` families that show state."""
    yield InfoMetricFamily(
        "checker_build",
        "What runs here.",
        value={"version": view.version, "python": platform.python_version()},
    )
    yield from _incidents(view)
    yield from _standings(view)
    yield _symptoms(view)
    yield _alerts(view)
    yield _doubt(view)
    yield from _blindness(view)
    yield _off(view)
    yield from _outbox(view)
    yield from _notifications(view)


def _incidents(view: View) -> Iterator[Metric]:
    live = GaugeMetricFamily(
        "checker_incidents_open",
        "Incidents that no person has ended yet, by phase: open, or recovered and waiting for a person.",
        labels=("target", "severity", "phase"),
    )
    found = [(i.target, i.severity, i.phase) for i in view.live()]
    targets = dict.fromkeys((*view.policy.targets, *(target for target, _, _ in found)))
    for target in targets:
        for severity in Severity:
            for phase in LIVE:
                count = found.count((target, severity, phase))
                live.add_metric([target, severity.word, phase], count)
    yield live
    declared = CounterMetricFamily(
        "checker_incidents",
        "Incidents that were ever declared, over all restarts.",
        labels=("target",),
    )
    for target in targets:
        declared.add_metric([target], view.state.counters.get(target, 0))
    yield declared


def _standings(view: View) -> Iterator[Metric]:
    scores = GaugeMetricFamily(
        "checker_standing_score",
        "How much speaks against a check, by location: 0 clean, 60 at most.",
        labels=("check", "target", "location"),
    )
    local = GaugeMetricFamily(
        "checker_local_problem",
        "1 where one location alone has a problem with a check; absent elsewhere.",
        labels=("check", "target", "location"),
    )
    for name, watched in view.policy.watched.items():
        for location, standing in view.state.standings.get(name, {}).items():
            scores.add_metric([*labels_of(watched), location], standing.score)
        if name in view.state.local:
            local.add_metric([*labels_of(watched), view.state.local[name]], 1)
    yield scores
    yield local


def _symptoms(view: View) -> Metric:
    symptoms = GaugeMetricFamily(
        "checker_symptom",
        "1 where a check is held to be down or failing.",
        labels=("check", "target", "kind"),
    )
    for name, watched in view.policy.watched.items():
        symptom = view.state.symptoms.get(name)
        for kind in Kind:
            held = symptom is not None and symptom.kind is kind
            symptoms.add_metric([*labels_of(watched), kind], held)
    return symptoms


def _alerts(view: View) -> Metric:
    firing = GaugeMetricFamily(
        "checker_alerts_firing",
        "Alerts of Alertmanager's that a row matches and that have not ended.",
        labels=("target",),
    )
    targets = [
        one.check.partition("/")[0] for one in view.state.alerts.values() if one.ended_at is None
    ]
    for target in dict.fromkeys((*view.policy.targets, *targets)):
        firing.add_metric([target], targets.count(target))
    return firing


def _doubt(view: View) -> Metric:
    doubt = GaugeMetricFamily(
        "checker_check_in_doubt",
        "1 while a check is looked at faster, to settle a suspicion.",
        labels=("check", "target"),
    )
    for name, watched in view.policy.watched.items():
        doubt.add_metric(labels_of(watched), view.in_doubt(name))
    return doubt


def _blindness(view: View) -> Iterator[Metric]:
    blind = GaugeMetricFamily(
        "checker_blind",
        "1 where most control checks fail: the location's own network, and no word about any target.",
        labels=("location",),
    )
    since = GaugeMetricFamily(
        "checker_blind_since_timestamp_seconds",
        "Since when a blind location is blind; absent where it sees.",
        labels=("location",),
    )
    for location, vantage in view.state.vantages.items():
        blind.add_metric([location], vantage.blind_since is not None)
        if vantage.blind_since is not None:
            since.add_metric([location], vantage.blind_since)
    if view.location not in view.state.vantages:
        blind.add_metric([view.location], 0)
    yield blind
    yield since


def _off(view: View) -> Metric:
    off = GaugeMetricFamily(
        "checker_off",
        "1 for each thing that is configured and does not run; the landing page says why.",
        labels=("what",),
    )
    for what in dict.fromkeys(off.what for off in view.off):
        off.add_metric([what], 1)
    return off


def _outbox(view: View) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "checker_outbox_pending",
        "Effects that were decided and are not confirmed yet.",
        labels=("responder",),
    )
    oldest = GaugeMetricFamily(
        "checker_outbox_oldest_age_seconds",
        "How long the oldest of them has waited; 0 when none does.",
        labels=("responder",),
    )
    for responder in _responders(view):
        waiting.add_metric([responder], view.delivery.pending.get(responder, 0))
        oldest.add_metric([responder], view.delivery.oldest_s.get(responder, 0.0))
    yield waiting
    yield oldest
    yield GaugeMetricFamily(
        "checker_outbox_stranded",
        "Effects that wait for a responder which is not configured any more.",
        value=view.delivery.stranded,
    )
    yield GaugeMetricFamily(
        "checker_outbox_unmarked",
        "Effects that are settled, while the store does not know it yet.",
        value=view.delivery.unmarked,
    )
    yield GaugeMetricFamily(
        "checker_store_owed_commits",
        "Commits that the store has refused so far and that are tried again.",
        value=view.owed,
    )


def _notifications(view: View) -> Iterator[Metric]:
    tried = CounterMetricFamily(
        "checker_notifications",
        "Tries to deliver an effect.",
        labels=("responder", "duty"),
    )
    routes = {
        (responder, duty) for duty, names in view.policy.routes.items() for responder in names
    }
    for responder, duty in sorted(routes | set(view.delivery.attempts)):
        tried.add_metric([responder, duty], view.delivery.attempts.get((responder, duty), 0))
    yield tried
    failed = CounterMetricFamily(
        "checker_notifications_failed",
        "Those tries that did not succeed, by reason.",
        labels=("responder", "reason"),
    )
    for responder in _responders(view):
        for reason in Failure:
            failed.add_metric(
                [responder, reason], view.delivery.failures.get((responder, reason), 0)
            )
    yield failed
    yield CounterMetricFamily(
        "checker_posts_dropped",
        "Posts that were given up because too many waited.",
        value=view.delivery.dropped,
    )


def _responders(view: View) -> list[str]:
    """All that are configured, and those that still have something to do with it."""
    routed = (name for names in view.policy.routes.values() for name in names)
    return sorted({*routed, *view.delivery.pending})
