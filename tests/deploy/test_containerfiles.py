"""Containerfiles, units and the locks they install from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.deployment import DEPLOY, ROLES, ROOT, UNITS, read_containerfile, read_unit
from tools.check_locks import entries

each_role = pytest.mark.parametrize("role", ROLES)


@each_role
def test_an_image_runs_as_nobody_and_names_its_health(role: str) -> None:
    instructions = read_containerfile(DEPLOY / f"{role}.Containerfile")
    assert [argument for word, argument in instructions if word == "USER"] == ["10001:10001"]
    assert [argument for word, argument in instructions if word == "VOLUME"] == ["/data"]
    found = dict(instructions)
    health = json.loads(found["HEALTHCHECK"].partition("CMD ")[2])
    assert health[:2] == ["python3", "/opt/sealsum/healthy.py"]
    assert health[2] in found["CMD"], "asks the port that is served"


@each_role
def test_the_folder_of_an_image_is_its_accounts_alone(role: str) -> None:
    """COPY keeps the mode of a folder inside what it copies, not of what it copies itself."""
    instructions = read_containerfile(DEPLOY / f"{role}.Containerfile")
    assert any(
        word == "RUN" and "mkdir -p -m 0700 /empty/data" in argument for word, argument in instructions
    )
    assert ("COPY", "--from=build --chown=10001:10001 /empty /") in instructions


@each_role
def test_an_image_is_built_in_two_stages_on_a_base_one_may_choose(role: str) -> None:
    instructions = read_containerfile(DEPLOY / f"{role}.Containerfile")
    assert instructions[0][0] == "ARG"
    assert instructions[0][1].startswith("BASE=")
    assert [argument for word, argument in instructions if word == "FROM"] == ["${BASE} AS build", "scratch"]
    last = max(number for number, (word, _) in enumerate(instructions) if word == "FROM")
    assert not any(word == "RUN" for word, _ in instructions[last:]), (
        "nothing is installed beside what was built"
    )


@each_role
def test_an_image_installs_locked_packages_only(role: str) -> None:
    runs = [
        argument for word, argument in read_containerfile(DEPLOY / f"{role}.Containerfile") if word == "RUN"
    ]
    installs = [part for run in runs for part in run.split("&&") if "pip install" in part]
    assert len(installs) == 3
    assert all("--require-hashes" in part or "--no-index --no-deps" in part for part in installs)
    assert f"/requirements/{role}.txt" in runs[0]


@each_role
def test_a_role_is_locked_to_what_all_roles_are_locked_to(role: str) -> None:
    whole = set(entries(ROOT / "requirements.txt"))
    own = set(entries(DEPLOY / "requirements" / f"{role}.txt"))
    assert own
    assert {line.partition(" ")[0] for line in own} <= {line.partition(" ")[0] for line in whole}


@each_role
def test_an_image_holds_nothing_of_the_other_roles_libraries(role: str) -> None:
    names = {line.partition("==")[0] for line in entries(DEPLOY / "requirements" / f"{role}.txt")}
    assert ("psycopg" in names) == (role == "coordinator")
    assert ("openpyxl" in names) == (role == "node")
    assert ("grpcio" in names) == (role != "witness")
    assert not {"pytest", "hypothesis", "flwr", "babel", "typst"} & names


@pytest.mark.parametrize("path", UNITS, ids=[path.name for path in UNITS])
def test_a_unit_is_hardened(path: Path) -> None:
    unit = read_unit(path)
    role = path.stem.removeprefix("sealsum-")
    assert unit["User"] == [f"sealsum-{role}"]
    assert unit["StateDirectory"] == [f"sealsum-{role}"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["SystemCallFilter"][0] == "@system-service"
    assert unit["LimitCORE"] == ["0"], "a dump of memory would hold keys"
    assert unit["UMask"] == ["0077"]
    for directive in (
        "LockPersonality", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "PrivateUsers", "ProtectClock",
        "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
        "ProtectKernelTunables", "RemoveIPC", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID",
    ):  # fmt: skip
        assert unit[directive] == ["yes"], directive


@pytest.mark.parametrize("path", UNITS, ids=[path.name for path in UNITS])
def test_a_unit_takes_its_passphrase_as_a_credential(path: Path) -> None:
    unit = read_unit(path)
    named = [value for value in unit.get("Environment", []) if "PASSPHRASE" in value]
    assert named[0].endswith("_PASSPHRASE_FILE=%d/passphrase")
    assert unit["LoadCredential"][0].startswith("passphrase:/etc/sealsum/")


def test_every_role_has_an_account_of_its_own() -> None:
    lines = (DEPLOY / "systemd/sealsum.sysusers.conf").read_text("utf-8").splitlines()
    accounts = [line.split()[1] for line in lines if line.startswith("u ")]
    assert sorted(accounts) == sorted(read_unit(path)["User"][0] for path in UNITS)
