"""Brings the pages' third-party files into the package, and checks that they are what was reviewed.

`python -m tools.vendor_files` copies them from tools/vendor/node_modules and writes the manifest;
`python -m tools.vendor_files --check` compares names, versions and hashes, and needs no network.

The one fact: pages load nothing from another host, so these files are the only code of others that a browser runs.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "vendor"
VENDOR = ROOT / "web" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
FILES = {
    "htmx.min.js": ("htmx.org", "dist/htmx.min.js"),
    "htmx.LICENSE.txt": ("htmx.org", "LICENSE"),
    "pico.min.css": ("@picocss/pico", "css/pico.min.css"),
    "pico.LICENSE.txt": ("@picocss/pico", "LICENSE.md"),
    "chart.umd.min.js": ("chart.js", "dist/chart.umd.min.js"),
    "noble/sha2.js": ("@noble/hashes", "sha2.js"),  # SHA-256 where the browser offers none: plain HTTP
    "noble/_md.js": ("@noble/hashes", "_md.js"),
    "noble/_u64.js": ("@noble/hashes", "_u64.js"),
    "noble/utils.js": ("@noble/hashes", "utils.js"),
    "noble/LICENSE.txt": ("@noble/hashes", "LICENSE"),
    "chart.LICENSE.txt": ("chart.js", "LICENSE.md"),
    "color.LICENSE.txt": ("@kurkle/color", "LICENSE.md"),  # inside chart.umd.min.js
}


def locked() -> dict[str, dict[str, Any]]:
    """Each locked package with its version and licence."""
    packages: dict[str, dict[str, Any]] = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))[
        "packages"
    ]
    return {place.removeprefix("node_modules/"): fields for place, fields in packages.items() if place}


def copy_files() -> None:
    """Copy every file and write the manifest anew."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    packages = locked()
    entries = []
    for name, (package, inside) in sorted(FILES.items()):
        (VENDOR / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(SOURCE / "node_modules" / package / inside, VENDOR / name)
        fields = packages[package]
        entries.append(
            {
                "file": name,
                "package": package,
                "version": fields["version"],
                "licence": fields["license"],
                "from": inside,
                "sha256": hash_of(VENDOR / name),
            }
        )
    MANIFEST.write_text(json.dumps(entries, indent=2) + "\n", "utf-8")


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def problems() -> Iterator[str]:
    """What differs between the folder, its manifest and the lock file."""
    entries = {entry["file"]: entry for entry in json.loads(MANIFEST.read_text("utf-8"))}
    files = (path for path in VENDOR.rglob("*") if path.is_file())
    there = {path.relative_to(VENDOR).as_posix() for path in files} - {MANIFEST.name}
    for name in sorted(there ^ entries.keys()):
        yield f"web/static/vendor/{name}: in the folder or in the manifest, not in both"
    packages = locked()
    for name in sorted(there & entries.keys()):
        entry = entries[name]
        if hash_of(VENDOR / name) != entry["sha256"]:
            yield f"web/static/vendor/{name}: its sha256 is not the manifest's"
        if packages[entry["package"]]["version"] != entry["version"]:
            yield f"web/static/vendor/{name}: version {entry['version']}, locked is another; make vendor"


def main() -> None:
    """Copy, or check and exit with 1 when anything differs."""
    if sys.argv[1:] != ["--check"]:
        copy_files()
        return
    found = list(problems())
    if found:
        print(*found, sep="\n")
        raise SystemExit(1)
    print(f"vendored files hold: {len(FILES)}")


if __name__ == "__main__":
    main()
