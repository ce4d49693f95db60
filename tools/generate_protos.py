"""Generates the Python side of every .proto file under protos/ into a folder.

The proto path is the repository root, so generated code imports `protos.sealsum.v1`, never a package named
`sealsum` of its own.
"""

import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent


def proto_files() -> list[str]:
    """Every .proto file, relative to the root, in a stable order."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("protos/**/*.proto"))


def generate(directory: Path) -> None:
    """Write messages, services and their type stubs below `directory` or exit with protoc's status."""
    scripts = Path(sys.executable).parent
    arguments = [
        "protoc",
        *(f"--plugin={name}={scripts / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")),
        f"-I{ROOT}",
        f"-I{files('grpc_tools') / '_proto'}",
        *(f"--{kind}_out={directory}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")),
        *(str(ROOT / name) for name in proto_files()),
    ]
    status = protoc.main(arguments)
    if status != 0:
        raise SystemExit(status)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tools.generate_protos DIRECTORY")
    generate(Path(sys.argv[1]))
