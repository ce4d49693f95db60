"""The node's image, built without a daemon on a base made here, and started: it enrols, serves and is healthy.

The one fact: buildah's chroot isolation shares the host's network and can not mount the root read-only; what is shown
is that the image's own account can write nowhere but where it should. `/data` is the image's own volume, which
belongs to one container.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.deployment import DEPLOY, ROOT

TOOLS = ("buildah", "mmdebstrap")
ABSENT = [tool for tool in TOOLS if shutil.which(tool) is None]
UID = 10001
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)}; apt-get install them"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a base system is made by root"),
]


@dataclass(frozen=True)
class Builder:
    """A store of images of its own, in a folder."""

    folder: Path

    def words(self, *words: str) -> list[str]:
        """A command line of buildah on this store."""
        store = ("--root", str(self.folder / "root"), "--runroot", str(self.folder / "runroot"))
        return ["buildah", *store, "--storage-driver", "vfs", *words]

    def run(self, *words: str) -> str:
        """What a command prints; fails with what it said."""
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def build(self, containerfile: Path, tag: str, context: Path, *options: str) -> None:
        """Build an image on what is here already."""
        common = ("--format", "docker", "--isolation", "chroot", "--pull-never", "--file", str(containerfile))
        self.run("build", *common, *options, "--tag", tag, str(context))


def make_base(builder: Builder) -> None:
    """`localhost/base`: Debian 12 with its Python 3.11, and no more."""
    context = builder.folder / "base"
    context.mkdir()
    leave_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")]
    include = "--include=libstdc++6,python3-minimal,python3-venv"
    words = ["mmdebstrap", "--quiet", "--variant=essential", "--mode=root", include, *leave_out]
    subprocess.run([*words, "bookworm", str(context / "base.tar")], check=True, timeout=600)
    (context / "Containerfile").write_text("FROM scratch\nADD base.tar /\n")
    builder.build(context / "Containerfile", "localhost/base", context)
    shutil.rmtree(context)


def fetch_wheels(folder: Path) -> list[str]:
    """Locked wheels from wherever this machine's pip takes them; the options that hand them to a build."""
    wheels = folder / "wheels"
    for name in ("build", "node"):
        lock = ["--require-hashes", "--requirement", str(DEPLOY / "requirements" / f"{name}.txt")]
        target = ["--only-binary", ":all:", "--python-version", "3.11", "--dest", str(wheels)]
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", *lock, *target], check=True, timeout=600
        )
    (folder / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
    return ["--secret", f"id=pip,src={folder / 'pip.conf'}", "--volume", f"{wheels}:/wheels:ro"]


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """A store that holds `localhost/node`."""
    made = Builder(tmp_path_factory.mktemp("images"))
    try:
        make_base(made)
        handed = fetch_wheels(made.folder)
        base = ("--build-arg", "BASE=localhost/base")
        made.build(DEPLOY / "node.Containerfile", "localhost/node", ROOT, *base, *handed)
        yield made
    finally:
        subprocess.run(made.words("rm", "--all"), capture_output=True, check=False)
        shutil.rmtree(made.folder, ignore_errors=True)


def find_python(session: int) -> int:
    """The one Python process of a session: the served program itself, without what buildah puts around it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            program = (entry / "cmdline").read_bytes().partition(b"\0")[0].rsplit(b"/", 1)[-1]
            if os.getsid(int(entry.name)) == session and program.startswith(b"python"):
                found.append(int(entry.name))
    assert len(found) == 1, found
    return found[0]


@contextmanager
def running(words: list[str], log: IO[bytes]) -> Iterator[dict[str, Any]]:
    """A process that serves, from the JSON line that says it is open until it is asked to end."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        os.kill(find_python(process.pid), signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def sealsum(*words: str) -> list[str]:
    """A command line of this checkout."""
    return [sys.executable, "-m", "sealsum", *words, "--json"]


def asked(words: list[str]) -> dict[str, Any]:
    """The JSON object that a command prints."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_image_says_who_runs_and_how_it_is_asked(builder: Builder) -> None:
    found = json.loads(builder.run("inspect", "--type", "image", "localhost/node"))["Docker"]["config"]
    assert found["User"] == f"{UID}:{UID}"
    assert found["Entrypoint"] == ["sealsum"]
    assert found["Healthcheck"]["Test"][-3:] == ["/opt/sealsum/healthy.py", "7446", "/health"]
    assert set(found["Volumes"]) == {"/data"}
    assert "ExposedPorts" not in found


def test_the_image_has_neither_installer_nor_tests_nor_a_place_to_write(builder: Builder) -> None:
    container = builder.run("from", "--pull-never", "localhost/node")
    inside = ("run", "--isolation", "chroot", container, "--")
    assert builder.run(*inside, "sealsum", "--version").startswith("sealsum ")
    found = builder.run(
        *inside, "sh", "-c", "ls /opt/sealsum/bin; find / -xdev -type d -writable 2>/dev/null; id -u"
    )
    lines = set(found.splitlines())
    assert str(UID) in lines
    assert not {"pip", "pip3", "pytest"} & lines
    places = {line for line in lines if line.startswith("/")}
    assert places <= {"/data", "/tmp", "/var/tmp", "/run/lock", "/proc", "/dev/shm", "/dev/mqueue"}


def test_a_node_in_a_container_enrols_serves_and_is_healthy(builder: Builder, tmp_path: Path) -> None:
    authority, coordinator = str(tmp_path / "authority"), str(tmp_path / "coordinator")
    files = tmp_path / "files"
    files.mkdir()
    (files / "passphrase").write_text("a passphrase for a trial\n")
    container = builder.run("from", "--pull-never", "localhost/node")
    handed = ("--volume", f"{files}:/files:ro", "--env", "SEALSUM_PASSPHRASE_FILE=/files/passphrase")
    inside = builder.words("run", "--isolation", "chroot", *handed, container, "--")
    invited = ("authority", "invite", authority, "--name")
    asked(sealsum("authority", "init", authority, "--name", "Trial authority"))
    with (
        (tmp_path / "log").open("wb") as log,
        running(sealsum("authority", "serve", authority, "--listen", "127.0.0.1:0"), log),
    ):
        operator = ("Operator", "--legal-entity", "OPERATOR", "--role", "operator", "--host", "127.0.0.1")
        token = asked(sealsum(*invited, *operator))["token"]
        made = asked(
            sealsum("coordinator", "init", coordinator, "--token", token, "--name", "log.example.com")
        )
        doors = ("--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
        with running(sealsum("coordinator", "serve", coordinator, *doors), log) as opened:
            supplier = ("Supplier", "--legal-entity", "SUPPLIER", "--role", "supplier")
            token = asked(sealsum(*invited, *supplier))["token"]
            where = ("--coordinator", opened["address"], "--log-key", made["log_key"])
            enrolled = asked(
                [*inside, "sealsum", "node", "enrol", "/data", "--token", token, *where, "--json"]
            )
            with running(
                [*inside, "sealsum", "node", "serve", "/data", "--http-port", "0", "--json"], log
            ) as node:
                assert node["enrolment"] == enrolled["enrolment"]
                port = node["http"].rpartition(":")[2]
                ask = [*inside, "python3", "/opt/sealsum/healthy.py", port, "/health"]
                assert subprocess.run(ask, timeout=60, check=False).returncode == 0
            assert subprocess.run(ask, timeout=60, check=False, capture_output=True).returncode == 1
    kept = subprocess.run(
        [*inside, "find", "/data", "-printf", "%u %f\\n"], capture_output=True, text=True, check=True
    )
    assert f"{UID} node.sqlite" in kept.stdout
    assert {line.partition(" ")[0] for line in kept.stdout.splitlines()} == {str(UID)}
