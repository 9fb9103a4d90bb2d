"""The config that is shipped: complete, right, and good for a start without any secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.config import load, schema
from checker.config.controls import host_of
from checker.config.schema import as_text
from checker.core.model import Duty, Kind, Severity
from checker.core.rules import Scope, Thresholds

CONFIG = Path(__file__).parents[2] / "config"
FILES = sorted(CONFIG.glob("*.yaml"))
SENTENCES = (Path(__file__).parent / "handbook_sentences.txt").read_text().splitlines()
SETTINGS = load(CONFIG, {})


def test_both_clouds_are_watched_without_a_secret():
    origins = {c.name: c.target.app_origin for c in SETTINGS.checks if c.target}

    assert origins["us/app"] == "https://app.posthog.com"
    assert origins["eu/app"] == "https://eu.posthog.com"
    assert SETTINGS.policy.targets == ("us", "eu")


def test_what_needs_a_secret_is_off_and_says_which():
    assert {(off.what, off.why) for off in SETTINGS.off} == {
        ("responder pagerduty", "PAGERDUTY_ROUTING_KEY is not set"),
        ("responder slack", "SLACK_BOT_TOKEN is not set"),
    }
    assert SETTINGS.policy.routes[Duty.PAGE] == ("console",)


def test_with_the_secrets_set_everything_is_on():
    env = {"PAGERDUTY_ROUTING_KEY": "k" * 32, "SLACK_BOT_TOKEN": "xoxb-1", "CHECKER_WEB_TOKEN": "t"}

    settings = load(CONFIG, env)

    assert [r.name for r in settings.responders] == ["pagerduty", "slack", "console"]
    assert settings.policy.routes[Duty.PAGE] == ("pagerduty", "console")
    assert settings.web.token.get_secret_value() == "t"
    assert settings.off == ()


def test_a_redirect_to_the_app_s_newer_name_stays_at_home():
    (us,) = {c.target for c in SETTINGS.checks if c.target and c.target.name == "us"}

    assert "us.posthog.com" in us.aliases


def test_controls_are_of_every_way_and_on_distinct_hosts():
    controls = [c.params for c in SETTINGS.checks if c.target is None]

    assert len({host_of(params) for params in controls}) >= 4
    assert {way for params in controls for way in params.model_dump(exclude_none=True)} == {
        "https", "tcp", "dns",
    }  # fmt: skip


def test_thresholds_as_written_are_the_simulated_defaults():
    assert SETTINGS.policy.thresholds == Thresholds()


def test_it_listens_on_this_machine_only():
    assert (SETTINGS.web.host, SETTINGS.web.port) == ("127.0.0.1", 9877)


@pytest.mark.parametrize("rule", SETTINGS.policy.rules, ids=lambda rule: rule.sentence)
def test_every_rule_quotes_the_handbook_word_for_word(rule):
    assert rule.sentence in SENTENCES


@pytest.mark.parametrize(
    ("surface", "kind", "scope", "critical", "severity", "sentence"),
    [
        ("app", Kind.DOWN, Scope.EVERY, True, Severity.CRITICAL, "Posthog Cloud is completely down"),
        ("app", Kind.DOWN, Scope.ONE, True, Severity.CRITICAL, SENTENCES[0]),
        ("capture", Kind.DOWN, Scope.ONE, True, Severity.CRITICAL, "Event ingestion totally failing - we are losing events"),
        ("flags", Kind.DOWN, Scope.ONE, True, Severity.MAJOR, "Feature flags are not being returned at all, or `/decide` is down"),
        ("insights", Kind.DOWN, Scope.ONE, True, Severity.MAJOR, "No insights can be created"),
        ("signup", Kind.DOWN, Scope.ONE, True, Severity.MAJOR, "Customer signup is broken"),
        ("any", Kind.FAILING, Scope.ONE, True, Severity.MAJOR, "Significantly elevated error rate"),
        ("any", Kind.DOWN, Scope.ONE, False, Severity.MINOR, "Broken non-critical functionality, with no workaround. Not on the critical path for customers"),
    ],
)  # fmt: skip
def test_the_table_says_what_the_handbook_says(surface, kind, scope, critical, severity, sentence):
    (rule,) = (
        r for r in SETTINGS.policy.rules
        if (r.surface, r.kind, r.scope, r.critical) == (surface, kind, scope, critical)
    )  # fmt: skip

    assert (rule.severity, rule.sentence) == (severity, sentence)


def test_every_sentence_of_the_handbook_that_is_kept_here_is_used():
    table = (CONFIG / "severity.yaml").read_text()

    assert [s for s in SENTENCES if s not in table] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_file_tells_editors_where_its_schema_is(file):
    assert file.read_text().splitlines()[0] == "# yaml-language-server: $schema=./schema.json"


def test_the_schema_as_committed_is_the_one_that_the_models_make():
    """Made anew by: checker config schema > config/schema.json"""
    assert json.loads((CONFIG / "schema.json").read_text()) == schema()
    assert (CONFIG / "schema.json").read_text() == as_text(schema())
