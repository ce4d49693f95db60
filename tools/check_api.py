"""Fails when docs/api.md or its Chinese sister and the node's OpenAPI name different calls.

1. Each has one row for every call, in the order of the OpenAPI: method, path, scope.
2. Every row says something.

`python -m tools.check_api --list` prints the rows that are expected, with the OpenAPI's own sentence.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from node.web.api.calling import API
from node.web.api.calls import make_calls, routes_of, scope_of
from node.web.desk import Desk

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("docs/api.md", "docs/api.zh.md")
ROW = re.compile(r"^\| (GET|POST|PUT|DELETE) \| `([^`]+)` \| `(\w+)` \| (.*) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API."""

    method: str
    path: str
    scope: str
    says: str


def describe_calls() -> list[Call]:
    """Every call in the order of the OpenAPI."""
    # A desk reads its folder only when a call comes.
    routes = routes_of(make_calls(Desk(Path(gettempdir()))))
    return [
        Call(method, route.path, scope_of(route), (route.description or "").splitlines()[0])
        for route in routes
        for method in sorted(route.methods or ())
    ]


def check_document(name: str, calls: list[Call]) -> Iterator[str]:
    """Problems of one document."""
    expected = [(one.method, one.path.removeprefix(API), one.scope) for one in calls]
    rows = ROW.findall((ROOT / name).read_text(encoding="utf-8"))
    found = [(method, path, scope) for method, path, scope, _ in rows]
    for one in expected:  # 1
        if one not in found:
            yield f"{name}: no row for {' '.join(one)}"
    for one in found:
        if one not in expected:
            yield f"{name}: {' '.join(one)} is no call of the API"
    if sorted(found) == sorted(expected) and found != expected:
        yield f"{name}: expected the order of the OpenAPI; see: python -m tools.check_api --list"
    for method, path, _, says in rows:  # 2
        if len(says.strip()) < 4:
            yield f"{name}: {method} {path} says nothing"


def main() -> None:
    """Print every problem; exit with 1 when there are any."""
    calls = describe_calls()
    if sys.argv[1:] == ["--list"]:
        for one in calls:
            print(f"| {one.method} | `{one.path.removeprefix(API)}` | `{one.scope}` | {one.says} |")
        return
    problems = [problem for name in DOCUMENTS for problem in check_document(name, calls)]
    if problems:
        print(*problems, sep="\n")
        raise SystemExit(1)
    print(f"the API is documented: {len(calls)} calls")


if __name__ == "__main__":
    main()
