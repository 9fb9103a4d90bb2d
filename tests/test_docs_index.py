"""Whoever opens docs/ finds every page, and the pages that are pasted from are right."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from checker.config import load
from checker.core.model import Severity

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LINE = re.compile(r"^- \[[^\]]+\]\(([^)#]+)\): .+", re.M)


def test_every_page_has_one_line_in_the_index():
    told = LINE.findall((DOCS / "README.md").read_text(encoding="utf-8"))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    assert sorted(told) == sorted(pages)


async def test_prometheus_understands_what_one_daemon_is_read_with(tmp_path: Path):
    page = (DOCS / "how-to" / "watch-the-checker.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
    [job] = yaml.safe_load(block)["scrape_configs"]
    assert job["job_name"] == "posthog-checker"
    assert job["static_configs"] == [{"targets": ["127.0.0.1:9877"]}]
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    (tmp_path / "prometheus.yaml").write_text(block)
    shutil.copy(ROOT / "deploy" / "prometheus" / "rules.yaml", tmp_path)
    words = [promtool, "check", "config", str(tmp_path / "prometheus.yaml")]
    found = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_an_outlet_that_publishes_by_itself_is_taken_as_it_is_written(tmp_path: Path):
    page = (DOCS / "how-to" / "tell-customers.md").read_text(encoding="utf-8")
    [block] = [
        one for one in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S) if "auto_from" in one
    ]
    for name in ("checker.yaml", "checks.yaml", "severity.yaml"):
        shutil.copy(ROOT / "config" / name, tmp_path)
    (tmp_path / "responders.yaml").write_text(block)
    settings = load(tmp_path, {"UPTIMEROBOT_KEY": "u1-x"})
    assert [one.auto_from for one in settings.responders] == [Severity.CRITICAL]


SOURCE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "checker").rglob("*.py"))


def test_what_a_refused_start_says_on_its_page_is_what_the_code_says():
    page = (DOCS / "how-to" / "when-it-does-not-start.md").read_text(encoding="utf-8")
    store = page.partition("## The store")[2].partition("\n\nA store")[0]
    quoted = re.findall(r"^\| `([^`]+)` \|", store, re.M)
    pieces = [piece.strip() for one in quoted for piece in re.split(r"…|\(.*?\)|Permission.*", one)]
    assert len(quoted) == 9
    assert [piece for piece in pieces if piece not in SOURCE] == []
