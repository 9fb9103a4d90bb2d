"""deploy/kubernetes: Kubernetes takes it, it runs with as few rights as it needs, and each location has its name."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Any, Literal

import kubernetes_validate
import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from checker.store.server_address import Address
from tests.deploy.places import DEPLOY, ROOT, asked, documents, read_as_shipped

FOLDER = DEPLOY / "kubernetes"
LOCATIONS = sorted(
    path.parent.name for path in FOLDER.glob("*/kustomization.yaml") if path.parent.name != "base"
)
VERSIONS = ("1.29", "1.34")
NAME, INSTANCE = "app.kubernetes.io/name", "app.kubernetes.io/instance"
WRITTEN = [
    *(path for path in sorted((FOLDER / "base").glob("*.yaml")) if path.stem != "kustomization"),
    FOLDER / "secret.example.yaml",
]
MANIFESTS = {one["kind"]: one for path in WRITTEN for one in documents(path)}
POD = MANIFESTS["Deployment"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Endpoint(Strict):
    port: str
    path: str
    interval: Annotated[str, Field(pattern=r"^\d+s$")]
    scrapeTimeout: Annotated[str, Field(pattern=r"^\d+s$")]


class Selector(Strict):
    matchLabels: dict[str, str]


class Watching(Strict):
    jobLabel: str
    selector: Selector
    endpoints: list[Endpoint]


class ServiceMonitor(Strict):
    """What we use of https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor"""

    apiVersion: Literal["monitoring.coreos.com/v1"]
    kind: Literal["ServiceMonitor"]
    metadata: dict[str, Any]
    spec: Watching


def refuse_what_is_wrong(manifest: dict[str, Any], version: str) -> None:
    if manifest["kind"] == "ServiceMonitor":
        ServiceMonitor.model_validate(manifest)
    else:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", MANIFESTS)
def test_kubernetes_takes_what_is_written(kind: str, version: str):
    refuse_what_is_wrong(MANIFESTS[kind], version)


def test_a_word_that_kubernetes_does_not_know_would_be_found():
    wrong = MANIFESTS["Service"] | {"spec": {"portz": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        refuse_what_is_wrong(wrong, VERSIONS[-1])


def test_everything_that_is_written_is_applied():
    [base] = documents(FOLDER / "base" / "kustomization.yaml")
    assert sorted(base["resources"]) == sorted(path.name for path in WRITTEN[:-1])


# ── each location ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", LOCATIONS)
def test_a_location_is_a_name_and_nothing_else(name: str):
    [found] = documents(FOLDER / name / "kustomization.yaml")
    [label] = found["labels"]
    assert found["resources"] == ["../base"]
    assert (found["nameSuffix"], label["pairs"]) == (f"-{name}", {INSTANCE: name})
    assert label["includeSelectors"]


def test_the_daemon_is_told_its_name():
    [said] = [one for one in CONTAINER["env"] if one["name"] == "CHECKER_LOCATION"]
    assert said["valueFrom"] == {"fieldRef": {"fieldPath": f"metadata.labels['{INSTANCE}']"}}


@pytest.mark.parametrize("name", LOCATIONS)
async def test_what_kustomize_makes_of_it_is_taken_too(name: str):
    made = await rendered(FOLDER / name)
    for manifest in made:
        refuse_what_is_wrong(manifest, VERSIONS[-1])
        assert manifest["metadata"]["namespace"] == "posthog-checker"
        assert manifest["metadata"]["name"] == f"checker-{name}"
    assert {one["kind"] for one in made} == MANIFESTS.keys() - {"Secret"}


@pytest.mark.parametrize("name", LOCATIONS)
async def test_what_selects_selects_that_location_only(name: str):
    wanted = {NAME: "posthog-checker", INSTANCE: name}
    specs = {one["kind"]: one["spec"] for one in await rendered(FOLDER / name)}
    assert specs["Service"]["selector"] == wanted
    assert specs["NetworkPolicy"]["podSelector"]["matchLabels"] == wanted
    for kind in ("Deployment", "PodDisruptionBudget", "ServiceMonitor"):
        assert specs[kind]["selector"]["matchLabels"] == wanted
    assert specs["Deployment"]["template"]["metadata"]["labels"] == wanted


async def rendered(folder: Path) -> list[dict[str, Any]]:
    """What would be applied. Debian's kubectl is of 2021 and does not understand it."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    ended = await asyncio.to_thread(
        subprocess.run, [kubectl, "kustomize", str(folder)], capture_output=True, text=True
    )
    if ended.returncode != 0 and "unknown field" in ended.stderr:
        pytest.skip(f"kubectl is too old: {ended.stderr.strip()[:200]}")
    assert ended.returncode == 0, ended.stderr
    return list(yaml.safe_load_all(ended.stdout))


# ── with as few rights as it needs ────────────────────────────────────────────────────────────


def test_it_runs_as_the_image_s_user_who_is_not_root():
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.M)
    security = POD["securityContext"]
    assert user is not None
    assert (security["runAsUser"], security["runAsGroup"]) == tuple(map(int, user.groups()))
    assert security["runAsNonRoot"] is True
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}


def test_it_can_gain_no_rights_and_writes_nowhere_but_into_what_is_empty():
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    writable = {m["name"] for m in CONTAINER["volumeMounts"] if not m.get("readOnly")}
    assert writable == {one["name"] for one in POD["volumes"] if "emptyDir" in one}


def test_it_has_no_word_with_kubernetes():
    assert POD["automountServiceAccountToken"] is False
    assert not any(name in POD for name in ("hostNetwork", "hostPID", "hostIPC"))


def test_its_memory_has_a_bound_and_its_processor_none():
    assert CONTAINER["resources"]["limits"].keys() == {"memory"}
    assert CONTAINER["resources"]["requests"].keys() == {"cpu", "memory"}


# ── that it goes on ───────────────────────────────────────────────────────────────────────────


def test_whether_it_lives_and_is_ready_is_asked_where_it_answers():
    for name in ("startupProbe", "livenessProbe"):
        assert CONTAINER[name]["httpGet"] == {"path": "/-/healthy", "port": "http"}
    assert CONTAINER["readinessProbe"]["httpGet"] == {"path": "/-/ready", "port": "http"}
    assert CONTAINER["ports"] == [{"name": "http", "containerPort": 9877}]


def test_one_of_two_is_there_while_a_node_is_drained_or_a_version_replaced():
    spec = MANIFESTS["Deployment"]["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert MANIFESTS["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1


def test_prometheus_knows_the_job_by_the_name_that_the_rules_use():
    labels = MANIFESTS["Service"]["metadata"]["labels"]
    job = labels[MANIFESTS["ServiceMonitor"]["spec"]["jobLabel"]]
    assert f'up{{job="{job}"}}' in (DEPLOY / "prometheus" / "rules.yaml").read_text()


# ── its secrets ───────────────────────────────────────────────────────────────────────────────


def test_the_secret_is_an_example_that_names_what_the_config_reads():
    secret = MANIFESTS["Secret"]
    values = secret["stringData"]
    assert secret["metadata"]["name"] == CONTAINER["envFrom"][0]["secretRef"]["name"]
    assert read_as_shipped() <= values.keys() <= asked()
    assert {name for name, value in values.items() if value} == {"CHECKER_STORE"}


def test_the_example_s_store_is_an_address():
    address = MANIFESTS["Secret"]["stringData"]["CHECKER_STORE"]
    assert "checker:PASSWORD@HOST:5432" in address
    assert str(Address(address)) == "postgresql://HOST:5432/checker"
