"""What a daemon that watches the world is told to look at, at a pace that a person can wait for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.world.cloud import Cloud
from tests.world.posthog_flags import CANARY, DATABASE_CANARY

TARGETS = ("us", "eu")
SEVERITY = Path(__file__).parents[2] / "config" / "severity.yaml"

DOWN_AT_ALL = "Posthog Cloud is completely down"
DOWN_AT_ONE = (
    "`app.posthog.com` (PostHog Cloud US) or `eu.posthog.com` (PostHog Cloud EU) "
    "being completely unavailable (not just for you)"
)
ERRORS = "Significantly elevated error rate"


def target(cloud: Cloud, keys: bool) -> dict[str, Any]:
    """One cloud as a target; with its keys, or only as anybody can see it."""
    hosts: dict[str, Any] = {
        "app_host": cloud.app.address.removeprefix("https://"),
        "ingest_host": cloud.ingest.address.removeprefix("https://"),
    }
    if cloud.certificate is None:
        hosts["plain_http"] = True
    if keys:
        hosts |= {"project_id": "1", "project_key": "phc_canary", "personal_key": "phx_canary"}
    return hosts


def page(surface: str, path: str) -> dict[str, Any]:
    return {
        "probe": "page",
        "surface": surface,
        "targets": [*TARGETS],
        "path": path,
        "contains": ["<title>PostHog</title>"],
    }


def pages() -> dict[str, Any]:
    """What anybody can open."""
    return {"app": page("app", "/login"), "signup": page("signup", "/signup")}


def every_surface(clouds: dict[str, Cloud]) -> dict[str, Any]:
    """A check of each kind that the world has an answer for, each at both clouds."""
    checks = {
        "app": {key: value for key, value in page("app", "/login").items() if key != "targets"},
        "health": {"probe": "page", "surface": "app", "path": "/_health", "critical": False},
        "signup": {"probe": "signup", "surface": "signup"},
        "flags": {
            "probe": "flags",
            "surface": "flags",
            "canary": CANARY,
            "database_canary": DATABASE_CANARY,
        },
        "insights": {"probe": "insight", "surface": "insights", "save": "1m"},
        "capture": {"probe": "capture", "surface": "capture", "v1_every": "5s"},
        "ingestion": {
            "probe": "ingestion",
            "surface": "ingestion",
            "late": "3s",
            # The limit for look-ups is 120 an hour: one of them has to be enough.
            "thresholds": {"failed": 50, "declare_after": "50ms"},
        },
        "stored": {"probe": "stored", "surface": "ingestion", "every": "1h", "critical": False},
    }
    every = {name: {**check, "targets": [*TARGETS]} for name, check in checks.items()}
    for name, cloud in clouds.items():
        every |= _of_its_hosts(name, cloud)
    return every


def _of_its_hosts(name: str, cloud: Cloud) -> dict[str, Any]:
    """What is looked at below HTTP: each cloud's own addresses."""
    ports = {"tcp": cloud.ingest.door.port}
    if cloud.certificate is not None:
        ports["tls"] = cloud.app.door.port
    return {
        f"{kind}-{name}": {
            "probe": kind,
            "surface": "network",
            "targets": [name],
            "critical": False,
            "host": "127.0.0.1",
            "port": port,
        }
        for kind, port in ports.items()
    }


def some_rules() -> list[dict[str, Any]]:
    """Enough of the handbook's table for pages that anybody can open."""
    return [
        {
            "symptom": "app down",
            "severity": "critical",
            "sentence": DOWN_AT_ALL,
            "scope": "every target",
        },
        {"symptom": "app down", "severity": "critical", "sentence": DOWN_AT_ONE},
        {
            "symptom": "signup down",
            "severity": "major",
            "sentence": "Customer signup is broken",
        },
        {"symptom": "any failing", "severity": "major", "sentence": ERRORS},
    ]


def whole_table() -> dict[str, Any]:
    """The handbook's table as it is shipped: `rules`, `never` and what else it says."""
    table: dict[str, Any] = yaml.safe_load(SEVERITY.read_text(encoding="utf-8"))
    return table
