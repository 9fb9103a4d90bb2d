"""The world: two PostHog Clouds, three controls, a Slack, a PagerDuty and what customers read, all on loopback."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import yaml

from tests.world import watching
from tests.world.certificates import Authority
from tests.world.cloud import Cloud
from tests.world.controls import Controls
from tests.world.faults import Fault
from tests.world.pagerduty import PagerDuty
from tests.world.posthog_flag_api import KEY, PROJECT
from tests.world.slack import Slack
from tests.world.slack_workspace import BOT
from tests.world.uptimerobot import PAGE, UptimeRobot


class World:
    """`async with World() as world:` and it is there, on ports that nobody else has.

    With `tls` both clouds speak that and nothing else, each with a certificate of its own. `slack`
    takes the place of one in which nobody speaks.
    """

    def __init__(self, *, tls: bool = False, slack: Slack | None = None) -> None:
        self.authority = Authority() if tls else None
        self.us, self.eu = (
            Cloud(region, self.authority.certificate() if self.authority else None)
            for region in ("US", "EU")
        )
        self.controls = Controls()
        self.pagerduty = PagerDuty()
        self.slack = slack or Slack()
        # What customers read, beside the banner, which is the US cloud's.
        self.uptimerobot = UptimeRobot()
        self.customers = Slack(token="xoxb-of-the-customers")
        self.announcements = self.customers.workspace.add_channel("announcements", BOT)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for part in (self.us, self.eu, self.controls, *self._others().values()):
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

    def spoil(self, place: str, surface: str, word: str, value: float | None = None) -> None:
        """Have something else in the answers of a surface at "us" or "eu". KeyError for the rest."""
        self._clouds()[place].spoil(surface, word, value)

    async def mend(self, place: str | None = None, name: str | None = None) -> None:
        """Mend one thing, one place, or everything."""
        if place is None:
            await self.controls.restore()
        for part in self._places().values() if place is None else (self._places()[place],):
            await part.mend(name)

    def config(
        self,
        folder: Path,
        *,
        surfaces: Literal["pages", "all"] = "pages",
        public: bool = False,
        **overrides: Any,
    ) -> Path:
        """Writes a config for a daemon that watches this world, and returns its folder.

        It looks at what anybody can open, or at every surface, and is quick enough for a person to
        wait for. With `public` it can tell customers, by the outlets banner, status-page and
        announcements; not in a world that speaks TLS, whose authority no responder trusts.
        `overrides` replace whole top-level keys.
        """
        folder.mkdir(parents=True, exist_ok=True)
        told = self._config(folder)
        if surfaces == "all":
            told |= self._everything()
        if public:
            told["responders"] |= self._outlets()
        if self.authority is not None:
            told["ca_file"] = str(self.authority.write_to(folder).resolve())
        told |= overrides
        text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
        (folder / "checker.yaml").write_text(text, encoding="utf-8")
        return folder

    def addresses(self) -> dict[str, str]:
        """What is where."""
        clouds = self._clouds()
        return (
            {f"{name} app": cloud.app.address for name, cloud in clouds.items()}
            | {f"{name} ingest": cloud.ingest.address for name, cloud in clouds.items()}
            | {f"control {name}": p.address for name, p in self.controls.parties.items()}
            | {"pagerduty": self.pagerduty.address, "slack": self.slack.api}
            | {"uptimerobot": self.uptimerobot.api, "customers": self.customers.api}
        )

    def _places(self) -> dict[str, Cloud | PagerDuty | Slack | UptimeRobot]:
        return {**self._clouds(), **self._others()}

    def _others(self) -> dict[str, PagerDuty | Slack | UptimeRobot]:
        return {
            "slack": self.slack,
            "pagerduty": self.pagerduty,
            "uptimerobot": self.uptimerobot,
            "customers": self.customers,
        }

    def _clouds(self) -> dict[str, Cloud]:
        return {"us": self.us, "eu": self.eu}

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
            "targets": self._targets(keys=False),
            "checks": watching.pages(),
            "controls": {name: {"tcp": place} for name, place in self.controls.places().items()},
            "rules": watching.some_rules(),
            "responders": {
                "pagerduty": {
                    "routing_key": self.pagerduty.routing_key,
                    "base_url": self.pagerduty.address,
                },
                "slack": {"token": self.slack.token, "base_url": self.slack.api},
            },
        }

    def _outlets(self) -> dict[str, Any]:
        """What can tell customers."""
        return {
            "banner": {
                "host": self.us.app.address,
                "project_id": int(PROJECT),
                "personal_key": KEY,
            },
            "status-page": {
                "kind": "uptimerobot",
                "api_key": self.uptimerobot.key,
                "page_id": PAGE,
                "base_url": self.uptimerobot.api,
            },
            "announcements": {
                "kind": "slack_announcements",
                "token": self.customers.token,
                "channel": self.announcements.id,
                "base_url": self.customers.api,
            },
        }

    def _everything(self) -> dict[str, Any]:
        return {
            "pace": {"every": "1s", "timeout": "1s", "recheck": "500ms"},
            "targets": self._targets(keys=True),
            "checks": watching.every_surface(self._clouds()),
            **watching.whole_table(),
        }

    def _targets(self, keys: bool) -> dict[str, Any]:
        return {name: watching.target(cloud, keys) for name, cloud in self._clouds().items()}
