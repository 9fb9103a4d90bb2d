"""The config that is shipped: complete, right, and good for a start without any secret."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker.budget import Budget, Scheduled
from checker.config import load, schema
from checker.config.controls import host_of
from checker.config.schema import as_text
from checker.config.symptoms import SURFACES
from checker.core.model import Duty, Kind, Severity, Symptom
from checker.core.policy import decide, is_explained
from checker.core.rules import Thresholds

CONFIG = Path(__file__).parents[2] / "config"
FILES = sorted(CONFIG.glob("*.yaml"))
SETTINGS = load(CONFIG, {})
KEYS = [
    f"POSTHOG_{c}_{k}" for c in ("US", "EU") for k in ("PROJECT_ID", "PROJECT_KEY", "PERSONAL_KEY")
]
SECRETS = {
    "PAGERDUTY_ROUTING_KEY": "k" * 32,
    "PAGERDUTY_SECOND_ROUTING_KEY": "s" * 32,
    "PAGERDUTY_REST_TOKEN": "r",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "CHECKER_WEB_TOKEN": "sixteen letters!",
    "CHECKER_ALERTMANAGER_TOKEN": "seventeen letters",
    "CHECKER_HEARTBEAT_URL": "https://beats.test/ours",
    **dict.fromkeys(KEYS, "1"),
}
WHOLE = load(CONFIG, SECRETS)


def test_both_clouds_are_watched_without_a_secret():
    origins = {c.name: c.target.app_origin for c in SETTINGS.checks if c.target}

    assert origins["us/app"] == "https://app.posthog.com"
    assert origins["eu/app"] == "https://eu.posthog.com"
    assert SETTINGS.policy.targets == ("us", "eu")


def test_what_needs_a_secret_is_off_and_says_which():
    off = {off.what: off.why for off in SETTINGS.off}

    assert off["responder pagerduty"] == "PAGERDUTY_ROUTING_KEY is not set"
    assert off["responder slack"] == "SLACK_BOT_TOKEN is not set"
    assert off["check us/flags"] == "POSTHOG_US_PROJECT_KEY is not set"
    assert {what.partition("/")[2] for what in off if what.startswith("check ")} == {
        "flags", "insight", "capture", "ingestion", "stored",
    }  # fmt: skip
    assert SETTINGS.policy.routes[Duty.PAGE] == ("console",)


def test_with_the_secrets_set_everything_is_on():
    assert [r.name for r in WHOLE.responders] == ["pagerduty", "second-way", "slack", "console"]
    assert WHOLE.policy.routes[Duty.PAGE] == ("pagerduty", "console")
    assert WHOLE.policy.routes[Duty.FALLBACK] == ("second-way",)
    assert WHOLE.policy.confirms == {"pagerduty"}
    assert WHOLE.web.token.get_secret_value() == "sixteen letters!"
    assert WHOLE.heartbeat.url.get_secret_value() == "https://beats.test/ours"
    assert WHOLE.off == ()


def test_every_surface_of_the_handbook_is_looked_at_at_both_clouds():
    seen = {(w.target, w.surface) for w in WHOLE.policy.watched.values()}

    assert {(t, s) for t in ("us", "eu") for s in SURFACES} <= seen


@pytest.mark.parametrize("check", [c for c in WHOLE.checks if c.target], ids=lambda c: c.name)
def test_every_check_has_an_owner_and_a_runbook(check):
    assert check.watched.owners
    assert check.watched.runbook.startswith("https://")


def test_every_check_says_what_it_proves_and_what_it_cannot():
    """Certificates are four entries under one comment; each other entry has its own, above it."""
    text = (CONFIG / "checks.yaml").read_text()
    entries = re.findall(r"((?:^  #.*\n)*)^  ([a-z-]+):\n    (?:probe|\{)", text, re.M)
    told = {
        name for comment, name in entries if "Proves:" in comment and "Cannot prove:" in comment
    }

    names = {c.name.partition("/")[2] for c in WHOLE.checks if c.target}
    assert {n for n in names if not n.startswith("certificate-")} <= told
    assert "certificate-app-us" in told


def test_three_locations_stay_under_half_of_every_limit_of_posthog():
    budget = Budget(locations=3)
    budget.plan(
        Scheduled(c.target.name, c.params.spends, c.every_s) for c in WHOLE.checks if c.target
    )

    assert budget.overdrawn() == ()


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


@pytest.mark.parametrize(
    ("surface", "kind", "severity"),
    [
        ("app", Kind.DOWN, Severity.CRITICAL),
        ("capture", Kind.DOWN, Severity.CRITICAL),
        ("ingestion", Kind.STALLED, Severity.CRITICAL),
        ("ingestion", Kind.LOST, Severity.CRITICAL),
        ("events", Kind.LOST, Severity.CRITICAL),
        ("flags", Kind.DOWN, Severity.MAJOR),
        ("insights", Kind.DOWN, Severity.MAJOR),
        ("ingestion", Kind.LATE, Severity.MAJOR),
        ("signup", Kind.DOWN, Severity.MAJOR),
        ("flags", Kind.FAILING, Severity.MAJOR),
        ("app", Kind.PARTIAL, Severity.MINOR),
        ("app", Kind.SLOW, Severity.MINOR),
        ("flags", Kind.INCOMPLETE, Severity.MINOR),
        ("ingestion", Kind.GROWING, Severity.MINOR),
        ("certificate", Kind.EXPIRING, Severity.MINOR),
        ("insights", Kind.UNSAVED, None),
    ],
)
def test_what_is_wrong_at_one_cloud_is_as_severe_as_the_handbook_says(surface, kind, severity):
    watched = WHOLE.policy.watched.values()
    found = {
        w.name: Symptom(w.name, kind, 0.0, share=0.1)
        for w in watched
        if (w.target, w.surface, w.critical) == ("us", surface, True)
    }
    ruling = decide(WHOLE.policy, found, "us", 60.0)

    assert found
    assert (ruling.severity if ruling else None) is severity


def test_both_clouds_down_is_the_handbook_s_worst():
    found = {f"{target}/app": Symptom(f"{target}/app", Kind.DOWN, 0.0) for target in ("us", "eu")}

    assert (
        decide(WHOLE.policy, found, "us", 60.0).rule.sentence == "Posthog Cloud is completely down"
    )


def test_a_fifth_of_all_looks_is_a_significant_error_rate():
    found = {"us/app": Symptom("us/app", Kind.PARTIAL, 0.0, share=0.2)}

    assert decide(WHOLE.policy, found, "us", 60.0).severity is Severity.MAJOR


def test_what_is_not_critical_is_minor():
    found = {"us/health": Symptom("us/health", Kind.DOWN, 0.0)}

    assert decide(WHOLE.policy, found, "us", 60.0).severity is Severity.MINOR


def test_what_is_down_with_the_app_is_explained_by_it():
    found = {f"us/{n}": Symptom(f"us/{n}", Kind.DOWN, 0.0) for n in ("app", "insight", "signup")}

    assert is_explained(WHOLE.policy, found, "us/insight")
    assert is_explained(WHOLE.policy, found, "us/signup")
    assert not is_explained(WHOLE.policy, found, "us/app")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_file_tells_editors_where_its_schema_is(file):
    assert file.read_text().splitlines()[0] == "# yaml-language-server: $schema=./schema.json"


def test_the_schema_as_committed_is_the_one_that_the_models_make():
    """Made anew by: checker config schema > config/schema.json"""
    assert json.loads((CONFIG / "schema.json").read_text()) == schema()
    assert (CONFIG / "schema.json").read_text() == as_text(schema())
