"""Fails when the generated code in protos/ is not what the .proto files generate."""

import tempfile
from pathlib import Path

from tools.generate_protos import ROOT, generate

GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def generated_below(directory: Path) -> dict[str, bytes]:
    """Content of every generated file under protos/ in `directory`, by relative name."""
    found = (path for pattern in GENERATED for path in directory.glob(f"protos/**/{pattern}"))
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def main() -> None:
    """Exit with 1 and the names of the files that differ."""
    with tempfile.TemporaryDirectory() as name:
        generate(Path(name))
        expected = generated_below(Path(name))
    actual = generated_below(ROOT)
    stale = sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name))
    if stale:
        print("generated code is out of date; run `make protos` and commit:", *stale, sep="\n  ")
        raise SystemExit(1)
    print(f"generated code is up to date: {len(expected)} files")


if __name__ == "__main__":
    main()
