"""A Metrics to try things on."""

from prometheus_client import CollectorRegistry

from checker.core.model import Duty
from checker.metrics import Metrics
from tests.metrics.sample import BAD, GOOD, NOW, ROUTES, SLOW, UNKNOWN, plan, saw, show, trouble

US_APP = {"check": "app", "target": "us"}


def make(*checks: str, routes=ROUTES) -> Metrics:
    metrics = Metrics(CollectorRegistry())
    metrics.watch([plan(name) for name in checks or ("us/app",)], routes)
    return metrics


def seen(metrics: Metrics, view=None) -> CollectorRegistry:
    """The registry, with the view taken as a rendering would take it."""
    now = view if view is not None else show("us/app", looks=dict(metrics.looks()))
    metrics.show(lambda: now)
    metrics.snapshot()
    return metrics.registry


def full() -> Metrics:
    """Everything at once."""
    names = ("us/app", "us/flags", "eu/app", "control/one")
    metrics = make(*names)
    for outcome in (GOOD, BAD, SLOW, UNKNOWN):
        metrics.looked(saw("us/app", outcome), "page", "us")
    metrics.reloaded(True, NOW, "abc")
    metrics.delivered("pagerduty", Duty.PAGE, 2.5)
    metrics.examined({"ways out": True, "responder slack": False}, NOW)
    metrics.drilled(True, NOW, 86400.0)
    metrics.store_failed("commit")
    metrics.bounded("queue")
    view = trouble()
    metrics.show(lambda: view)
    return metrics
