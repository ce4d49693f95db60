"""The manifests: valid by the published Kubernetes schemas, whole, and within the restricted pod standard."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from tests.support.deployment import DEPLOY, MANIFESTS, pod_specs, read_yaml

OLDEST, NEWEST = "1.30", "1.37"
SPECS = pod_specs()
FOLDERS = sorted(path.parent for path in DEPLOY.glob("kubernetes/*/kustomization.yaml"))
each_manifest = pytest.mark.parametrize(
    "path", MANIFESTS, ids=[path.relative_to(DEPLOY / "kubernetes").as_posix() for path in MANIFESTS]
)
each_pod = pytest.mark.parametrize(("place", "spec"), SPECS.items(), ids=SPECS.keys())


@each_manifest
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_a_manifest_is_valid_by_the_published_schema(path: Path, version: str) -> None:
    kubernetes_validate.validate(read_yaml(path), version, strict=True)


def test_the_schema_finds_a_word_it_does_not_know() -> None:
    document = read_yaml(DEPLOY / "kubernetes/node/deployment.yaml")
    document["spec"]["replica"] = 1
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(document, NEWEST, strict=True)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_a_kustomization_lists_what_its_folder_holds(folder: Path) -> None:
    listed = read_yaml(folder / "kustomization.yaml")["resources"]
    assert sorted(listed) == sorted(
        path.name for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"
    )


@each_pod
def test_a_pod_keeps_the_restricted_standard(place: str, spec: dict[str, Any]) -> None:
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    for container in (*spec["containers"], *spec.get("initContainers", ())):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["readOnlyRootFilesystem"] is True
        assert "memory" in container["resources"]["limits"]


@each_pod
def test_secrets_come_by_reference(place: str, spec: dict[str, Any]) -> None:
    for variable in spec["containers"][0]["env"]:
        if "PASSPHRASE" in variable["name"]:
            assert variable["value"].startswith("/run/secrets/")
        elif variable["name"] == "SEALSUM_DATABASE_URL":
            assert "secretKeyRef" in variable["valueFrom"]
    assert any("secret" in volume for volume in spec["volumes"])


def test_no_manifest_holds_a_secret() -> None:
    assert {read_yaml(path)["kind"] for path in MANIFESTS} == {
        "Deployment", "HorizontalPodAutoscaler", "Job", "NetworkPolicy", "PersistentVolumeClaim",
        "PodDisruptionBudget", "Service", "ServiceAccount",
    }  # fmt: skip


@each_pod
def test_every_volume_that_is_mounted_is_there(place: str, spec: dict[str, Any]) -> None:
    volumes = {volume["name"] for volume in spec["volumes"]}
    containers = (*spec["containers"], *spec.get("initContainers", ()))
    assert {mount["name"] for container in containers for mount in container["volumeMounts"]} == volumes


@pytest.mark.parametrize("role", ["coordinator", "coordinator-replicas", "node"])
def test_selectors_find_the_pods_they_are_for(role: str) -> None:
    folder = DEPLOY / "kubernetes" / role
    labels = read_yaml(folder / "deployment.yaml")["spec"]["template"]["metadata"]["labels"].items()
    selectors = [
        read_yaml(folder / "deployment.yaml")["spec"]["selector"]["matchLabels"],
        read_yaml(folder / "disruption.yaml")["spec"]["selector"]["matchLabels"],
        read_yaml(folder / "network.yaml")["spec"]["podSelector"]["matchLabels"],
    ]
    if role != "node":
        selectors.append(read_yaml(folder / "service.yaml")["spec"]["selector"])
    assert all(selector.items() <= labels for selector in selectors)


@pytest.mark.parametrize("role", ["coordinator", "node"])
def test_one_process_at_a_time_has_the_folder(role: str) -> None:
    spec = read_yaml(DEPLOY / "kubernetes" / role / "deployment.yaml")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    claim = read_yaml(DEPLOY / "kubernetes" / role / "storage.yaml")["spec"]
    assert claim["accessModes"] == ["ReadWriteOncePod"]


def test_replicas_share_nothing_but_database_and_blob_store() -> None:
    folder = DEPLOY / "kubernetes/coordinator-replicas"
    deployment, scaler = (read_yaml(folder / f"{name}.yaml")["spec"] for name in ("deployment", "autoscaler"))
    assert "replicas" not in deployment and scaler["minReplicas"] >= 2  # the autoscaler's alone
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert scaler["scaleTargetRef"]["name"] == read_yaml(folder / "deployment.yaml")["metadata"]["name"]
    pod = deployment["template"]["spec"]
    assert not any("persistentVolumeClaim" in volume for volume in pod["volumes"])
    names = {variable["name"] for variable in pod["containers"][0]["env"]}
    assert {"SEALSUM_DATABASE_URL", "SEALSUM_BLOBS_URL"} <= names


def test_a_replica_has_the_files_of_its_folder_for_itself_alone(tmp_path: Path) -> None:
    (container,) = SPECS["kubernetes/coordinator-replicas/deployment.yaml"]["initContainers"]
    program, option, script = container["command"]
    assert (program, option) == ("python3", "-c")
    folder, data = tmp_path / "folder", tmp_path / "data"
    (folder / "..2026").mkdir(parents=True)
    data.mkdir()
    (folder / "..2026" / "log.key").write_text("locked")
    (folder / "..data").symlink_to("..2026")  # as a Secret is mounted
    (folder / "log.key").symlink_to("..data/log.key")
    script = script.replace('"/folder"', repr(str(folder))).replace('"/data"', repr(str(data)))
    subprocess.run([sys.executable, option, script], check=True, timeout=60)
    (kept,) = data.iterdir()
    assert (kept.name, kept.read_text(), kept.is_symlink()) == ("log.key", "locked", False)
    assert kept.stat().st_mode & 0o077 == 0


@each_pod
def test_what_a_pod_starts_is_in_the_image(place: str, spec: dict[str, Any]) -> None:
    containers = (*spec["containers"], *spec.get("initContainers", ()))
    probes = [value for one in containers for name, value in one.items() if name.endswith("Probe")]
    commands = [one["command"] for one in containers if "command" in one]
    commands += [probe["exec"]["command"] for probe in probes if "exec" in probe]
    assert {command[0] for command in commands} <= {"python3", "sealsum"}, "an image has no shell"


@pytest.mark.parametrize("role", ["coordinator", "coordinator-replicas", "node"])
def test_a_pod_is_asked_whether_it_started_is_ready_and_lives(role: str) -> None:
    (container,) = SPECS[f"kubernetes/{role}/deployment.yaml"]["containers"]
    ports = {port["name"] for port in container.get("ports", ())}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]
        if role == "node":  # it opens nothing to others, so it is asked from within
            served = container["args"][container["args"].index("--http-port") + 1]
            assert asked["exec"]["command"][2:] == [served, "/health"], probe
        else:
            assert asked["httpGet"]["path"] == "/health", probe
            assert asked["httpGet"]["port"] in ports, probe


def test_a_job_is_not_taken_for_the_door() -> None:
    selector = read_yaml(DEPLOY / "kubernetes/coordinator/service.yaml")["spec"]["selector"]
    for path in (DEPLOY / "kubernetes").glob("coordinator-*/job.yaml"):
        labels = read_yaml(path)["spec"]["template"]["metadata"]["labels"]
        assert not selector.items() <= labels.items()


def test_nothing_can_call_a_node() -> None:
    policy = read_yaml(DEPLOY / "kubernetes/node/network.yaml")["spec"]
    assert policy["ingress"] == []
    assert "Ingress" in policy["policyTypes"]
    assert not (DEPLOY / "kubernetes/node/service.yaml").exists()
    assert "ports" not in SPECS["kubernetes/node/deployment.yaml"]["containers"][0]
