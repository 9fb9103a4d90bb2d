"""What the shipped responders.yaml shows as a comment: without the comment signs, the daemon takes it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.config import load
from checker.config.settings import PlannedResponder, Settings
from checker.core.model import Duty

SHIPPED = Path(__file__).parents[2] / "config"
TEXT = (SHIPPED / "responders.yaml").read_text(encoding="utf-8")
# An entry, a setting of one, or a line of it, behind a comment sign: no sentence has a name and a colon like these.
SHOWN = re.compile(r"^(?P<in>  (?:  )?)# (?P<rest> *(?:[a-z_-]+|Tim|James G):(?: \S.*)?)$", re.M)
ENV = {
    "PAGERDUTY_ROUTING_KEY": "k" * 32,
    "PAGERDUTY_SECOND_ROUTING_KEY": "s" * 32,
    "PAGERDUTY_DRILL_ROUTING_KEY": "d" * 32,
    "PAGERDUTY_REST_TOKEN": "r",
    "PAGERDUTY_WRITE_TOKEN": "w",
    "PAGERDUTY_WEBHOOK_SECRET": "sixteen letters!",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_DRILL_TOKEN": "xoxb-2",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
    "SLACK_CUSTOMERS_TOKEN": "xoxb-3",
    "POSTHOG_BANNER_KEY": "phx_1",
    "UPTIMEROBOT_KEY": "ur1",
    "STATUS_WEBHOOK_URL": "https://status.example/hooks/1",
    "STATUS_WEBHOOK_TOKEN": "t",
    "STATUS_WEBHOOK_SECRET": "sixteen letters!",
}


def documents() -> list[dict[str, Any]]:
    """All that is shown, in force. Where one name is shown in several ways, each has a config of its own."""
    ways = re.split(r"(?m)^(?=  (?:# )?second-way:$)", SHOWN.sub(r"\g<in>\g<rest>", TEXT))
    head, last = ways[0], ways[-1]
    other = last.index("\n  slack:\n")
    tail = last[other:]
    seconds = [*ways[1:-1], last[:other]]
    return [yaml.safe_load(f"{head}{second}\n{tail}") for second in seconds]


def loaded(told: dict[str, Any], folder: Path) -> Settings:
    shutil.copytree(SHIPPED, folder)
    (folder / "responders.yaml").write_text(
        yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    )
    return load(folder, ENV)


@pytest.fixture(params=range(3), ids=["another key", "by REST", "by Slack"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return loaded(documents()[request.param], tmp_path / "config")


def named(settings: Settings, name: str) -> PlannedResponder:
    return next(planned for planned in settings.responders if planned.name == name)


def test_every_example_can_be_switched_on(settings: Settings):
    assert [planned.name for planned in settings.responders] == [
        "pagerduty", "second-way", "slack", "banner", "status-page", "announcements", "other-page",
        "drill-pager", "drill-room", "console",
    ]  # fmt: skip
    assert [off.what for off in settings.off if off.what.startswith("responder")] == []


def test_each_second_way_is_one(settings: Settings):
    assert settings.policy.routes[Duty.FALLBACK] == ("second-way",)


def test_slack_has_everybody_and_hears_them(tmp_path: Path):
    slack: Any = named(loaded(documents()[0], tmp_path / "config"), "slack").settings
    assert slack.hears
    assert slack.invite == ("U024TIM03", "U024JAMES4")
    assert slack.sync_owner == slack.people["Tim"]
    assert (slack.commands, slack.fallback_channel) == (("/outage",), "C0123456789")
    assert all((slack.call_url, slack.status_page_url, slack.dashboard_url))


def test_every_owner_of_a_check_is_among_the_people_that_are_shown(tmp_path: Path):
    settings = loaded(documents()[0], tmp_path / "config")
    slack: Any = named(settings, "slack").settings
    owners = {owner for check in settings.checks for owner in check.watched.owners}
    assert owners <= slack.people.keys()


def test_webhooks_of_pagerduty_are_heard(tmp_path: Path):
    pager: Any = named(loaded(documents()[0], tmp_path / "config"), "pagerduty").settings
    assert pager.service == "P43Y0E8"
    assert pager.webhook_secret.get_secret_value() == ENV["PAGERDUTY_WEBHOOK_SECRET"]


def test_drills_go_to_those_that_are_marked(settings: Settings):
    assert [planned.name for planned in settings.responders if planned.drill] == [
        "drill-pager",
        "drill-room",
    ]


def test_no_setting_of_slack_and_pagerduty_that_people_need_is_left_unsaid():
    told = documents()[0]["responders"]
    assert {"token", "app_token", "signing_secret", "commands", "invite", "people", "sync_owner",
            "fallback_channel", "call_url", "status_page_url", "dashboard_url"} == set(told["slack"])  # fmt: skip
    assert {"routing_key", "rest_token", "service", "webhook_secret"} == set(told["pagerduty"])
