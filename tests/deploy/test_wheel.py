"""The wheel holds what the checkout holds, and installs with nothing beside it; images are built from the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.deployment import ROOT

PACKAGES = sorted(
    name
    for name in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"][
        "find"
    ]["include"]
    if not name.endswith(".*")
)
NAMED = (
    "coordinator/library/gwp.toml",
    "coordinator/migrations/script.py.mako",
    "coordinator/migrations/versions/0001_first_tables.py",
    "method/rulesets/mee_2025_cff/rules.toml",
    "node/migrations/script.py.mako",
    "node/migrations/versions/0001_first.py",
)
LEFT_OUT = {"__pycache__", "node_modules"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, for building leaves files beside the source."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    words = [
        "pip",
        "wheel",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
    ]
    subprocess.run([sys.executable, "-m", *words, str(source)], check=True, timeout=120)
    return next(folder.glob("sealsum-*.whl"))


def test_the_wheel_holds_every_file_of_every_package(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    kept = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and not path.name.startswith(".") and not LEFT_OUT & set(path.parts)
    }
    assert kept - held == set()
    assert set(NAMED) <= held


def test_an_image_is_built_from_every_package_and_nothing_else_of_the_checkout() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    taken = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert taken == set(PACKAGES) | {
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "deploy/healthy.py",
        "deploy/requirements",
        "deploy/rootfs.py",
    }


@pytest.mark.slow
def test_the_wheel_installs_into_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "own", with_pip=False, symlinks=True)
    own = tmp_path / "own" / "bin" / "python"
    words = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(own),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*words, str(wheel)], check=True, timeout=120)
    program = tmp_path / "own" / "bin" / "sealsum"
    shown = subprocess.run([program, "--version"], check=True, capture_output=True, text=True, timeout=60)
    assert shown.stdout.startswith("sealsum ")
    missing = subprocess.run(
        [program, "node", "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert missing.returncode == 2
    assert "sealsum[node]" in missing.stderr
