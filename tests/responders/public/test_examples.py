"""The outlets that the shipped config shows as comments: without the comment signs, the daemon takes them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from checker.config import load
from checker.config.settings import Settings
from checker.core.model import Duty

SHIPPED = Path(__file__).parents[3] / "config" / "responders.yaml"
SECRETS = {
    "POSTHOG_BANNER_KEY": "phx_1",
    "UPTIMEROBOT_KEY": "ur1",
    "SLACK_CUSTOMERS_TOKEN": "xoxb-1",
    "STATUS_WEBHOOK_URL": "https://status.example/hooks/1",
    "STATUS_WEBHOOK_TOKEN": "t",
    "STATUS_WEBHOOK_SECRET": "sixteen letters!",
}
OUTLETS = ("banner", "status-page", "announcements", "other-page")


def uncommented() -> str:
    """The part about customers, with its examples in force."""
    part = SHIPPED.read_text(encoding="utf-8").partition("# What follows tells customers")[2]
    lines = re.findall(r"^  # ( *[a-z_-]+:(?: .*)?)$", part, re.M)
    return "responders:\n" + "\n".join(f"  {line}" for line in lines) + "\n"


def switched_on(folder: Path, env: dict[str, str]) -> Settings:
    """The shipped config with these outlets and nothing else."""
    shutil.copytree(SHIPPED.parent, folder)
    (folder / SHIPPED.name).write_text(uncommented(), encoding="utf-8")
    return load(folder, env)


def test_every_outlet_that_is_shown_can_be_switched_on(tmp_path: Path):
    settings = switched_on(tmp_path / "config", SECRETS)
    assert settings.policy.routes[Duty.PUBLISH] == OUTLETS
    assert settings.policy.routes[Duty.WITHDRAW] == OUTLETS


def test_an_outlet_without_its_secret_is_off_and_the_rest_is_not(tmp_path: Path):
    settings = switched_on(tmp_path / "config", {**SECRETS, "POSTHOG_BANNER_KEY": ""})
    assert settings.policy.routes[Duty.PUBLISH] == OUTLETS[1:]
    assert "responder banner" in [off.what for off in settings.off]
