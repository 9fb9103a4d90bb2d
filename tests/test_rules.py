"""The rules for Prometheus: each is tried both ways, speaks of what we tell, and leads to a page that helps."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families

from checker.metrics import Exposition
from tests.metrics.rig import full

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "deploy" / "prometheus"
[GROUP] = yaml.safe_load((FOLDER / "rules.yaml").read_text())["groups"]
RULES: dict[str, dict[str, Any]] = {rule["alert"]: rule for rule in GROUP["rules"]}
CASES = [
    case
    for story in yaml.safe_load((FOLDER / "rules_test.yaml").read_text())["tests"]
    for case in story["alert_rule_test"]
]


@pytest.mark.parametrize(
    "words",
    [("check", "rules", "--lint-fatal", "rules.yaml"), ("test", "rules", "rules_test.yaml")],
)
async def test_promtool_is_content(words: tuple[str, ...]):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    found = await asyncio.to_thread(
        subprocess.run, [promtool, *words], cwd=FOLDER, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("name", RULES)
def test_each_rule_is_tried_both_ways(name: str):
    fires = {bool(case["exp_alerts"]) for case in CASES if case["alertname"] == name}
    assert fires == {True, False}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_says_how_bad_it_is_and_in_whole_sentences(rule: dict[str, Any]):
    assert rule["labels"]["severity"] in ("page", "warning")
    summary = rule["annotations"]["summary"]
    assert summary.endswith(".")
    assert len(summary) < 250


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_leads_to_a_paragraph_of_its_own(rule: dict[str, Any]):
    path, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    told = (ROOT / path).read_text(encoding="utf-8")
    assert anchor == rule["alert"].lower()
    assert re.search(rf"^## {rule['alert']}\n\n\w", told, re.M)


SPOKEN = re.compile(r"(checker_\w+)(?:\{([^}]*)\})?")
SELECTED = {
    (name, tuple(re.findall(r'(\w+)="([^"]*)"', labels)))
    for rule in RULES.values()
    for name, labels in SPOKEN.findall(rule["expr"])
    if labels
}


async def told() -> list[tuple[str, dict[str, str]]]:
    """Each series that a daemon tells of, by its name and labels."""
    page = await Exposition(full()).render("")
    return [(s.name, s.labels) for family in families(page.body.decode()) for s in family.samples]


async def test_the_rules_speak_only_of_what_is_told():
    spoken = {name for rule in RULES.values() for name, _ in SPOKEN.findall(rule["expr"])}
    assert len(spoken) > 10
    assert spoken <= {name for name, _ in await told()}


async def test_the_rules_select_only_what_is_told():
    """A value that no series has selects nothing, and a rule over nothing never fires."""
    series = await told()
    assert len(SELECTED) > 1
    assert [
        (name, labels)
        for name, labels in SELECTED
        if not any(name == n and set(labels) <= set(has.items()) for n, has in series)
    ] == []
