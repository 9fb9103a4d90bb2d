"""What people may say is the same wherever they say it."""

from __future__ import annotations

from checker.incident_cli import incident
from checker.maintenance_cli import maintenance
from checker.slack.verbs import VERBS
from checker.web.bodies import WORDS

READING = {"list", "show", "export", "reconcile"}  # these say nothing about an incident


def test_slack_the_command_line_and_the_api_know_the_same_words():
    in_slack = VERBS.keys() - READING
    on_the_command_line = incident.commands.keys() - READING
    assert in_slack == on_the_command_line | {"maintenance"}
    assert in_slack == WORDS.keys() | {"declare", "maintenance"}
    assert "announce" in maintenance.commands
