"""deploy/grafana/dashboard.json: every question can be asked, and is about something that is told."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import shutil
import subprocess
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families

from checker.metrics import Exposition
from tests.deploy.places import DEPLOY, ROOT, documents
from tests.metrics.rig import full

BOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
PANELS = {panel["title"]: panel for panel in BOARD["panels"] if panel["type"] != "row"}
ASKED = [
    *((title, target["expr"]) for title, panel in PANELS.items() for target in panel["targets"]),
    *((note["name"], note["expr"]) for note in BOARD["annotations"]["list"]),
]
METRIC = re.compile(r"\b(?:checker|probe|process)_\w+")
BY = re.compile(r"\bby \(([^)]*)\)")
BY_PROMETHEUS = {"instance", "job", "le"}
each_question = pytest.mark.parametrize(("title", "expr"), ASKED)


def filled(expr: str) -> str:
    """As Grafana would ask it."""
    return expr.replace("$__rate_interval", "1m").replace("$target", "us|eu")


async def told() -> dict[str, set[str]]:
    """Every name that is told, with its labels; of what kinds of probes measure, as far as the code names it."""
    page = await Exposition(full()).render("")
    found: dict[str, set[str]] = {}
    for family in families(page.body.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return {f"checker_{value}": {"check", "target"} for value in measured()} | found


def measured() -> set[str]:
    trees = [ast.parse(file.read_text()) for file in (ROOT / "probes").glob("*.py")]
    return {
        key.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


@each_question
def test_prometheus_understands_every_question(title: str, expr: str):
    promql_parser.parse(filled(expr))


@each_question
async def test_every_question_is_about_what_is_told(title: str, expr: str):
    known = await told()
    names = METRIC.findall(expr)
    assert names
    assert set(names) <= known.keys()
    labels = {label.strip() for by in BY.findall(expr) for label in by.split(",")}
    assert labels <= set.union(BY_PROMETHEUS, *(known[name] for name in names))


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_every_picture_says_what_it_shows_and_is_a_kind_that_grafana_has(panel: dict[str, Any]):
    assert panel["description"].endswith(".")
    assert panel["type"] in ("stat", "state-timeline", "timeseries", "table")
    assert panel["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize(
    "metric",
    [
        "checker_incidents_open",  # the severity now
        "probe_success",  # checks by location
        "checker_standing_score",
        "checker_lag_seconds",
        "checker_notification_latency_seconds_bucket",  # the time to page
        "checker_outbox_pending",  # the delivery queue
        "checker_location_up",
        "checker_looks_skipped_total",  # the budget
    ],
)
def test_whoever_is_on_call_finds(metric: str):
    assert any(metric in METRIC.findall(expr) for _, expr in ASKED)


def test_no_picture_lies_on_another():
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        own = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not own & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= own


def test_each_has_a_number_of_its_own():
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def test_it_asks_the_prometheus_that_is_provisioned():
    [sources] = documents(DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yaml")
    [source] = BOARD["templating"]["list"][:1]
    assert source["current"]["value"] == sources["datasources"][0]["uid"]


async def test_the_severity_is_that_of_the_worst_open_incident(tmp_path):
    """What the first picture shows: three daemons tell the same, and one that is closing down nothing."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    (expr,) = (target["expr"] for target in PANELS["Severity now"]["targets"])
    open_ = 'checker_incidents_open{{target="{}", severity="{}", phase="{}", instance="{}"}}'
    counts = [
        (open_.format("us", severity, "open", instance), count)
        for instance in ("ams", "iad")
        for severity, count in (("minor", 2), ("major", 1), ("critical", 0))
    ]
    counts.append((open_.format("eu", "critical", "recovered", "ams"), 1))
    counts += [(open_.format("eu", severity, "open", "ams"), 0) for severity in ("minor", "major")]
    case = {
        "input_series": [{"series": name, "values": str(count)} for name, count in counts],
        "promql_expr_test": [
            {
                "expr": expr,
                "eval_time": "0m",
                "exp_samples": [
                    {"labels": '{target="us"}', "value": 2},
                    {"labels": '{target="eu"}', "value": 0},
                ],
            }
        ],
    }
    written = tmp_path / "test.yaml"
    written.write_text(yaml.safe_dump({"rule_files": [], "tests": [case]}))
    ended = await asyncio.to_thread(
        subprocess.run, [promtool, "test", "rules", str(written)], capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
