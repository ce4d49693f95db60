"""Fails when source leaves the house shape: small files, small functions, names that say something.

1. A file has at most 400 lines.
2. A function's body has at most 40 lines, its docstring not counted; a migration lists what it lists.
3. No file is called manager, handler, util, helper, common or base.
4. A package's `__init__.py` holds a docstring and nothing else.
5. Every module has a docstring.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    "crypto", "method", "protocol", "operation", "protos", "exchange", "node", "coordinator", "authority", "verifier",
    "auditor", "web", "witness", "demo", "sealsum", "tools", "benchmarks", "tests",
)  # fmt: skip
BAD_NAMES = {"manager", "handler", "util", "utils", "helper", "helpers", "common", "base"}
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 40
NARRATED = {("protocol/run.py", "run_protocol")}
"""The one function that is long on purpose: the whole protocol, told in order."""


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the docstring and without functions inside, which are counted by themselves."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    own = set(range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1))
    for statement in body:
        for inner in functions(statement):
            own -= set(range(inner.lineno, (inner.end_lineno or inner.lineno) + 1))
    return len(own)


def check_file(path: Path) -> Iterator[str]:
    """Problems of one source file."""
    place = path.relative_to(ROOT)
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    if source.count("\n") > MAX_FILE_LINES:  # 1
        yield f"{place}: {source.count(chr(10))} lines, at most {MAX_FILE_LINES}"
    for function in functions(tree) if "migrations" not in place.parts else ():  # 2
        if (place.as_posix(), function.name) in NARRATED:
            continue
        if (count := lines_of(function)) > MAX_FUNCTION_LINES:
            where = f"{place}:{function.lineno}: {function.name}"
            yield f"{where} has {count} lines, at most {MAX_FUNCTION_LINES}"
    if path.stem in BAD_NAMES:  # 3
        yield f"{place}: the name says nothing about what lives there"
    if path.name == "__init__.py" and len(tree.body) > 1:  # 4
        yield f"{place}: holds more than a docstring"
    if ast.get_docstring(tree) is None and not place.is_relative_to("tests"):  # 5
        yield f"{place}: no module docstring"


def main() -> None:
    """Print every problem; exit with 1 when there are any."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    written = [path for path in paths if not path.stem.endswith(("_pb2", "_pb2_grpc"))]
    problems = [problem for path in written for problem in check_file(path)]
    if problems:
        print(*problems, sep="\n")
        raise SystemExit(1)
    print(f"shape holds: {len(written)} files")


if __name__ == "__main__":
    main()
