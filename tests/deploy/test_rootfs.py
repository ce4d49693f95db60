"""deploy/rootfs.py, which gathers what an image runs with."""

from __future__ import annotations

import importlib.util
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.deployment import DEPLOY


@pytest.fixture(scope="module")
def rootfs() -> ModuleType:
    """The script as a module; it belongs to no package."""
    spec = importlib.util.spec_from_file_location("rootfs", DEPLOY / "rootfs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def library() -> Path:
    """A library with symbols, as a wheel brings it."""
    found = importlib.util.find_spec("_tenseal_cpp")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin)


def test_a_library_without_symbols_is_shorter_and_loads(rootfs: ModuleType, tmp_path: Path) -> None:
    for path in [library(), *library().parent.glob("libtenseal.so")]:
        shutil.copy2(path, tmp_path)
        rootfs.forget_symbols(tmp_path / path.name)
    short = tmp_path / library().name
    assert struct.unpack_from("<H", short.read_bytes(), 60) == (0,)
    assert short.stat().st_size < library().stat().st_size
    words = "import _tenseal_cpp; print(_tenseal_cpp.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(short)


def test_what_is_no_library_is_left_as_it_is(rootfs: ModuleType, tmp_path: Path) -> None:
    script = tmp_path / "libm.so"
    script.write_text("GROUP ( libm.so.6 )\n")
    rootfs.forget_symbols(script)
    assert script.read_text() == "GROUP ( libm.so.6 )\n"


def test_a_file_comes_with_every_link_that_leads_to_it(rootfs: ModuleType, tmp_path: Path) -> None:
    made, target = tmp_path / "made", tmp_path / "target"
    (made / "usr/lib").mkdir(parents=True)
    (made / "usr/lib/libm.so.6.1").write_text("a library")
    (made / "usr/lib/libm.so.6").symlink_to("libm.so.6.1")
    (made / "lib").symlink_to("usr/lib")
    rootfs.take(made / "lib/libm.so.6", target)
    copied = target / made.relative_to("/")
    assert (copied / "lib").is_symlink()
    assert (copied / "usr/lib/libm.so.6").is_symlink()
    assert (copied / "lib/libm.so.6").read_text() == "a library"


def test_what_a_program_is_linked_to_is_found(rootfs: ModuleType) -> None:
    names = {path.name for path in rootfs.linked([Path(sys.executable).resolve(), library()])}
    assert {"libc.so.6", "libgcc_s.so.1", "libstdc++.so.6"} <= names
