"""What a drill is made with, from the config alone."""

from __future__ import annotations

from pathlib import Path

from checker.config import load
from checker.core.model import Duty
from checker.drill.plan import drilled, lacking, policy_for

CONFIG = """
targets: {us: {app_host: us.test}}
checks: {app: {probe: page, surface: app, targets: [us]}}
controls: {a: {tcp: "a.test:1"}, b: {tcp: "b.test:1"}, c: {tcp: "c.test:1"}}
rules: [{symptom: app down, severity: critical, sentence: It is down}]
deployment: ours
"""
PAGER = "  pagerduty: {routing_key: " + "k" * 32 + "}\n"
DRILL_PAGER = "  p: {kind: pagerduty, drill: true, routing_key: " + "d" * 32 + "}\n"
SLACK = "  slack: {token: xoxb-1}\n"
DRILL_SLACK = "  s: {kind: slack, drill: true, token: xoxb-1}\n"


def planned(tmp_path: Path, *entries: str):
    (tmp_path / "checker.yaml").write_text(CONFIG + "responders:\n" + "".join(entries))
    return load(tmp_path / "checker.yaml", {})


def test_the_ways_out_lead_only_to_those_that_are_marked(tmp_path):
    settings = planned(tmp_path, PAGER, DRILL_PAGER, SLACK, DRILL_SLACK)
    assert [one.name for one in drilled(settings)] == ["p", "s"]
    policy = policy_for(settings)
    assert policy.routes[Duty.PAGE] == ("p",)
    assert policy.routes[Duty.ROOM] == ("s",)
    assert {name for names in policy.routes.values() for name in names} == {"p", "s"}
    assert (policy.targets, policy.watched, policy.deployment) == (("drill",), {}, "ours")
    assert list(lacking(settings)) == []


def test_a_drill_tells_customers_nothing(tmp_path):
    console = "  c: {kind: console, drill: true}\n"
    routes = policy_for(planned(tmp_path, PAGER, console)).routes
    assert routes[Duty.PAGE] == ("c",)
    assert not {Duty.PUBLISH, Duty.WITHDRAW} & routes.keys()


def test_what_is_there_in_earnest_must_be_drilled(tmp_path):
    assert list(lacking(planned(tmp_path, PAGER, SLACK, DRILL_SLACK))) == [
        "pagerduty pages, but nothing of the kind has `drill: true`"
    ]
    assert list(lacking(planned(tmp_path, PAGER, SLACK, DRILL_PAGER))) == [
        "slack makes a room, but nothing of the kind has `drill: true`"
    ]


def test_what_is_only_printed_needs_no_drill(tmp_path):
    assert list(lacking(planned(tmp_path, DRILL_SLACK))) == []
