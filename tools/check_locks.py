"""Fails when the lock files are not what `make lock` may write.

1. Every requirement is one exact version with at least one SHA-256.
2. No line names a package index, a link or an option: where packages come from is the installer's own matter.
3. Every dependency in pyproject.toml is locked where it belongs.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(r"(?P<name>[a-z0-9-]+)==[A-Za-z0-9.+!]+( ; [^\\]+)?( --hash=sha256:[0-9a-f]{64})+")


def entries(path: Path) -> Iterator[str]:
    """Logical lines of a requirements file, comments left out."""
    for line in path.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        if line.strip() and not line.startswith("#"):
            yield " ".join(line.split())


def check_lock(path: Path, wanted: list[str]) -> Iterator[str]:
    """Problems of one lock file; `wanted` are requirements as pyproject.toml writes them."""
    locked = set()
    for entry in entries(path):
        match = LINE.fullmatch(entry)  # 1, 2
        if match is None:
            yield f"{path.name}: expected NAME==VERSION with hashes, found {entry[:80]!r}"
        else:
            locked.add(match["name"])
    for requirement in wanted:  # 3
        name = re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        if name not in locked:
            yield f"{path.name}: {name} of pyproject.toml is not locked; run `make lock`"


def main() -> None:
    """Print every problem; exit with 1 when there are any."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    runtime = [*project["project"]["dependencies"]]
    runtime += [item for name, items in extras.items() if name not in ("all", "dev") for item in items]
    wanted = {
        "requirements.txt": [*runtime, *project["build-system"]["requires"]],
        "requirements-dev.txt": runtime + extras["dev"],
        "requirements-bench.txt": project["dependency-groups"]["bench"],
        "deploy/requirements/build.txt": project["build-system"]["requires"],
    }
    for role in ("node", "coordinator", "authority", "witness"):
        wanted[f"deploy/requirements/{role}.txt"] = [*project["project"]["dependencies"], *extras[role]]
    problems = [problem for name, items in wanted.items() for problem in check_lock(ROOT / name, items)]
    if problems:
        print(*problems, sep="\n")
        raise SystemExit(1)
    print(f"lock files hold: {len(wanted)} files")


if __name__ == "__main__":
    main()
