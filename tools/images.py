"""Builds the images of `deploy/` without a daemon, on a base made here, and runs what they hold.

The one fact: buildah's chroot isolation shares the host's network and can not mount the root read-only; `/data` is the
image's own volume, which belongs to one container. It needs root, buildah and mmdebstrap.
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

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PROGRAMS = ("buildah", "mmdebstrap")
BASE = "localhost/base"


@dataclass(frozen=True)
class Builder:
    """A store of images of its own, in a folder."""

    folder: Path

    def words(self, *words: str) -> list[str]:
        """A command line of buildah on this store."""
        store = ("--root", str(self.folder / "root"), "--runroot", str(self.folder / "runroot"))
        return ["buildah", *store, "--storage-driver", "vfs", *words]

    def run(self, *words: str) -> str:
        """What a command prints; SystemExit with what it said when it fails."""
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=900, check=False)
        if done.returncode:
            raise SystemExit(f"buildah {words[0]} failed:\n{done.stderr[-2000:]}")
        return done.stdout.strip()

    def build(self, containerfile: Path, tag: str, context: Path, *options: str) -> None:
        """Build an image on what is here already."""
        common = ("--format", "docker", "--isolation", "chroot", "--pull-never", "--file", str(containerfile))
        self.run("build", *common, *options, "--tag", tag, str(context))

    def inside(self, image: str, *options: str) -> list[str]:
        """What to put before a command that is to run in a new container of an image, and again and again in it."""
        container = self.run("from", "--pull-never", image)
        return self.words("run", "--isolation", "chroot", *options, container, "--")


@contextmanager
def building(folder: Path) -> Iterator[Builder]:
    """A builder whose store holds `localhost/base`, and goes at the end."""
    builder = Builder(folder)
    try:
        _make_base(builder)
        yield builder
    finally:
        subprocess.run(builder.words("rm", "--all"), capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _make_base(builder: Builder) -> None:
    """Debian 12 with its Python 3.11, and no more."""
    context = builder.folder / "base"
    context.mkdir()
    leave_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")]
    include = "--include=libstdc++6,python3-minimal,python3-venv"
    words = ["mmdebstrap", "--quiet", "--variant=essential", "--mode=root", include, *leave_out]
    subprocess.run([*words, "bookworm", str(context / "base.tar")], check=True, timeout=600)
    (context / "Containerfile").write_text("FROM scratch\nADD base.tar /\n")
    builder.build(context / "Containerfile", BASE, context)
    shutil.rmtree(context)


def build_role(builder: Builder, role: str) -> str:
    """The image of a role, as its Containerfile makes it on the base; its name."""
    image = f"localhost/{role}"
    handed = _fetch_wheels(builder.folder, role)
    containerfile = DEPLOY / f"{role}.Containerfile"
    builder.build(containerfile, image, ROOT, "--build-arg", f"BASE={BASE}", *handed)
    return image


def _fetch_wheels(folder: Path, role: str) -> list[str]:
    """Locked wheels from wherever this machine's pip takes them; the options that hand them to a build."""
    wheels = folder / "wheels"
    for name in ("build", role):
        lock = ["--require-hashes", "--requirement", str(DEPLOY / "requirements" / f"{name}.txt")]
        target = ["--only-binary", ":all:", "--python-version", "3.11", "--dest", str(wheels)]
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", *lock, *target], check=True, timeout=600
        )
    (folder / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
    return ["--secret", f"id=pip,src={folder / 'pip.conf'}", "--volume", f"{wheels}:/wheels:ro"]


def find_program(session: int) -> int:
    """The one Python process of a session: the served program itself, without what buildah puts around it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            program = (entry / "cmdline").read_bytes().partition(b"\0")[0].rsplit(b"/", 1)[-1]
            if os.getsid(int(entry.name)) == session and program.startswith(b"python"):
                found.append(int(entry.name))
    assert len(found) == 1, found
    return found[0]


@dataclass(frozen=True)
class Served:
    """A program that serves: what its JSON line says, and its process."""

    said: dict[str, Any]
    session: int


@contextmanager
def running(words: list[str], log: IO[bytes]) -> Iterator[Served]:
    """A process that serves, from the JSON line that says it is open until it is asked to end."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
    try:
        assert process.stdout is not None
        yield Served(json.loads(process.stdout.readline()), process.pid)
        os.kill(find_program(process.pid), signal.SIGTERM)
        assert process.wait(120) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def sealsum(*words: str) -> list[str]:
    """A command line of this checkout."""
    return [sys.executable, "-m", "sealsum", *words, "--json"]


def ask(words: list[str]) -> dict[str, Any]:
    """The JSON object that a command prints; SystemExit with what it said when it fails."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[-6:])} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
