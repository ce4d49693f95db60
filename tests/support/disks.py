"""A small disk of a folder's own, which a test fills, or breaks as a kernel does when a disk fails.

The one fact: it is a file with an ext4 in it, so what a process meets is the kernel's own answer: no space, or, with
files open for writing, a file system that has become read-only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BALLAST = "ballast"
LOOP = "/dev/loop-control"


def why_not() -> str | None:
    """What is missing for disks of one's own, or None."""
    if os.getuid() != 0:
        return "mounting needs root"
    return None if os.path.exists(LOOP) else f"there is no {LOOP}: the kernel has no loop devices"


@dataclass(frozen=True)
class Disk:
    """What is mounted at `folder`, and the file it lies in."""

    folder: Path
    image: Path

    def fill(self) -> None:
        """Leave no byte."""
        with (self.folder / BALLAST).open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 10, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def free(self) -> None:
        """Give back what `fill` took."""
        (self.folder / BALLAST).unlink()

    def fail(self) -> None:
        """Become read-only at once, as after an error that the kernel met while it wrote."""
        _run("mount", "-o", "remount,abort", str(self.folder))

    def repair(self) -> None:
        """Check it and make it writable again; nobody may have a file open there."""
        _run("umount", str(self.folder))
        # Another test's process may hold a copy of the mount, and with it the broken file system, until it ends.
        while subprocess.run(["losetup", "-j", str(self.image)], check=True, capture_output=True).stdout:
            time.sleep(0.1)
        # 1: errors were corrected.
        subprocess.run(["e2fsck", "-fy", str(self.image)], check=False, capture_output=True)
        self.mount()

    def mount(self) -> None:
        """Put it in its place."""
        _run("mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.folder))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Until the block ends the folder lies on a disk of this size; nobody may have a file open there at either end."""
    aside, image = folder.with_name(f"{folder.name}.aside"), folder.with_name(f"{folder.name}.ext4")
    folder.rename(aside)
    folder.mkdir(mode=0o700)
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    _run("mkfs.ext4", "-q", "-m", "0", str(image))
    disk = Disk(folder, image)
    disk.mount()
    try:
        _run("cp", "-a", f"{aside}/.", str(folder))
        _run("sync", "-f", str(folder))  # what was never written out is no part of the fault
        yield disk
    finally:
        shutil.rmtree(aside)
        _run("cp", "-a", str(folder), str(aside))
        _run("rm", "-rf", str(aside / "lost+found"), str(aside / BALLAST))
        _run("umount", str(folder))
        folder.rmdir()
        image.unlink()
        aside.rename(folder)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
