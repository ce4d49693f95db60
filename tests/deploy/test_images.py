"""The images, built without a daemon on a base made here, and started: a node enrols, serves and is healthy.

The one fact: buildah's chroot isolation shares the host's network and can not mount the root read-only; what is shown
is that the image's own account can write nowhere but where it should.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.joining import in_town, join_by_pages
from tools.images import PROGRAMS, Builder, ask, build_role, building, running

ABSENT = [program for program in PROGRAMS if shutil.which(program) is None]
UID = 10001
NAMES = """
import os
for folder in os.get_exec_path() + ["/bin", "/sbin", "/usr/sbin"]:
    if os.path.isdir(folder):
        print(*os.listdir(folder))
"""
MODE = "import os; print(oct(os.stat('/data').st_mode & 0o777))"
WRITABLE = """
import os
print(os.getuid())
for folder, inner, _ in os.walk("/"):
    inner[:] = [name for name in inner if not os.path.ismount(os.path.join(folder, name))]
    if os.access(folder, os.W_OK):
        print(folder)
"""
OWNERS = """
import os
for name in os.listdir("/data"):
    print(os.stat("/data/" + name).st_uid, name)
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)}; apt-get install them"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a base system is made by root"),
]


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """A store that holds `localhost/node`."""
    with building(tmp_path_factory.mktemp("images")) as made:
        build_role(made, "node")
        yield made


def test_the_image_says_who_runs_and_how_it_is_asked(builder: Builder) -> None:
    found = json.loads(builder.run("inspect", "--type", "image", "localhost/node"))["Docker"]["config"]
    assert found["User"] == f"{UID}:{UID}"
    assert found["Entrypoint"] == ["sealsum"]
    assert found["Healthcheck"]["Test"][-3:] == ["/opt/sealsum/healthy.py", "7446", "/health"]
    assert set(found["Volumes"]) == {"/data"}
    assert "ExposedPorts" not in found


def test_the_image_has_neither_shell_nor_installer_nor_a_place_to_write(builder: Builder) -> None:
    inside = builder.inside("localhost/node")
    assert _said(*inside, "sealsum", "--version").startswith("sealsum ")
    names = set(_said(*inside, "python3", "-c", NAMES).split())
    assert {"sealsum", "python3"} <= names
    assert not {"sh", "bash", "dash", "busybox", "perl", "apt-get", "dpkg", "pip", "pip3", "pytest"} & names
    who, *places = _said(*inside, "python3", "-c", WRITABLE).splitlines()
    assert who == str(UID)
    assert set(places) == {"/data", "/tmp"}
    assert _said(*inside, "python3", "-c", MODE).strip() == "0o700"


def test_a_node_in_a_container_enrols_serves_and_is_healthy(builder: Builder, tmp_path: Path) -> None:
    inside = _with_passphrase(builder, tmp_path)
    with in_town(tmp_path) as town:
        where = ("--coordinator", town.address, "--log-key", town.log_key)
        enrolled = ask(
            [*inside, "sealsum", "node", "enrol", "/data", "--token", town.token, *where, "--json"]
        )
        serve = ("sealsum", "node", "serve", "/data", "--http-port", "0", "--json")
        with running([*inside, *serve], town.log) as node:
            assert node.said["enrolment"] == enrolled["enrolment"]
            port = node.said["http"].rpartition(":")[2]
            probe = [*inside, "python3", "/opt/sealsum/healthy.py", port, "/health"]
            assert subprocess.run(probe, timeout=60, check=False).returncode == 0
        assert subprocess.run(probe, timeout=60, check=False, capture_output=True).returncode == 1
    kept = _said(*inside, "python3", "-c", OWNERS).splitlines()
    assert f"{UID} node.sqlite" in kept
    assert {line.partition(" ")[0] for line in kept} == {str(UID)}


def test_a_node_joins_by_the_pages_of_its_container(builder: Builder, tmp_path: Path) -> None:
    inside = _with_passphrase(builder, tmp_path)
    with in_town(tmp_path) as town:
        join_by_pages([*inside, "sealsum"], "/data", town)


def _with_passphrase(builder: Builder, tmp_path: Path) -> list[str]:
    """A new container of the node's image, with the passphrase in a file."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "passphrase").write_text("a passphrase for a trial\n")
    handed = ("--volume", f"{files}:/files:ro", "--env", "SEALSUM_PASSPHRASE_FILE=/files/passphrase")
    return builder.inside("localhost/node", *handed)


def _said(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout
