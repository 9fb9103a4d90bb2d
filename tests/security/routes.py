"""Every address that the daemon answers at, and who may ask there."""

from __future__ import annotations

from aiohttp import web

from checker.web.server import make_app
from tests.web.site import Daemon

READ = (
    "/",
    "/api/v1/status",
    "/metrics",
    "/api/v1/incidents",
    "/api/v1/incidents/{id}",
    "/api/v1/maintenance",
    "/api/v1/locations",
)
OPEN = ("/-/healthy", "/-/ready")
ACT = ("/-/reload", "/api/v1/incidents", "/api/v1/incidents/{id}/{word}", "/api/v1/maintenance")
ALERTS = ("/webhooks/alertmanager",)
SIGNED = ("/webhooks/slack", "/webhooks/pagerduty")

ROLES = {
    **{("GET", path): "read" for path in READ},
    **{("GET", path): "open" for path in OPEN},
    **{("POST", path): "act" for path in ACT},
    **{("POST", path): "alert" for path in ALERTS},
    **{("POST", path): "sign" for path in SIGNED},
}
INBOUND = (*ACT, *ALERTS, *SIGNED)


def app_routes() -> set[tuple[str, str]]:
    """Method and path of all that is really there; HEAD goes with GET, and /-/reload takes any method to refuse it."""
    found = set()
    for route in make_app(Daemon().ports()).router.routes():
        resource = route.resource
        assert isinstance(resource, web.Resource)
        method = "POST" if route.method == "*" else route.method
        found.add((method, resource.canonical))
    return {(method, path) for method, path in found if method != "HEAD"}


def address(path: str) -> str:
    """The path with something in its holes."""
    return path.replace("{id}", "us-1").replace("{word}", "note")
