"""The world: two PostHog Clouds, three controls, a Slack and a PagerDuty, all on loopback."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests.world.cloud import Cloud
from tests.world.controls import Controls
from tests.world.faults import Fault
from tests.world.pagerduty import PagerDuty
from tests.world.slack import Slack

DOWN_AT_ALL = "Posthog Cloud is completely down"
DOWN_AT_ONE = (
    "`app.posthog.com` (PostHog Cloud US) or `eu.posthog.com` (PostHog Cloud EU) "
    "being completely unavailable (not just for you)"
)
ERRORS = "Significantly elevated error rate"


class World:
    """`async with World() as world:` and it is there, on ports that nobody else has."""

    def __init__(self) -> None:
        self.us = Cloud("US")
        self.eu = Cloud("EU")
        self.controls = Controls()
        self.pagerduty = PagerDuty()
        self.slack = Slack()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for part in (self.us, self.eu, self.controls, self.pagerduty, self.slack):
            await self._open.enter_async_context(part)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def hurt(self, place: str, name: str, fault: Fault) -> None:
        """Break `name` at "us", "eu", "slack" or "pagerduty". KeyError for any other place."""
        await self._places()[place].hurt(name, fault)

    async def mend(self, place: str | None = None, name: str | None = None) -> None:
        """Mend one thing, one place, or everything."""
        if place is None:
            await self.controls.restore()
        for part in self._places().values() if place is None else (self._places()[place],):
            await part.mend(name)

    def config(self, folder: Path, **overrides: Any) -> Path:
        """Writes a short config for a daemon that watches this world, and returns its folder.

        Quick enough for a person to wait for; `overrides` replace whole top-level keys.
        """
        folder.mkdir(parents=True, exist_ok=True)
        told = self._config(folder) | overrides
        text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
        (folder / "checker.yaml").write_text(text, encoding="utf-8")
        return folder

    def addresses(self) -> dict[str, str]:
        """What is where."""
        hosts = {"us": self.us, "eu": self.eu}
        return (
            {f"{name} app": cloud.app.address for name, cloud in hosts.items()}
            | {f"{name} ingest": cloud.ingest.address for name, cloud in hosts.items()}
            | {f"control {name}": p.address for name, p in self.controls.parties.items()}
            | {"pagerduty": self.pagerduty.address, "slack": self.slack.api}
        )

    def _places(self) -> dict[str, Cloud | PagerDuty | Slack]:
        return {"us": self.us, "eu": self.eu, "slack": self.slack, "pagerduty": self.pagerduty}

    def _config(self, folder: Path) -> dict[str, Any]:
        return {
            "deployment": "world",
            "location": "l1",
            "store": f"sqlite:///{folder.resolve()}/checker.db",
            "web": {"host": "127.0.0.1", "port": 0, "token": "token-of-the-world"},
            "reload": "1s",
            "pace": {"every": "1s", "timeout": "500ms", "recheck": "200ms"},
            "thresholds": {
                "passed": 20,  # a few good looks and the doubt is gone
                "declare_after": "3s",
                "recover_after": "3s",
                "live_for": "5s",
            },
            "targets": {"us": _target(self.us), "eu": _target(self.eu)},
            "checks": {"app": _page("app", "/login"), "signup": _page("signup", "/signup")},
            "controls": {name: {"tcp": place} for name, place in self.controls.places().items()},
            "rules": _rules(),
            "responders": {
                "pagerduty": {
                    "routing_key": self.pagerduty.routing_key,
                    "base_url": self.pagerduty.address,
                },
                "slack": {"token": self.slack.token, "base_url": self.slack.api},
            },
        }


def _target(cloud: Cloud) -> dict[str, Any]:
    return {
        "app_host": cloud.app.address,
        "ingest_host": cloud.ingest.address,
        "plain_http": True,
    }


def _page(surface: str, path: str) -> dict[str, Any]:
    return {
        "probe": "page",
        "surface": surface,
        "targets": ["us", "eu"],
        "path": path,
        "contains": ["<title>PostHog</title>"],
    }


def _rules() -> list[dict[str, Any]]:
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
