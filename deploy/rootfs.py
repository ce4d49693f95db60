"""Gathers what an image runs with: `rootfs.py ENVIRONMENT TARGET`, by the Python that made the environment.

The one fact: the image holds that Python, the libraries that its programs are linked to, and the environment; no shell,
no package manager and nothing else of the base it was built on. So the base's size and its faults stay behind.
"""

import compileall
import os
import shutil
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

WRITTEN = {
    "etc/nsswitch.conf": "hosts: files dns\n",
    "etc/passwd": "root:x:0:0::/:/nonexistent\nsealsum:x:10001:10001::/tmp:/nonexistent\n",
    "etc/group": "root:x:0:\nsealsum:x:10001:\n",
}
UNUSED = (
    "config-*", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tests",
    "tkinter", "turtledemo",
)  # fmt: skip
FOR_BUILDING = ("*.a", "*.c", "*.h", "*.pxd", "*.pyi", "*.pyx", "distutils", "f2py")
OPENED_BY_NAME = ("libgcc_s.so.1",)
"""What the C library opens when a thread ends; no program is linked to it."""
CERTIFICATES = ("/etc/ssl/certs", "/usr/lib/ssl")


def main(words: list[str]) -> None:
    """Copy, then shorten."""
    environment, target = Path(words[0]), Path(words[1])
    standard = Path(sysconfig.get_path("stdlib"))
    target.mkdir(mode=0o755)
    take_folder(standard, target, UNUSED)
    take_folder(environment, target, FOR_BUILDING)
    programs = [Path(sys.executable).resolve(), environment / "bin" / "python3"]
    libraries = [path for place in (standard, environment) for path in place.rglob("*.so*")]
    certificates = [path for name in CERTIFICATES for path in Path(name).rglob("*")]
    for path in (*programs, *linked([*programs, *libraries]), *certificates, Path("/etc/ld.so.cache")):
        if path.exists():
            take(path, target)
    for name, text in WRITTEN.items():
        (target / name).write_text(text)
    (target / "tmp").mkdir()
    (target / "tmp").chmod(0o1777)
    for path in target.rglob("*.so*"):
        if path.is_file() and not path.is_symlink():
            forget_symbols(path)
    inside = target / standard.relative_to("/")
    compileall.compile_dir(inside, quiet=1, stripdir=str(target), prependdir="/")


def linked(programs: list[Path]) -> Iterator[Path]:
    """The libraries that programs are linked to, by the loader's own account."""
    said = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False).stdout
    words = [word for line in said.splitlines() for word in line.split()[:3] if line[:1].isspace()]
    found = {Path(os.path.normpath(word)) for word in words if word.startswith("/")}
    folders = {path.parent for path in found}
    yield from found
    yield from (folder / name for folder in folders for name in OPENED_BY_NAME if (folder / name).exists())


def take_folder(path: Path, target: Path, unused: Sequence[str]) -> None:
    """Copy a folder to its place in the target, less what no program of ours reads when it runs."""
    place = target / path.relative_to("/")
    shutil.copytree(path, place, symlinks=True, ignore=shutil.ignore_patterns(*unused))


def take(path: Path, target: Path) -> None:
    """Copy a file to its place in the target, with every link that leads there."""
    for step in (*reversed(path.parents), path):
        if step.is_symlink():
            place = target / step.relative_to("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.is_symlink():
                place.symlink_to(os.readlink(step))
            take(Path(os.path.normpath(step.parent / os.readlink(step))) / path.relative_to(step), target)
            return
    place = target / path.relative_to("/")
    if path.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    elif not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)


def forget_symbols(path: Path) -> None:
    """Cut off a library what only a debugger reads: all behind its last segment."""
    with path.open("r+b") as file:
        head = bytearray(file.read(64))
        if head[:6] != b"\x7fELF\x02\x01":  # 64 bits, little-endian: amd64 and arm64
            return
        start, size, count = struct.unpack_from("<Q", head, 32)[0], *struct.unpack_from("<HH", head, 54)
        file.seek(start)
        table = file.read(size * count)
        ends = [sum(struct.unpack_from("<Q16xQ", table, at + 8)) for at in range(0, size * count, size)]
        struct.pack_into("<Q", head, 40, 0)  # no sections
        struct.pack_into("<HHH", head, 58, 0, 0, 0)
        file.truncate(max(ends))
        file.seek(0)
        file.write(head)


if __name__ == "__main__":
    main(sys.argv[1:])
