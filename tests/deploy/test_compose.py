"""compose.yaml: what it says can be followed, and gives nothing away. No engine is needed to see that."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.deploy.places import DEPLOY, ROOT, asked, documents, filled_in, read_as_shipped

PATH = ROOT / "compose.yaml"
[COMPOSE] = documents(PATH)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LOCATIONS = {
    name: one["environment"]["CHECKER_LOCATION"]
    for name, one in SERVICES.items()
    if "CHECKER_LOCATION" in one.get("environment", {})
}
FILLED_IN = re.compile(r"\$\{(\w+)[:}]")
each = pytest.mark.parametrize("name", SERVICES)
each_checker = pytest.mark.parametrize("name", LOCATIONS)


async def run(*words: Any) -> tuple[int, str]:
    """Exit code and output."""
    ended = await asyncio.to_thread(
        subprocess.run, list(map(str, words)), capture_output=True, text=True
    )
    return ended.returncode, ended.stdout + ended.stderr


async def test_compose_understands_it():
    schema = ("-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec")
    code, said = await run(sys.executable, *schema, PATH)
    assert code == 0, said


async def test_a_word_that_compose_does_not_know_would_be_found(tmp_path):
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(PATH.read_text().replace("read_only:", "readonly:"))
    schema = ("-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec")
    assert (await run(sys.executable, *schema, wrong))[0] == 1


def test_there_are_three_locations_each_with_a_name_of_its_own():
    assert sorted(LOCATIONS.values()) == ["ams", "iad", "sin"]


@each_checker
def test_every_location_has_the_one_store(name):
    store = SERVICES[name]["environment"]["CHECKER_STORE"]
    host, port = store.rpartition("@")[2].partition("/")[0].split(":")
    assert store.startswith("postgresql+asyncpg://checker:${POSTGRES_PASSWORD:?")
    assert (host in SERVICES, port) == (True, "5432")
    assert SERVICES[name]["depends_on"][host] == {"condition": "service_healthy"}
    assert "healthcheck" in SERVICES[host]


@each_checker
def test_a_checker_can_do_nothing_but_its_work(name):
    one = SERVICES[name]
    assert (one["user"], one["read_only"], one["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text()
    assert all(volume.endswith(":ro") for volume in one["volumes"])


@each
def test_nothing_can_gain_rights_or_all_the_memory(name):
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]
    assert "mem_limit" in SERVICES[name]


@each
def test_only_this_machine_reaches_it(name):
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@each
def test_no_image_changes_by_itself(name):
    image = SERVICES[name]["image"]
    assert "build" in SERVICES[name] or re.search(r":v?\d+\.\d+", image)


@each
def test_what_is_mounted_is_there(name):
    for volume in SERVICES[name].get("volumes", ()):
        source = volume.partition(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_every_value_that_compose_fills_in_stands_in_the_example():
    wanted = set(FILLED_IN.findall(PATH.read_text()))
    assert wanted == filled_in(DEPLOY / "compose.env.example").keys()


def test_every_value_in_the_checkers_example_is_one_that_the_config_reads():
    given = filled_in(DEPLOY / "checker.env.example")
    assert given.keys() <= asked()
    assert not any(given.values())


def test_every_value_that_the_config_reads_stands_in_the_checkers_example():
    given = filled_in(DEPLOY / "checker.env.example")
    assert read_as_shipped() - {"CHECKER_STORE"} <= given.keys()


def test_what_is_filled_in_is_never_committed():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {".env", "deploy/checker.env"} <= set(ignored)


# ── what reads them ───────────────────────────────────────────────────────────────────────────


def test_prometheus_reads_every_location():
    [read] = documents(DEPLOY / "prometheus" / "prometheus.yaml")
    [job] = read["scrape_configs"]
    [group] = job["static_configs"]
    assert job["job_name"] == "posthog-checker"
    assert group["targets"] == [f"{name}:9877" for name in LOCATIONS]
    assert "labels" not in group


async def test_prometheus_understands_what_it_reads():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    code, said = await run(promtool, "check", "config", DEPLOY / "prometheus" / "prometheus.yaml")
    assert code == 0, said


def test_grafana_finds_its_dashboard_and_asks_that_prometheus():
    folder = DEPLOY / "grafana" / "provisioning"
    [sources] = documents(folder / "datasources" / "prometheus.yaml")
    [providers] = documents(folder / "dashboards" / "checker.yaml")
    host = sources["datasources"][0]["url"].removeprefix("http://").partition(":")[0]
    path = providers["providers"][0]["options"]["path"]
    assert host in SERVICES
    assert (
        f"./deploy/grafana/dashboard.json:{path}/dashboard.json:ro"
        in SERVICES["grafana"]["volumes"]
    )
